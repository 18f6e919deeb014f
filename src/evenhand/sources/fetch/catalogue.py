"""The catalogue of publishers' files: data, checked on reading. See ``catalogue.yaml`` for what each field means."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import yaml

from evenhand.facts.errors import EvenhandError, Where

METHODS = ("govuk", "nhs_page", "arcgis", "direct")
CONFIDENCE = ("seen", "derived")


class BadCatalogue(EvenhandError):
    """A catalogue that breaks its own rules."""


@dataclass(frozen=True, slots=True)
class Pin:
    """A last-known-good address; ``sha256`` when the publisher's bytes are known and must not differ."""

    url: str
    confidence: str
    name: str = ""
    sha256: str = ""


@dataclass(frozen=True)
class Source:
    """One entry of the catalogue. ``discover`` holds the method's own parameters; ``councils`` what to expect."""

    key: str
    publisher: str
    title: str
    licence: str
    method: str
    confidence: str
    readers: tuple[str, ...] = ()
    councils: int | None = None
    default: bool = True
    discover: dict[str, Any] = field(default_factory=dict)
    pins: tuple[Pin, ...] = ()


@dataclass(frozen=True)
class Catalogue:
    """All sources, and the hosts that may be asked at all."""

    sources: tuple[Source, ...]
    hosts: frozenset[str]

    def chosen(self, only: set[str] | None) -> tuple[Source, ...]:
        """The sources asked for by key, or all that are fetched by default. Raises BadCatalogue for an unknown key."""
        if only is None:
            return tuple(s for s in self.sources if s.default)
        unknown = sorted(only - {s.key for s in self.sources})
        if unknown:
            raise BadCatalogue(
                f"There is no source called {', '.join(unknown)}.",
                do=f"The sources are {', '.join(s.key for s in self.sources)}.",
            )
        return tuple(s for s in self.sources if s.key in only)


def safe_name(name: str) -> str:
    """A file name that is one name on every system: no path, no leading dot, nothing a shell or Windows dislikes."""
    name = unquote(name).replace("\\", "/").rsplit("/", 1)[-1]
    name = re.sub(r"[^A-Za-z0-9._()+-]+", "_", name).lstrip("._")
    if len(name) > 150:
        stem, dot, suffix = name.rpartition(".")
        name = stem[: 149 - len(suffix)] + dot + suffix
    return name or "file"


def name_of(url: str, given: str = "") -> str:
    """The name to store a file under: the one given, else the last part of the address."""
    return safe_name(given or urlsplit(url).path)


def _source(raw: dict[str, Any], hosts: frozenset[str], place: Where) -> Source:
    """One entry, or BadCatalogue saying what is wrong with it."""
    try:
        pins = tuple(Pin(**p) for p in raw.get("pins", []))
        discover = dict(raw["discover"])
        source = Source(
            key=raw["key"], publisher=raw["publisher"], title=raw["title"], licence=raw["licence"],
            method=discover.pop("method"), confidence=raw["confidence"], readers=tuple(raw["readers"]),
            councils=raw.get("councils"), default=raw.get("default", True), discover=discover, pins=pins,
        )  # fmt: skip
    except (KeyError, TypeError, AttributeError, ValueError) as fault:
        raise BadCatalogue(f"The entry {str(raw)[:60]} lacks or misspells {fault}.", where=place) from fault
    if not re.fullmatch(r"[a-z0-9-]+", source.key):
        raise BadCatalogue(f"{source.key!r} is no key: use small letters, digits and hyphens.", where=place)
    if source.method not in METHODS:
        raise BadCatalogue(f"{source.key}: there is no method {source.method!r}.", where=place)
    if {source.confidence, *(p.confidence for p in pins)} - set(CONFIDENCE):
        raise BadCatalogue(f"{source.key}: confidence is seen or derived.", where=place)
    for pin in pins:
        parts = urlsplit(pin.url)
        if parts.scheme != "https" or parts.hostname not in hosts:
            raise BadCatalogue(f"{source.key}: {pin.url} is not https at a host of this catalogue.", where=place)
    if source.method == "direct" and not pins:
        raise BadCatalogue(f"{source.key}: the method direct needs a pin.", where=place)
    return source


def load_catalogue(path: Path | None = None) -> Catalogue:
    """The catalogue that ships with Evenhand, or another of the same form. Raises BadCatalogue."""
    path = path or Path(str(files("evenhand.sources.fetch") / "catalogue.yaml"))
    place = Where(path.name)
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        hosts = frozenset(raw["hosts"])
        entries = list(raw["sources"])
    except (yaml.YAMLError, KeyError, TypeError) as fault:
        raise BadCatalogue(f"The catalogue cannot be read ({str(fault)[:120]}).", where=place) from fault
    sources = tuple(_source(e, hosts, place) for e in entries)
    keys = [s.key for s in sources]
    if len(set(keys)) != len(keys):
        raise BadCatalogue("Two sources have one key.", where=place)
    return Catalogue(sources, hosts)
