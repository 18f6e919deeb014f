"""The register of councils with adult social care responsibilities since April 2008.

Councils merge and split, and a council that stays the same can be given a new code. So a *council* here is a
body in law, known by its ``id`` (a slug that never changes and is never reused), and its codes are dated facts
about it. Questions are asked *as at* a date: ``register.by_code("E08000016", as_at=date(2024, 3, 31))``.

When is it the same council? **A council goes on for as long as its area goes on**: the register asks whether the
same people are served under the same duties, and nothing else. A county that became a unitary authority over its
whole area (Cornwall, Durham, Northumberland, Shropshire and Wiltshire in 2009, Buckinghamshire in 2020, North
Yorkshire and Somerset in 2023) is therefore one council with a new code and a new type, whether or not the order of
the change made a new body in law. A council whose area was divided or joined
(Cheshire, Bedfordshire, Dorset, Bournemouth, Poole, Northamptonshire, Cumbria) ends, and others succeed it. Two
reasons: a figure of one can be set beside the figure of the other without apology, which is what the register is for;
and the publishers do the same (the time series of ASCOF 2024-25 print 2015-16 under today's codes of Buckinghamshire,
North Yorkshire and Somerset, and print Dorset County and Dorset as two rows). Adjustments of a boundary (Gateshead
and Northumberland 2013, Barnsley and Sheffield 2025) change a code and not the council.

The data are ``data/councils.csv`` (one row a council) and ``data/council_codes.csv`` (one row a code and its
dates), with ``data/areas.csv`` for England, its regions and the publishers' council types, and, where a council's type
has changed, ``data/council_types.csv``. ``valid_from`` says since when a council has held adult social care
responsibilities (Bedford is older than 2009, its social care is not). GSS codes were issued in 2011 and are dated
back, as ONS does. The council type ``D`` (Districts) is a label under which the publishers printed North and West
Northamptonshire in 2021-22 and 2022-23; no council of this register has it, because both were unitary. A register
of another place (the simulated England of the demonstration) is read from a folder of the same files.
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
from typing import Literal, get_args

from evenhand.facts.errors import EvenhandError, UnknownArea, Where

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
class TypeSpell:
    """The days (both inclusive) during which a council was of one of the publishers' types."""

    council: str
    council_type: str
    valid_from: date
    valid_to: date | None

    def valid(self, as_at: date) -> bool:
        """Whether the council was of this type on a day."""
        return self.valid_from <= as_at and (self.valid_to is None or as_at <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Council:
    """One council with adult social care responsibilities (see the module for when it is the same one).

    region and council_type are codes in ``areas.csv``; council_type is the latest (``Register.type_of`` knows earlier
    ones); valid_from is never before 2008-04-01 (where the register begins); valid_to is the last day, inclusive, or
    None; predecessors and successors are council ids; other_names are further names that people and publishers use.
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
    other_names: tuple[str, ...] = ()

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
    """A name without case and punctuation."""
    return re.sub(r"[^a-z0-9]+", " ", text.lower().replace("&", " and ")).strip()


_KINDS = re.compile(
    r"\b((london|royal|metropolitan) borough of|(city|county|borough) of|"
    r"ua|council|corporation|borough|county|city|metropolitan|district|the)\b"
)


def _bare(text: str) -> str:
    """A key without the words that publishers add or drop: ``Derby City Council``, ``Derby UA`` -> ``derby``."""
    return " ".join(_KINDS.sub(" ", _key(text)).split())


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _split(text: str | None, mark: str) -> tuple[str, ...]:
    return tuple(x for x in (text or "").split(mark) if x)


def _rows(folder: Path, name: str) -> list[dict[str, str]]:
    """The rows of one file of a register. Raises EvenhandError when it is not there."""
    try:
        with (folder / name).open(encoding="utf-8", newline="") as f:
            return list(csv.DictReader(f))
    except FileNotFoundError:
        raise EvenhandError(
            "A register of councils needs this file.",
            where=Where(file=str(folder / name)),
            do="Point to a folder with councils.csv, council_codes.csv and areas.csv.",
        ) from None


def _level(text: str, where: Where) -> Level:
    for level in get_args(Level):
        if text == level:
            return level  # type: ignore[no-any-return]
    raise EvenhandError(f"{text!r} is not a level.", where=where, do=f"Write one of {', '.join(get_args(Level))}.")


def _long(day: date) -> str:
    """``1 April 2019``: no leading nought, which ``%d`` would give."""
    return f"{day.day} {day:%B %Y}"


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
        types: Iterable[TypeSpell] = (),
        simulated: bool = False,
    ) -> None:
        self.all: tuple[Council, ...] = tuple(councils)
        self.codes: tuple[Code, ...] = tuple(codes)
        self.areas: tuple[Area, ...] = tuple(areas)
        self.types: tuple[TypeSpell, ...] = tuple(types)
        self.simulated = simulated
        self._by_id = {c.id: c for c in self.all}
        self._codes: dict[str, list[Code]] = {}
        self._codes_of: dict[tuple[str, str], list[Code]] = {}
        for c in self.codes:
            self._codes.setdefault(c.code.upper(), []).append(c)
            self._codes_of.setdefault((c.council, c.scheme), []).append(c)

    @classmethod
    def from_folder(cls, folder: Path, *, simulated: bool = False) -> Register:
        """Read ``councils.csv``, ``council_codes.csv``, ``areas.csv`` (UTF-8, headed) and, if it is there,
        ``council_types.csv`` from a folder. Raises EvenhandError when a file is missing or a level is unknown.
        """
        councils = [
            Council(
                id=r["id"], name=r["name"], short_name=r["short_name"] or r["name"], region=r["region"],
                council_type=r["council_type"], valid_from=date.fromisoformat(r["valid_from"]),
                valid_to=_day(r["valid_to"]), predecessors=_split(r["predecessors"], " "),
                successors=_split(r["successors"], " "), source=r["source"],
                other_names=_split(r.get("other_names"), "|"),
            )
            for r in _rows(folder, "councils.csv")
        ]  # fmt: skip
        codes = [
            Code(r["council"], r["scheme"], r["code"], date.fromisoformat(r["valid_from"]), _day(r["valid_to"]),
                 r["source"])
            for r in _rows(folder, "council_codes.csv")
        ]  # fmt: skip
        areas = [
            Area(r["code"], _level(r["level"], Where(str(folder / "areas.csv"), row=n)), r["name"],
                 _split(r["aliases"], "|"))
            for n, r in enumerate(_rows(folder, "areas.csv"), start=2)
        ]  # fmt: skip
        types = [
            TypeSpell(r["council"], r["council_type"], date.fromisoformat(r["valid_from"]), _day(r["valid_to"]))
            for r in (_rows(folder, "council_types.csv") if (folder / "council_types.csv").exists() else [])
        ]
        return cls(councils, codes, areas, types=types, simulated=simulated)

    def council(self, council_id: str) -> Council:
        """The council with this id. Raises UnknownArea."""
        try:
            return self._by_id[council_id]
        except KeyError:
            raise UnknownArea(f"There is no council with the id {council_id!r}.") from None

    def councils(self, as_at: date) -> tuple[Council, ...]:
        """Every council that stood on a day, in the register's order (153 today)."""
        return tuple(c for c in self.all if c.existed(as_at))

    def type_of(self, council_id: str, as_at: date) -> str:
        """The publishers' type (``S``, ``U``, ``M``, ``I``, ``O``) of a council on a day; its latest if none is dated.

        Buckinghamshire was ``S`` until March 2020 and is ``U``. Raises UnknownArea for an unknown id.
        """
        latest = self.council(council_id).council_type
        return next((t.council_type for t in self.types if t.council == council_id and t.valid(as_at)), latest)

    def code_of(self, council_id: str, scheme: str, as_at: date) -> str:
        """The code (scheme ``gss`` or ``cassr``) of a council on a day; the nearest in time outside its dates.

        Raises UnknownArea when the register holds none.
        """
        own = self._codes_of.get((council_id, scheme), [])
        if not own:
            kind = {"gss": "ONS code", "cassr": "publishers' code"}.get(scheme, f"code of the scheme {scheme!r}")
            raise UnknownArea(f"The register holds no {kind} for {council_id!r}.")

        def days_away(c: Code) -> int:
            if as_at < c.valid_from:
                return (c.valid_from - as_at).days
            return 0 if c.valid_to is None else max(0, (as_at - c.valid_to).days)

        return min(own, key=days_away).code

    def gss(self, council_id: str, as_at: date) -> str:
        """The ONS code of a council on a day; the nearest one in time if the day is outside its dates."""
        return self.code_of(council_id, "gss", as_at)

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
        """Every name in full, without case and punctuation."""
        names: dict[str, list[Council]] = {}
        for c in self.all:
            for n in dict.fromkeys(map(_key, (c.name, c.short_name, c.id, *c.other_names))):
                names.setdefault(n, []).append(c)
        return names

    @cached_property
    def _bare_names(self) -> dict[str, list[Council]]:
        """Names without *City of*, *Council* and the like; never one that would then be the name of a region.

        (*City of London* must not be found as *London*.)
        """
        areas = {_bare(text) for a in self.areas for text in (a.name, *a.aliases)}
        names: dict[str, list[Council]] = {}
        for full, councils in self._names.items():
            bare = _bare(full)
            if bare and bare not in areas:
                own = names.setdefault(bare, [])
                own.extend(c for c in councils if c not in own)
        return names

    def _named(self, name: str) -> list[Council]:
        """Every council ever of this name: by the whole name if any has it, else by the bare one."""
        return self._names.get(_key(name)) or self._bare_names.get(_bare(name), [])

    def by_name(self, name: str, as_at: date) -> Council | None:
        """The council of this name on a day, or None; case, punctuation and words like *council* do not matter."""
        found = [c for c in self._named(name) if c.existed(as_at)]
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
        ever = self.ever_by_code(text) or tuple(self._named(text))
        if ever:
            raise self._not_then(ever[0], as_at)
        known = [*self._names, *self._area_names]
        near = difflib.get_close_matches(_key(text), known, n=5, cutoff=0.6)
        names = list(dict.fromkeys(self._names[k][0].name if k in self._names else self._area_names[k].name
                                   for k in near))[:3]  # fmt: skip
        raise UnknownArea(
            f"No council, region or council type is called {text!r}.",
            do=f"Did you mean {' or '.join(names)}?" if names else "Try the name as the council writes it.",
        )

    def _names_of(self, ids: tuple[str, ...]) -> str:
        """Names in a row. Semicolons, because a council's own name can hold commas and *and*."""
        return "; ".join(self.council(i).name for i in ids)

    def _not_then(self, c: Council, as_at: date) -> UnknownArea:
        """The error for a council asked about on a day when it did not stand."""
        span = f"from {_long(c.valid_from)}" if not c.valid_to else f"{_long(c.valid_from)} to {_long(c.valid_to)}"
        do = ""
        if c.valid_to and as_at > c.valid_to and c.successors:
            do = f"Its area is now served by {self._names_of(c.successors)}."
        elif as_at < c.valid_from and c.predecessors:
            do = f"Its area was then served by {self._names_of(c.predecessors)}."
        return UnknownArea(
            f"{c.name} was not a council with adult social care responsibilities on {_long(as_at)} (it was {span}).",
            do=do,
        )


@cache
def official() -> Register:
    """The register of England's councils that ships with Evenhand."""
    return Register.from_folder(Path(str(files("evenhand.facts") / "data")))
