"""The councils, regions and tile map of Simulated England: invented names, real kinds of change.

``data/places.csv`` holds today's 153 councils by region and type, ``data/formers.csv`` those that have gone, and
``data/tile_map.csv`` the map, one letter a region. A *role* makes a council meet one situation that the product must
show (see ``ROLES``). The seed decides which name stands at which place among councils of one region and type without
a role.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

import polars as pl

from evenhand.edition.sample.draws import Draws
from evenhand.facts.register import Area, Code, Council, Register, TypeSpell

COUNTRY = "X92000001"
NAME = "Simulated England"
SOURCE = "invented for the simulated England"
BEGINNING = date(2008, 4, 1)

TYPES: dict[str, tuple[str, str]] = {
    # code: name, the first three characters of the ONS-like codes
    "S": ("Simulated Shire Counties", "X10"),
    "U": ("Simulated Unitary Authorities", "X06"),
    "M": ("Simulated Metropolitan Districts", "X08"),
    "I": ("Simulated Inner Capital", "X09"),
    "O": ("Simulated Outer Capital", "X09"),
}

ROLES: dict[str, str] = {
    "zero": "nobody has a direct payment, and the council says so",
    "few": "so few people have a direct payment that the number is hidden",
    "tiny": "a very small place, where many numbers are hidden",
    "island": "a small island",
    "not-sent": "sent no client-level data for 2024-25",
    "no-survey": "did not run the survey of 2024-25",
    "high": "direct payments far above the rest",
    "low": "direct payments far below the rest",
    "recoded": "the same council with a new ONS code since April 2025",
    "county-to-unitary": "a county that took on its districts' duties, and a new code, in April 2023",
    "split": "one half of a county that was split in April 2021",
    "merged": "three councils until March 2019",
}


@dataclass(frozen=True, slots=True)
class Place:
    """One council of today: region by its alias, type by its letter, role from ``ROLES`` or empty."""

    region: str
    council_type: str
    name: str
    role: str


def _data(name: str) -> str:
    return (files("evenhand.edition.sample") / "data" / name).read_text(encoding="utf-8")


def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(_data(name).splitlines()))


def slug(name: str) -> str:
    """A council's id from its name: ``Isles of Lyonmere`` is ``isles-of-lyonmere``."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


@cache
def places(seed: int = 1) -> tuple[Place, ...]:
    """Today's 153 councils in the order of the file, with the names of each region and type shuffled by the seed."""
    rows = [Place(r["region"], r["council_type"], r["name"], r["role"]) for r in _rows("places.csv")]
    for kind in dict.fromkeys((p.region, p.council_type) for p in rows):
        at = [i for i, p in enumerate(rows) if (p.region, p.council_type) == kind and not p.role]
        names = [rows[i].name for i in at]
        for i, j in zip(at, Draws(seed).order(f"names/{kind[0]}/{kind[1]}", len(at)), strict=True):
            rows[i] = Place(rows[i].region, rows[i].council_type, names[j], "")
    return tuple(rows)


def _regions() -> dict[str, tuple[str, str]]:
    """Alias -> (code, name)."""
    return {r["alias"]: (f"X1200000{i}", r["name"]) for i, r in enumerate(_rows("regions.csv"), 1)}


SINCE = {"split": date(2021, 4, 1), "merged": date(2019, 4, 1)}
RECODED = {"recoded": date(2025, 4, 1), "county-to-unitary": date(2023, 4, 1)}


def _day_before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)


def _councils(seed: int) -> list[Council]:
    regions = _regions()
    formers = _rows("formers.csv")
    after: dict[str, list[str]] = {}
    for f in formers:
        for s in f["successors"].split("|"):
            after.setdefault(s, []).append(slug(f["name"]))
    today = [
        Council(slug(p.name), p.name, p.name, regions[p.region][0], p.council_type, SINCE.get(p.role, BEGINNING), None,
                tuple(after.get(p.name, ())), (), SOURCE)
        for p in places(seed)
    ]  # fmt: skip
    gone = [
        Council(slug(f["name"]), f["name"], f["name"], regions[f["region"]][0], f["council_type"], BEGINNING,
                date.fromisoformat(f["until"]), (), tuple(slug(s) for s in f["successors"].split("|")), SOURCE)
        for f in formers
    ]  # fmt: skip
    return today + gone


