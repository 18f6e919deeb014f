"""What the tests of the workspace send, and what they wait for."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from evenhand.site.workspace import running, runs

HERE = {"host": "localhost"}
CSV = b"LA Code,Event Type\n102,Service\n"
FORM = {"council": "E66000001", "start": "1/4/2024", "end": "31/3/2025", "joined": "no", "disclosure": "ascof"}


def records(name: str = "records.csv", held: bytes = CSV) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, held)


def ended(home: Path, seconds: float = 20) -> running.Progress:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        told = running.progress(home)
        if not told.running:
            return told
        time.sleep(0.02)
    raise AssertionError(f"still {running.progress(home)}")


def left(home: Path) -> list[str]:
    """What unfinished runs and uploads have left in the workspace."""
    return [p.name for p in runs.folder(home).iterdir() if p.name.startswith((runs.INCOMING, runs.MAKING))]


def works(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(running, "WORK", f"tests.site.own_results:{name}")
