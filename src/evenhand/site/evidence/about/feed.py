"""The editions of this machine as an Atom feed (RFC 4287), so that readers and machines learn of a new one."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from evenhand.edition.store import listed, shelf

ATOM = "http://www.w3.org/2005/Atom"
MOST = 20


def feed(home: Path, site: str) -> bytes:
    """The newest MOST editions, newest first. ``site`` is the site's own address, without a slash at its end.

    An entry's time is when the edition came to the shelf. Ids are tags (RFC 4151), so that they stay the same when the
    site moves. Raises EvenhandError where the shelf is damaged.
    """
    ET.register_namespace("", ATOM)
    entries = [(_when(home, e.id), e) for e in reversed(listed(home)[-MOST:])]
    top = ET.Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": "en-GB"})
    _text(top, "id", "tag:evenhand,2026:editions")
    _text(top, "title", "Editions of Evenhand")
    _text(top, "updated", max((when for when, _ in entries), default=_stamp(0)))
    _link(top, f"{site}/editions.atom", "self")
    _link(top, f"{site}/", "alternate")
    _text(ET.SubElement(top, f"{{{ATOM}}}author"), "name", "Evenhand")
    for when, e in entries:
        one = ET.SubElement(top, f"{{{ATOM}}}entry")
        _text(one, "id", f"tag:evenhand,2026:edition:{e.id}")
        _text(one, "title", title(e.id, e.about))
        _text(one, "updated", when)
        _link(one, f"{site}/data/", "alternate")
        _text(one, "summary", summary(e.about, e.current))
    ET.indent(top)
    return bytes(ET.tostring(top, encoding="utf-8", xml_declaration=True))


def title(ident: str, about: dict[str, Any]) -> str:
    """``Edition e-fe485dcaa4f3, figures to 2024-25``; a simulated one says so first."""
    newest = about.get("newest_period")
    text = f"Edition {ident}" + (f", figures to {newest}" if newest else "")
    return f"Simulated: {text}" if about.get("simulated") else text


def summary(about: dict[str, Any], current: bool) -> str:
    """What an edition is made of, and whether it is the one in use."""
    files = len(about.get("built_from", []))
    use = "It is the edition in use." if current else "It is not the edition in use."
    invented = " Every figure in it is invented." if about.get("simulated") else ""
    return f"Made from {files} source {'file' if files == 1 else 'files'}. {use}{invented}"


def _when(home: Path, ident: str) -> str:
    return _stamp((shelf(home) / ident / "edition.json").stat().st_mtime)


def _stamp(seconds: float) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).isoformat().replace("+00:00", "Z")


def _text(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, f"{{{ATOM}}}{name}").text = text


def _link(parent: ET.Element, address: str, relation: str) -> None:
    ET.SubElement(parent, f"{{{ATOM}}}link", {"rel": relation, "href": address})