def _gss(councils: list[Council], roles: dict[str, str]) -> list[Code]:
    """ONS-like codes: letters by type, numbers by order, a second code where the council's role says so."""
    codes: list[Code] = []
    used: dict[str, int] = {}

    def new(prefix: str) -> str:
        used[prefix] = used.get(prefix, 0) + 1
        return f"{prefix}{used[prefix]:06d}"

    for c in councils:
        change = RECODED.get(roles.get(c.id, ""))
        now = TYPES[c.council_type][1]
        if change is None:
            codes.append(Code(c.id, "gss", new(now), c.valid_from, c.valid_to, SOURCE))
            continue
        before = "X10" if roles[c.id] == "county-to-unitary" else now
        codes.append(Code(c.id, "gss", new(before), c.valid_from, _day_before(change), SOURCE))
        codes.append(Code(c.id, "gss", new(now), change, None, SOURCE))
    return codes


def _cassr(councils: list[Council]) -> list[Code]:
    """Publishers' codes: V, the region's number and two digits; younger councils have five."""
    codes = []
    used: dict[str, int] = {}
    for c in councils:
        used[c.region] = n = used.get(c.region, 0) + 1
        text = f"V{c.region[-1]}{n:02d}" if c.valid_from == BEGINNING else f"V{n:02d}X{c.region[-1]}"
        codes.append(Code(c.id, "cassr", text, c.valid_from, c.valid_to, SOURCE))
    return codes


def _types(roles: dict[str, str]) -> list[TypeSpell]:
    """A county until its change, a unitary authority after it."""
    change = RECODED["county-to-unitary"]
    spells = []
    for council in (i for i, role in roles.items() if role == "county-to-unitary"):
        spells.append(TypeSpell(council, "S", BEGINNING, _day_before(change)))
        spells.append(TypeSpell(council, "U", change, None))
    return spells


def _areas() -> list[Area]:
    areas = [Area(COUNTRY, "country", NAME, (f"TOTAL {NAME}",))]
    areas += [Area(code, "region", name, (alias,)) for alias, (code, name) in _regions().items()]
    areas += [Area(code, "council_type", name, ()) for code, (name, _) in TYPES.items()]
    return areas


@cache
def sample_register(seed: int = 1) -> Register:
    """The register of Simulated England: 153 councils today, four that have gone, ``simulated`` is True."""
    councils = _councils(seed)
    roles = {slug(p.name): p.role for p in places(seed)}
    return Register(
        councils, [*_gss(councils, roles), *_cassr(councils)], _areas(), types=_types(roles), simulated=True
    )


def with_role(role: str, seed: int = 1) -> tuple[str, ...]:
    """The ids of the councils that play a role of ``ROLES``."""
    return tuple(slug(p.name) for p in places(seed) if p.role == role)


def _label(name: str, taken: set[str]) -> str:
    """Three letters for a tile, not yet used: the name's first two and the first later one that is free."""
    words = [w for w in re.findall(r"[A-Z]+", name.upper()) if w not in ("OF", "AND", "THE", "ISLE", "ISLES")]
    letters = words[0][0] + words[1] if words[0] in ("EAST", "WEST") else "".join(words)
    for tail in letters[2:]:
        if letters[:2] + tail not in taken:
            taken.add(letters[:2] + tail)
            return letters[:2] + tail
    raise ValueError(f"no label of three letters is left for {name!r}")


def sample_tiles(seed: int = 1) -> pl.DataFrame:
    """The tile map: one row a council of today, ``council``, ``column``, ``row`` (from 1 at top left), ``label``."""
    free = {r: iter([p for p in places(seed) if p.region == r]) for r in _regions()}
    letters = dict(zip("NMWVHECSB", _regions(), strict=True))
    cells, taken = [], set[str]()
    for y, line in enumerate(_data("tile_map.csv").splitlines()[1:], 1):
        for x, letter in enumerate(line, 1):
            if letter != ".":
                name = next(free[letters[letter]]).name
                cells.append((slug(name), x, y, _label(name, taken)))
    return pl.DataFrame(
        cells, schema={"council": pl.String, "column": pl.Int32, "row": pl.Int32, "label": pl.String}, orient="row"
    )
