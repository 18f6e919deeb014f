"""Where a file waits between its upload and its import: a folder of its own that only this user can read.

EVENHAND_HOME/imports/<reference>/file         as it came
EVENHAND_HOME/imports/<reference>/table.json   the chosen sheet as text, read once

It goes when the import is done, given up or a day old.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from evenhand.site.people.importing.reading import Table
from evenhand.site.people.models.importing import OPEN, Import, Stage
from evenhand.site.people.refusals import Refused

HOURS = 24
HALF_MADE = 600  # seconds after which a folder that no import knows is one whose request was killed
FILE, TABLE = "file", "table.json"
_REFERENCE = re.compile("[0-9a-z]{1,20}")


def folder(reference: str) -> Path:
    """Where this import's file waits."""
    assert _REFERENCE.fullmatch(reference), "a reference of ours has digits and small letters only"
    return Path(settings.EVENHAND_HOME) / "imports" / reference


def keep(reference: str, raw: bytes) -> Path:
    """Write the file for this user only. Where it is."""
    place = folder(reference)
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    place.mkdir(mode=0o700)
    _write(place / FILE, raw)
    return place / FILE


def keep_table(reference: str, table: Table) -> None:
    """Keep the chosen sheet, read once; a half-written one is never found under its name."""
    held = json.dumps({"headings": table.headings, "rows": table.rows}, ensure_ascii=False).encode()
    making = folder(reference) / f"{TABLE}.making"
    making.unlink(missing_ok=True)
    _write(making, held)
    making.replace(folder(reference) / TABLE)


def kept_table(reference: str) -> Table:
    """The chosen sheet. Raises Refused when it has gone."""
    try:
        held = json.loads((folder(reference) / TABLE).read_bytes())
    except OSError:
        raise Refused("The file is not here any more.", "Begin again and choose the file.") from None
    return Table(held["headings"], [(number, cells) for number, cells in held["rows"]])


def drop(reference: str) -> None:
    """Remove what is kept of an import; nothing happens when it has gone."""
    shutil.rmtree(folder(reference), ignore_errors=True)


def sweep() -> int:
    """End imports that are a day old, and remove every folder that no open import has. How many imports it ended."""
    now = timezone.now()
    old = Import.objects.filter(stage__in=OPEN, made_at__lt=now - timedelta(hours=HOURS))
    ended = old.update(stage=Stage.EXPIRED, ended_at=now)
    place = Path(settings.EVENHAND_HOME) / "imports"
    if not place.is_dir():
        return ended
    wanted = set(Import.objects.filter(stage__in=OPEN).values_list("reference", flat=True))
    known = set(Import.objects.values_list("reference", flat=True))
    for found in place.iterdir():
        young = found.exists() and time.time() - found.stat().st_mtime < HALF_MADE
        if found.name not in wanted and (found.name in known or not young) and _REFERENCE.fullmatch(found.name):
            drop(found.name)
    return ended


def _write(path: Path, raw: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(raw)
