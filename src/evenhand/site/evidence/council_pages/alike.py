"""Which of the councils most like this one do better, on measures that say which way is better, and how sure that is.

Many pairs are looked at, so "beyond chance" asks for a 99.8% interval of the difference that leaves out zero; the 95%
interval is printed. Both come from ``compare.difference`` over the limits that the edition holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from evenhand.compare import words as say
from evenhand.compare.difference import Difference, difference
from evenhand.edition.read import Edition
from evenhand.edition.sentences import PERCENTS
from evenhand.facts.register import Council
from evenhand.site.evidence.council_pages.lines import Line

SHOWN = 3  # councils named for a measure; the comparison has the rest
OPEN = 3  # measures shown at once; the others are one tap below
LIMITS = ("value", "lower95", "upper95", "lower998", "upper998")
MOST_COMPARED = 10


@dataclass(frozen=True, slots=True)
class Ahead:
    """One council that does better on a measure: its figure, and how far ahead it is with the 95% interval of that."""

    name: str
    slug: str
    value: str
    by: str


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure: those who do better beyond chance, the furthest ahead first, of so many peers with a figure."""

    line: Line
    ahead: tuple[Ahead, ...]
    of: int
    compare: str

    @property
    def count(self) -> str:
        """How many of the peers with a figure do better, in words: "9 of 15 do better"."""
        return f"{len(self.ahead)} of {self.of} {'does' if len(self.ahead) == 1 else 'do'} better"


@dataclass(frozen=True, slots=True)
class Alike:
    """What the section prints. none: measures on which no peer does better; left_out: those not compared, and why."""

    said: str
    first: tuple[Measured, ...]
    more: tuple[Measured, ...]
    none: tuple[Line, ...]
    left_out: tuple[tuple[str, str], ...]
    pairs: int


def better(edition: Edition, council: Council, lines: list[Line]) -> Alike | None:
    """The peers that do better than a council beyond chance; None for a council without peers.

    lines: the council's own, one a measure.
    """
    near = edition.table("peers").filter(pl.col("area") == council.id).sort("place").collect()["peer"].to_list()
    if not near:
        return None
    declared = [li for li in lines if li.definition["direction"] in ("higher", "lower")]
    left_out = tuple((li.label, why) for li in declared if (why := _unfit(li)))
    fit = [li for li in declared if not _unfit(li)]
    rows = _rows(edition, near, fit)
    found = [_measured(council, li, rows.get((li.definition["id"], li.period), [])) for li in fit]
    # Where most of those who are alike do better is where there is most to learn; equals stay in the measures' order.
    some = sorted((m for m in found if m.ahead), key=lambda m: -len(m.ahead))
    none = tuple(m.line for m in found if not m.ahead and m.of)
    left_out += tuple((m.line.label, "No council like it has a figure.") for m in found if not m.of)
    return Alike(
        said=_said(council.name, len(near), len(some), len(some) + len(none)),
        first=tuple(some[:OPEN]), more=tuple(some[OPEN:]), none=none, left_out=left_out,
        pairs=sum(m.of for m in found),
    )  # fmt: skip


def _unfit(line: Line) -> str:
    """Why a measure that declares which way is better is not compared all the same; "" for one that is."""
    if line.warnings:
        return line.warnings[0]
    if line.row["value"] is None:
        return f"{line.absence[0][0].upper()}{line.absence[0][1:]} here."
    return "Chance cannot be judged." if any(line.row[c] is None for c in LIMITS) else ""


def _rows(edition: Edition, near: list[str], lines: list[Line]) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """The peers' rows with limits, by measure and period, in one pass over the edition's values."""
    found = (
        edition.table("values")
        .filter(
            (pl.col("group") == "all")
            & pl.col("measure").is_in([li.definition["id"] for li in lines])
            & pl.col("area").is_in(near)
            & pl.all_horizontal(pl.col(LIMITS).is_not_null())
        )
        .select("measure", "period", "area", "area_name", *LIMITS)
        .collect()
    )
    out: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in found.to_dicts():
        out.setdefault((row["measure"], row["period"]), []).append(row)
    return out


def _measured(council: Council, line: Line, rows: list[dict[str, Any]]) -> Measured:
    """Who does better on one measure."""
    sign = 1.0 if line.definition["direction"] == "higher" else -1.0
    at95, at998 = (_gap(line.row, rows, level, sign) for level in ("95", "998"))
    order = [int(i) for i in np.argsort(-at95.difference, kind="stable") if at998.lower[i] > 0]
    ahead = tuple(
        Ahead(
            rows[i]["area_name"], rows[i]["area"], line.spelled(rows[i]["value"]),
            _by(line, float(at95.difference[i]), float(at95.lower[i]), float(at95.upper[i])),
        )
        for i in order
    )  # fmt: skip
    names = ",".join([council.id, *(a.slug for a in ahead[: MOST_COMPARED - 1])])
    return Measured(line, ahead, len(rows), f"/compare/?councils={names}&measures={line.definition['id']}")


def _gap(own: dict[str, Any], rows: list[dict[str, Any]], level: str, sign: float) -> Difference:
    """How far each peer is ahead, in the measure's unit: above zero is better, whichever way that is."""
    names = ("value", f"lower{level}", f"upper{level}")
    others = [np.array([r[c] for r in rows], dtype=np.float64) for c in names]
    mine = [own[c] for c in names]
    return difference(*others, *mine) if sign > 0 else difference(*mine, *others)


def _by(line: Line, gap: float, lower: float, upper: float) -> str:
    """How far ahead, in words: "24.1 percentage points higher (95% interval 22.3 to 25.9)"."""
    d = line.definition
    unit = "percentage points " if d["kind"] in PERCENTS else ""
    gap_, low, high = (say.rounded(v, d["decimals"]) for v in (gap, lower, upper))
    return f"{gap_} {unit}{d['direction']} (95% interval {low} to {high})"


def _said(name: str, near: int, some: int, compared: int) -> str:
    """The answer: on how many measures some of them do better beyond chance."""
    if not compared:
        return f"No measure that says which way is better can be compared between {name} and these councils."
    of = f"{compared} measures that say" if compared > 1 else "the 1 measure that says"
    if not some:
        return f"On {of} which way is better, none of these {near} councils does better than {name} beyond chance."
    which = f"{some} of {of}" if compared > 1 else of
    who = f"at least one of these {near} councils"
    return f"On {which} which way is better, {who} does better than {name} beyond chance."
