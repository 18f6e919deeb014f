"""Is this download what it says it is? An empty answer or a web page must never look like data."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from evenhand.sources.fetch.client import FetchFailed

ZIPPED = (".ods", ".xlsx", ".zip")


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as f:
        while piece := f.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def verify(path: Path, name: str, *, content_type: str = "", sha256: str = "") -> str:
    """The SHA-256 of a finished download, after checking that it is a file of the kind that its name says.

    Raises FetchFailed: empty, a web page, of another kind, an ArcGIS error, or not the pinned bytes.
    """
    if path.stat().st_size == 0:
        raise FetchFailed(f"The publisher answered with nothing for {name}.", do="An empty answer is not data.")
    with path.open("rb") as f:
        start = f.read(2048).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if content_type.lower().startswith("text/html") or start.startswith((b"<!doctype html", b"<html")):
        raise FetchFailed(
            f"The publisher answered with a web page instead of {name}.",
            do="The file has probably moved. Look at the publisher's page.",
        )
    if not start:
        raise FetchFailed(f"The publisher answered with blanks for {name}.", do="An empty answer is not data.")
    _check_kind(path, name, start)
    found = sha256_of(path)
    if sha256 and found != sha256.lower():
        raise FetchFailed(
            f"{name} is not the file that this address is known for: its checksum is {found[:12]}…, "
            f"and {sha256[:12].lower()}… was expected.",
            do="It was thrown away.",
        )
    return found


def _check_kind(path: Path, name: str, start: bytes) -> None:
    """The first bytes must fit the ending of the name."""
    ending = name.lower()[name.rfind(".") :] if "." in name else ""
    wrong = False
    if ending in ZIPPED:
        wrong = not start.startswith(b"pk\x03\x04")
    elif ending == ".xls":
        wrong = not start.startswith((b"\xd0\xcf\x11\xe0", b"pk\x03\x04"))
    elif ending == ".csv":
        # "PK": "csv" in the name of what is really a workbook is known to happen, and the readers go by content
        wrong = b"\x00" in start and not start.startswith(b"pk\x03\x04")
        if start.startswith(b"{") and b'"error"' in start:
            raise FetchFailed(f"The publisher answered with an error instead of {name}.")
    elif ending in (".json", ".geojson"):
        _check_json(path, name)
    if wrong:
        raise FetchFailed(f"What came for {name} is not a {ending} file.", do="It was thrown away.")


def _check_json(path: Path, name: str) -> None:
    """JSON that parses, has features, is not cut at a service's limit, and is no error sent with HTTP 200."""
    try:
        answer = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as fault:
        raise FetchFailed(f"What came for {name} is not JSON.", do="It was thrown away.") from fault
    if isinstance(answer, dict) and "error" in answer:
        error = answer["error"]
        said = error.get("message", "") if isinstance(error, dict) else str(error)
        raise FetchFailed(f"The service answered with an error instead of {name}: {str(said)[:120] or 'no reason'}.")
    if not isinstance(answer, dict) or not answer.get("features"):
        raise FetchFailed(f"{name} has no outlines in it.", do="An empty answer is not data.")
    properties = answer.get("properties") or {}
    if answer.get("exceededTransferLimit") or (
        isinstance(properties, dict) and properties.get("exceededTransferLimit")
    ):
        raise FetchFailed(f"The service cut {name} short at its own limit.", do="A part of a map is not a map.")
