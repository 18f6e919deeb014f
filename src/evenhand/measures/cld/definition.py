"""The official measures from client-level records, as data that a reader of the handbook can check line by line.

One YAML file a measure in ``definitions/``, read strictly: a field that is missing or that nobody knows is an error.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml

from evenhand.facts.errors import EvenhandError, Where
from evenhand.measures.cld.options import ALWAYS, SAID, official_name

ORDER = ("2A", "2B", "2C", "2D", "2E", "3D")
NAMES = {official_name(field) for field in SAID} | set(ALWAYS)


@dataclass(frozen=True, slots=True)
class Part:
    """One figure of a measure: who is counted, out of whom, and which way is better ("none" where neither is)."""

    title: str
    numerator: str
    denominator: str
    direction: Literal["higher", "lower", "none"]


@dataclass(frozen=True, slots=True)
class CldMeasure:
    """A measure: what it asks and why, how it is counted, and the reason's sentence for each person left out.

    parts: by the letter that measures.csv gives. reasons: by the key that decisions give. options: the official names
    of the quirks that bear on it. example: rows in the short-hand of the worked cases, and the figures they must give
    (a test runs each).
    """

    code: str
    title: str
    question: str
    why_it_matters: str
    official: str
    definition_version: str
    source_return: str
    date_basis: str
    unit: str
    places: int
    groups: tuple[str, ...]
    parts: dict[str, Part]
    reasons: dict[str, str]
    options: tuple[str, ...]
    caveats: tuple[str, ...]
    example: dict[str, Any]


@cache
def definitions() -> dict[str, CldMeasure]:
    """Every measure by its code, in the order of the handbook. Raises EvenhandError for a file not understood whole."""
    folder = files("evenhand.measures.cld") / "definitions"
    return {code: _read(code, (folder / f"{code.lower()}.yaml").read_text(encoding="utf-8")) for code in ORDER}


def _read(code: str, text: str) -> CldMeasure:
    where = Where(file=f"definitions/{code.lower()}.yaml")
    held = yaml.safe_load(text)
    known = set(CldMeasure.__dataclass_fields__)
    if odd := set(held) ^ known:
        raise EvenhandError(f"It lacks or does not know: {', '.join(sorted(odd))}.", where=where)
    if held["code"] != code:
        raise EvenhandError(f"Its code is {held['code']}.", where=where)
    parts = {str(name): _part(str(name), part, where) for name, part in held["parts"].items()}
    if strange := [name for name in held["options"] if name not in NAMES]:
        raise EvenhandError(f"It names what is no option or quirk: {', '.join(strange)}.", where=where)
    plain: dict[str, Any] = {
        key: " ".join(value.split()) if isinstance(value, str) else value for key, value in held.items()
    }
    plain |= {key: tuple(held[key]) for key in ("groups", "options", "caveats")}
    reasons = {key: " ".join(said.split()) for key, said in held["reasons"].items()}
    return CldMeasure(**plain | {"parts": parts, "reasons": reasons})


def _part(name: str, held: dict[str, str], where: Where) -> Part:
    if odd := set(held) ^ set(Part.__dataclass_fields__):
        raise EvenhandError(f"Part {name or 'one'} lacks or does not know: {', '.join(sorted(odd))}.", where=where)
    if held["direction"] not in ("higher", "lower", "none"):
        raise EvenhandError(f"The direction of part {name or 'one'} is higher, lower or none.", where=where)
    return Part(**{key: " ".join(said.split()) for key, said in held.items()})  # type: ignore[arg-type]
