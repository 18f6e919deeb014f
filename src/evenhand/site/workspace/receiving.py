"""Receiving records: streamed to a folder that only this user can read, under names that can do nothing.

Django would put large files in the machine's shared temporary folder. Records of people belong in the workspace's own
folder from their first byte, and leave it when the run ends, however it ends.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import unicodedata
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

from evenhand.site.workspace.runs import INCOMING, folder, private

MOST_FILES = 60
LONGEST_NAME = 80
CHUNK = 2**20


class OnDisk(UploadedFile):
    """A file that was received: its name and size. What it holds is read from the folder, by the run alone."""

    def close(self) -> None:
        """Nothing is open."""


class ToDisk(FileUploadHandler):
    """Writes each file to one fresh folder of the workspace. ``request.received`` is that folder, or None.

    ``request.refused`` says in words why receiving was stopped, when it was.
    """

    chunk_size = CHUNK

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self._bytes = 0
        self._names: set[str] = set()
        request.received, request.refused = None, ""  # type: ignore[attr-defined]

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """A file begins: a name of our own making, no other may have it, and only this user may read it."""
        super().new_file(*args, **kwargs)
        request: Any = self.request
        if request.received is None:
            place = private(folder(settings.EVENHAND_HOME)) / f"{INCOMING}{secrets.token_hex(6)}"
            request.received = private(place)
        if len(self._names) >= MOST_FILES:
            self._stop(f"More than {MOST_FILES} files were sent. Send fewer at once.")
        name = plain_name(self.file_name or "", self._names)
        self._names.add(name)
        self._path = Path(request.received) / name
        self._file = os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Some of the file. What is written is nobody else's to handle."""
        self._bytes += len(raw_data)
        if self._bytes > settings.WORKSPACE_UPLOAD_LIMIT:
            self._stop("The files are larger than the limit.")
        self._file.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile:
        """The file is whole."""
        self._file.close()
        return OnDisk(name=self._path.name, size=file_size)

    def upload_interrupted(self) -> None:
        """The connection broke or we stopped it: what came is removed."""
        if not getattr(self, "_file", None) or self._file.closed:
            return
        self._file.close()
        discard(self.request)

    def _stop(self, why: str) -> None:
        self.request.refused = why  # type: ignore[union-attr]
        raise StopUpload(connection_reset=False)


def plain_name(given: str, taken: set[str]) -> str:
    """A file name without folders, marks that mean something to a shell or a page, or a name that is taken already.

    >>> plain_name("../../etc/<b>records</b>.csv", {"b.csv"})
    'b_.csv'
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", given))[-1]
    stem, dot, ending = re.sub(r"[^\w .()-]", "_", last).strip(" .").rpartition(".")
    stem, ending = (stem or ending)[:LONGEST_NAME].strip(" ._") or "records", f"{dot}{ending[:10]}" if stem else ""
    name, number = f"{stem}{ending}", 1
    while name.lower() in {other.lower() for other in taken}:
        number += 1
        name = f"{stem} ({number}){ending}"
    return name


def discard(request: Any) -> None:
    """Remove whatever this request has sent."""
    received = getattr(request, "received", None)
    if received is not None:
        shutil.rmtree(received, ignore_errors=True)
        request.received = None


def drain(request: HttpRequest) -> None:
    """Read what is still coming and forget it, so that the browser hears the answer instead of a broken connection.

    Twice the limit at most: whoever sends more hears a broken connection.
    """
    left = 2 * settings.WORKSPACE_UPLOAD_LIMIT + CHUNK
    try:
        while left > 0 and (got := request.read(CHUNK)):
            left -= len(got)
    except OSError:
        return
