"""Style sheet, script and pictures: hashed names, kept for a year, packed once a process, without a collecting step.

WhiteNoise does the serving. Django's own way to hashed and packed names is ``collectstatic``, which copies every file
before the first page can be shown; a fresh clone would then need one more step. There are a few dozen small files, so
this reads them when the process starts instead: some 30 ms.
"""

from __future__ import annotations

import gzip
import hashlib
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any
from wsgiref.headers import Headers

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile

DIGITS = 12
PACKED = {".css", ".js", ".svg", ".json", ".txt"}


class HashedNames(StaticFilesStorage):
    """Addresses that change with the file: ``design/evenhand.css`` is at ``/static/design/evenhand.1f0c….css``."""

    def url(self, name: str | None) -> str:
        """The address of a file, hashed when the file is known (and not while developing: files change under way)."""
        plain = super().url(name)
        found = None if settings.DEBUG or name is None else finders.find(name)
        return hashed(plain, found) if isinstance(found, str) else plain


def hashed(address: str, path: str) -> str:
    """An address with the checksum of what the file held when this process first asked."""
    stem, dot, ending = address.rpartition(".")
    return f"{stem}.{_checksum(path)}{dot}{ending}" if dot and "/" not in ending else address


@lru_cache(maxsize=4096)
def _checksum(path: str) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:DIGITS]


class Files(WhiteNoiseMiddleware):
    """WhiteNoise, with every file under its hashed name too, and text packed in a folder that goes with the process."""

    def __init__(self, get_response: Any = None) -> None:
        self._packed = tempfile.TemporaryDirectory(prefix="evenhand-static-")
        super().__init__(get_response)

    def add_file_to_dictionary(self, url: str, path: str, stat_cache: Any = None) -> None:
        """One file found at the start, under both of its names."""
        super().add_file_to_dictionary(url, path, stat_cache)
        other = hashed(url, path)
        if other != url:
            super().add_file_to_dictionary(other, path, stat_cache)

    def get_static_file(self, path: str, url: str, stat_cache: Any = None) -> Any:
        """A file ready to serve, named by its checksum, with its packed form when that is a tenth smaller."""
        if self.autorefresh:  # developing: the file may change while we run, so nothing about it is remembered
            return super().get_static_file(path, url, stat_cache)
        headers = Headers([("ETag", f'"{_checksum(path)}"')])
        self.add_mime_headers(headers, path, url)
        self.add_cache_headers(headers, path, url)
        packed = self._pack(Path(path))
        return StaticFile(path, headers.items(), encodings={"gzip": packed} if packed else None)

    def _pack(self, path: Path) -> str | None:
        if path.suffix not in PACKED:
            return None
        target = Path(self._packed.name) / f"{_checksum(str(path))}{path.suffix}.gz"
        if not target.exists():
            body = path.read_bytes()
            packed = gzip.compress(body, mtime=0)
            if len(packed) > 0.9 * len(body):
                return None
            target.write_bytes(packed)
        return str(target)

    def immutable_file_test(self, path: str, url: str) -> bool:
        """Whether the address holds the file's checksum, so that what is there can never change."""
        parts = url.rsplit(".", 2)
        return not self.autorefresh and len(parts) == 3 and parts[1] == _checksum(path)
