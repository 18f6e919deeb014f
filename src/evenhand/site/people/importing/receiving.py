"""Receiving a file in memory, up to the limit: Django would put it into the machine's shared temporary folder."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

from evenhand.site.people.importing.reading import MOST_BYTES

ROUND = 2**20  # what a form adds to its file


class InMemory(FileUploadHandler):
    """Holds one file. What goes beyond the limit is not held: the file then comes out one byte too long."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self._held = bytearray()
        self._files = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """A file begins. A form of ours sends one."""
        super().new_file(*args, **kwargs)
        self._files += 1
        if self._files > 1:
            raise StopUpload(connection_reset=False)
        self._held = bytearray()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Some of the file."""
        if len(self._held) <= MOST_BYTES:
            self._held += raw_data[: MOST_BYTES + 1 - len(self._held)]

    def file_complete(self, file_size: int) -> UploadedFile:
        """The file, or as much of it as shows that it is too large."""
        return SimpleUploadedFile(self.file_name or "file", bytes(self._held))


def too_large(request: HttpRequest) -> bool:
    """Whether the request says that it is larger than a file and a form can be."""
    said = request.META.get("CONTENT_LENGTH") or "0"
    return not said.isdigit() or int(said) > MOST_BYTES + ROUND


def drain(request: HttpRequest) -> None:
    """Read and forget what is still coming, so that the browser hears the answer; four times the limit at most."""
    left = 4 * MOST_BYTES
    try:
        while left > 0 and (got := request.read(ROUND)):
            left -= len(got)
    except OSError:
        return


def plain_name(given: str) -> str:
    """A file's name for pages: without folders and marks that mean something elsewhere, at most 100 letters.

    >>> plain_name("C:\\\\lists\\\\<b>people</b>.csv")
    'b_.csv'
    """
    last = re.split(r"[/\\\\]", unicodedata.normalize("NFC", given))[-1]
    return re.sub(r"[^\w .()-]", "_", last).strip(" .")[-100:] or "file"
