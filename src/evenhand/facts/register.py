"""The register of councils with adult social care responsibilities since April 2008.

Councils merge and split, and a council that stays the same can be given a new code. So a *council* here is a
body in law, known by its ``id`` (a slug that never changes and is never reused), and its codes are dated facts
about it. Questions are asked *as at* a date: ``register.by_code("E08000016", as_at=date(2024, 3, 31))``.

The data are ``data/councils.csv`` (one row a council) and ``data/council_codes.csv`` (one row a code and its
dates), with ``data/areas.csv`` for England, its regions and the publishers' council types. A register of another
place (the simulated England of the demonstration) is read from a folder of the same three files.
"""

from __future__ import annotations

import csv
import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Literal

from evenhand.facts.errors import UnknownArea

Level = Literal["council", "region", "council_type", "country"]
ENGLAND = "E92000001"


@dataclass(frozen=True, slots=True)
class Code:
    """One code of one council: ``scheme`` is ``gss`` (ONS nine characters) or ``cassr`` (publishers' own)."""

    council: str
    scheme: str
    code: str
    valid_from: date
    valid_to: date | None
    source: str

    def valid(self, as_at: date) -> bool:
        """Whether the code was in use on a day (both ends inclusive)."""
        return self.valid_from <= as_at and (self.valid_to is None or as_at <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Council:
    """One council with adult social care responsibilities, as a body in law.

    region and council_type are codes in ``areas.csv``; valid_from is never before 2008-04-01 (where the register
    begins); valid_to is the last day, inclusive, or None; predecessors and successors are council ids.
    """

    id: str
    name: str
    short_name: str
    region: str
    council_type: str
    valid_from: date
    valid_to: date | None
    predecessors: tuple[str, ...]
    successors: tuple[str, ...]
    source: str

    def existed(self, as_at: date) -> bool:
        """Whether the council stood on a day (both ends inclusive)."""
        return self.valid_from <= as_at and (self.valid_to is None or as_at <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Area:
    """England, one of its regions, or one of the publishers' council types.

    ``code`` is the id used everywhere (GSS for country and regions, the publishers' letter for council types);
    ``aliases`` are other codes and names that publishers print for it.
    """

    code: str
    level: Level
    name: str
    aliases: tuple[str, ...]


def _key(text: str) -> str:
    """A name without case, punctuation and the words that publishers add or drop."""
    text = text.lower().replace("&", " and ")
    text = re.sub(r"\b(ua|council|borough|county|city of|london borough of|royal borough of|the)\b", " ", text)
    return re.sub(r"[^a-z0-9]+", " ", text).strip()


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _ids(text: str) -> tuple[str, ...]:
    return tuple(x for x in text.split(" ") if x)


def period_end(period: str) -> date:
    """The last day of a period: ``2024-25`` is 2025-03-31, ``mid-2023`` is 2023-06-30, ``2019`` is 2019-12-31.

    Raises ValueError on anything else.
    """
    if m := re.fullmatch(r"(\d{4})-(\d{2})", period):
        start = int(m[1])
        if (start + 1) % 100 != int(m[2]):
            raise ValueError(f"{period!r} is not a financial year: the second year must follow the first")
        return date(start + 1, 3, 31)
    if m := re.fullmatch(r"mid-(\d{4})", period):
        return date(int(m[1]), 6, 30)
    if re.fullmatch(r"\d{4}", period):
        return date(int(period), 12, 31)
    raise ValueError(f"{period!r} is not a period: write 2024-25, mid-2023 or 2019")


class Register:
    """All councils, their codes, and the areas above them. Immutable; build with ``official()`` or ``from_folder``."""

    def __init__(
        self,
        councils: Iterable[Council],
        codes: Iterable[Code],
        areas: Iterable[Area],
        *,
        simulated: bool = False,
    ) -> None:
        self.all: tuple[Council, ...] = tuple(councils)
        self.codes: tuple[Code, ...] = tuple(codes)
        self.areas: tuple[Area, ...] = tuple(areas)
        self.simulated = simulated
        self._by_id = {c.id: c for c in self.all}
        self._codes: dict[str, list[Code]] = {}
        self._codes_of: dict[tuple[str, str], list[Code]] = {}
        for c in self.codes:
            self._codes.setdefault(c.code.upper(), []).append(c)
            self._codes_of.setdefault((c.council, c.scheme), []).append(c)

    @classmethod
    def from_folder(cls, folder: Path, *, simulated: bool = False) -> Register:
        """Read ``councils.csv``, ``council_codes.csv`` and ``areas.csv`` from a folder (UTF-8, headed)."""

        def rows(name: str) -> list[dict[str, str]]:
            with (folder / name).open(encoding="utf-8", newline="") as f:
                return list(csv.DictReader(f))

        councils = [
            Council(
                id=r["id"], name=r["name"], short_name=r["short_name"] or r["name"], region=r["region"],
                council_type=r["council_type"], valid_from=date.fromisoformat(r["valid_from"]),
                valid_to=_day(r["valid_to"]), predecessors=_ids(r["predecessors"]),
                successors=_ids(r["successors"]), source=r["source"],
            )
            for r in rows("councils.csv")
        ]  # fmt: skip
        codes = [
            Code(r["council"], r["scheme"], r["code"], date.fromisoformat(r["valid_from"]), _day(r["valid_to"]),
                 r["source"])
            for r in rows("council_codes.csv")
        ]  # fmt: skip
        areas = [
            Area(r["code"], r["level"], r["name"], tuple(a for a in r["aliases"].split("|") if a))  # type: ignore[arg-type]
            for r in rows("areas.csv")
        ]
        return cls(councils, codes, areas, simulated=simulated)

    def council(self, council_id: str) -> Council:
        """The council with this id. Raises UnknownArea."""
        try:
            return self._by_id[council_id]
        except KeyError:
            raise UnknownArea(f"There is no council with the id {council_id!r}.") from None

    def councils(self, as_at: date) -> tuple[Council, ...]:
        """Every council that stood on a day, in the register's order (153 today)."""
        return tuple(c for c in self.all if c.existed(as_at))

    def gss(self, council_id: str, as_at: date) -> str:
        """The ONS code of a council on a day; the nearest one in time if the day is outside its dates."""
        own = self._codes_of.get((council_id, "gss"), [])
        for c in own:
            if c.valid(as_at):
                return c.code
        if not own:
            raise UnknownArea(f"The register holds no ONS code for {council_id!r}.")
        return min(
            own,
            key=lambda c: min(abs((c.valid_from - as_at).days), abs(((c.valid_to or as_at) - as_at).days)),
        ).code

    def by_code(self, code: str, as_at: date) -> Council | None:
        """The council that a GSS or publishers' code means on a day, or None.

        A code keeps its meaning for as long as its council stands: publishers go on printing a superseded ONS
        code (Barnsley's E08000016) for years, and begin to print a new one early, so a code outside its own dates
        still resolves when exactly one council that stood on that day has ever carried it.
        """
        found = self._codes.get(code.strip().upper(), [])
        exact = {c.council for c in found if c.valid(as_at)}
        standing = exact or {c.council for c in found}
        standing = {i for i in standing if self._by_id[i].existed(as_at)}
        return self._by_id[standing.pop()] if len(standing) == 1 else None

    def ever_by_code(self, code: str) -> tuple[Council, ...]:
        """Every council that has carried a code at any time."""
        return tuple(
            self._by_id[i] for i in dict.fromkeys(c.council for c in self._codes.get(code.strip().upper(), []))
        )

    @cached_property
    def _names(self) -> dict[str, list[Council]]:
        names: dict[str, list[Council]] = {}
        for c in self.all:
            for n in {_key(c.name), _key(c.short_name), _key(c.id.replace("-", " "))}:
                names.setdefault(n, []).append(c)
        return names

    def by_name(self, name: str, as_at: date) -> Council | None:
        """The council of this name on a day, or None; case, punctuation and words like *council* do not matter."""
        found = [c for c in self._names.get(_key(name), []) if c.existed(as_at)]
        return found[0] if len(found) == 1 else None

    @cached_property
    def _area_names(self) -> dict[str, Area]:
        out: dict[str, Area] = {}
        for a in self.areas:
            for text in (a.code, a.name, *a.aliases):
                out.setdefault(text.lower().strip(), a)
        return out

    def area(self, text: str) -> Area | None:
        """England, a region or a council type by code, name or a publisher's alias; None when it is none of them."""
        return self._area_names.get(text.lower().strip())

    @property
    def country(self) -> Area:
        """England, or the simulated country."""
        return next(a for a in self.areas if a.level == "country")

    def find(self, text: str, as_at: date) -> Council | Area:
        """What a person typed: a code, a name, an old name. Raises UnknownArea with the nearest names."""
        found = self.by_code(text, as_at) or self.by_name(text, as_at) or self.area(text)
        if found:
            return found
        ever = self.ever_by_code(text) or tuple(self._names.get(_key(text), []))
        if ever:
            c = ever[0]
            after = ", ".join(self._by_id[s].name for s in c.successors)
            span = (
                f"{c.valid_from:%d %B %Y} to {c.valid_to:%d %B %Y}" if c.valid_to else f"from {c.valid_from:%d %B %Y}"
            )
            raise UnknownArea(
                f"{c.name} was not a council with adult social care responsibilities on {as_at:%d %B %Y} ({span}).",
                do=f"Its area is now part of {after}." if after else "",
            )
        near = difflib.get_close_matches(_key(text), list(self._names), n=3, cutoff=0.6)
        names = [self._names[k][0].name for k in near]
        raise UnknownArea(
            f"No council, region or council type is called {text!r}.",
            do=f"Did you mean {' or '.join(names)}?" if names else "Try the name as the council writes it.",
        )


@cache
def official() -> Register:
    """The register of England's councils that ships with Evenhand."""
    return Register.from_folder(Path(str(files("evenhand.facts") / "data")))
