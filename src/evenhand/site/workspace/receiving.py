"""Receiving records: streamed to a folder that only this user can read, under names that can do nothing.

Django would put large files in the machine's shared temporary folder. Records of people belong in the workspace's own
folder from their first byte, and leave it when the run ends, however it ends.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import unicodedata
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

from evenhand.site.workspace.runs import INCOMING, folder, private

FIELDS = {"records": 60, "discharges": 1}  # the form's fields with files, and how many files each takes
LONGEST_NAME = 80
CHUNK = 2**20


class OnDisk(UploadedFile):
    """A file that was received: its name and size. What it holds is read from the folder, by the run alone."""

    def close(self) -> None:
        """Nothing is open."""


class ToDisk(FileUploadHandler):
    """Writes each file to one fresh folder of the workspace, with a folder in it for each field of FIELDS.

    ``request.received`` is that folder, or None. ``request.refused`` is the field and why receiving was stopped there,
    in words; None when it was not.
    """

    chunk_size = CHUNK

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self._bytes = 0
        self._names: dict[str, set[str]] = {field: set() for field in FIELDS}
        self._seen: dict[bytes, str] = {}
        self._file: BinaryIO | None = None
        request.received, request.refused = None, None  # type: ignore[attr-defined]

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """A file begins: a name of our own making, no other may have it, and only this user may read it."""
        super().new_file(*args, **kwargs)
        request: Any = self.request
        if request.received is None:
            place = private(folder(settings.EVENHAND_HOME)) / f"{INCOMING}{secrets.token_hex(6)}"
            request.received = private(place)
        field = self.field_name or ""
        names, most = self._names.setdefault(field, set()), FIELDS.get(field, 0)
        self._file, self._mark = None, hashlib.sha256()
        name = plain_name(self.file_name or "", names)
        if not most:
            return self._refuse("The page has changed. Open it again and choose the files there.")
        if len(names) >= most:
            return self._refuse(f"More than {most} {'files were' if most > 1 else 'file was'} sent. Send fewer.")
        names.add(name)
        self._path = private(Path(request.received) / field) / name
        self._file = os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Some of the file. What is written is nobody else's to handle."""
        self._bytes += len(raw_data)
        if self._bytes > settings.WORKSPACE_UPLOAD_LIMIT:
            self._refuse("The files are larger than the limit.")
            raise StopUpload(connection_reset=False)
        if self._file is not None:
            self._file.write(raw_data)
            self._mark.update(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile:
        """The file is whole. One that is empty, or that was sent before under another name, is refused."""
        if self._file is None:
            return OnDisk(name="refused", size=file_size)
        self._file.close()
        name = self._path.name
        twin = self._seen.setdefault(self._mark.digest(), name)
        if not file_size:
            self._refuse(f"{name} is empty. Choose another file.")
        elif twin is not name:
            # As two submissions the rows of one would be read and then set aside, all of them, in silence.
            self._refuse(f"{name} and {twin} hold the same. Send one of them.")
        return OnDisk(name=name, size=file_size)

    def upload_interrupted(self) -> None:
        """The connection broke or we stopped it: what came is removed."""
        if self._file is None or self._file.closed:
            return
        self._file.close()
        discard(self.request)

    def _refuse(self, why: str) -> None:
        """Say why these files are not taken. What is still coming is read, for the form's words come after them."""
        request: Any = self.request
        field = self.field_name if self.field_name in FIELDS else "records"
        request.refused = request.refused or (field, why)


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
