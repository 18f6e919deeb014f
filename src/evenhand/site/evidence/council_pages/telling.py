"""What a council's page says: its headline, what stands out, what is missing, how it moved, and who is like it.

Every sentence is made from the rows beside it, by ``edition.sentences`` and ``compare.words``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from evenhand.compare import words as say
from evenhand.compare.intervals import Z998
from evenhand.compare.variation import ratio_of_rates
from evenhand.edition import sentences
from evenhand.edition.against import compare
from evenhand.edition.read import Edition
from evenhand.facts.register import Council, period_end
from evenhand.site.evidence.council_pages.lines import Line
from evenhand.site.evidence.queries import HEADLINE

HIGHER, LOWER, SAME = "Higher, beyond chance", "Lower, beyond chance", "May be no different"
JUDGED = (HIGHER, LOWER, SAME)
UNJUDGED = "Chance cannot be judged"
FEATURES = {
    "adults": "number of adults", "share_65": "share aged 65 and over", "share_85": "share aged 85 and over",
    "density": "people per square kilometre", "deprivation": "deprivation",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Peer:
    """One of the councils most like this one. shares: what part of the distance each feature makes, in whole percent.

    verdict: how its share with a direct payment differs from this council's, by chance or by more.
    """

    name: str
    slug: str
    distance: str
    shares: tuple[str, ...]
    value: str
    counts: str
    verdict: str


def headline(edition: Edition, name: str, lines: list[Line]) -> list[str]:
    """The one thing to know first: people with a direct payment, with chance, band and rank; why not, if there is none.

    lines are against the country. Empty where this council never had a row for that measure.
    """
    line = next((li for li in lines if li.definition["id"] == HEADLINE), None)
    if line is None:
        return [f"This edition holds no figure on direct payments for {name}."]
    if line.row["value"] is None:
        mark, why = line.absence
        return [s for s in (f"People with a direct payment, {line.period}: {mark}.", why) if s]
    found = compare(edition, HEADLINE, line.period)
    whole = found.rows.filter(pl.col("level") == "country").to_dicts()
    against = sentences.benchmark_name(edition.about["country"], whole[:1], found, line.definition)
    return [_share(line), *sentences.one_area(line.definition, line.row, against)[1:]]


def _share(line: Line) -> str:
    end = period_end(line.period)
    value = sentences.written(line.definition, line.row["value"])
    first = f"{value} of people with long-term support in the community got a direct payment on 31 March {end.year}"
    beside = f"; in {line.benchmark} it was {line.set_figure}" if line.set_figure else ""
    counts = line.counts
    return f"{first}{': ' + counts if counts else ''}{beside}."


def outstanding(lines: list[Line]) -> list[Line]:
    """The lines whose word is not "similar": strongest words first, then furthest out; those with a warning last."""

    def place(line: Line) -> tuple[bool, bool, float, str]:
        return bool(line.warnings), not line.band.startswith("much"), -abs(line.row["z"] or 0.0), line.title

    return sorted((li for li in lines if li.unusual), key=place)


def looked_at(lines: list[Line]) -> str:
    """How many measures were compared, and how many of them stand out."""
    judged = [li for li in lines if li.band]
    return say.looked_at(len(judged), sum(li.unusual for li in judged)) if judged else "No measure could be compared."


def gaps(lines: list[Line]) -> list[tuple[Line, str, str]]:
    """The lines without a figure: what stands in its place, and why."""
    return [(li, *li.absence) for li in lines if li.row["value"] is None]


def trends(edition: Edition, lines: list[Line]) -> tuple[list[tuple[Line, str]], list[tuple[str, list[str]]]]:
    """Trends that were judged, in words; and the reasons why the others were not, each with its measures."""
    told: list[tuple[Line, str]] = []
    untold: dict[str, list[str]] = {}
    for line in lines:
        sentence = sentences.trend_sentence(edition, line.definition, line.row)
        if sentence is None:
            continue
        if sentence.startswith("Trend: not judged: "):
            reason = sentence.removeprefix("Trend: not judged: ")
            untold.setdefault(reason[0].upper() + reason[1:], []).append(line.title)
        else:
            told.append((line, sentence))
    return told, list(untold.items())


def peers(edition: Edition, council: Council, lines: list[Line]) -> tuple[list[Peer], list[str], list[str]]:
    """The nearest councils, the names of the features they were found by, and of those that were missing."""
    near = edition.table("peers").filter(pl.col("area") == council.id).sort("place").collect().to_dicts()
    line = next((li for li in lines if li.definition["id"] == HEADLINE), None)
    rows: dict[str, dict[str, Any]] = {}
    if line is not None:
        rows = {r["area"]: r for r in edition.rows(HEADLINE, line.period).to_dicts()}
    out = []
    for n in near:
        other = edition.register.council(n["peer"])
        row = rows.get(n["peer"])
        known = line is not None and row is not None and row["value"] is not None
        out.append(
            Peer(
                name=other.name, slug=other.id, distance=say.rounded(n["distance"], 2),
                shares=tuple(f"{say.rounded(100 * s, 0)}%" for s in n["shares"]),
                value=line.spelled(row["value"]) if known and line and row else "",
                counts=sentences.counts(line.definition, row) if known and line and row else "",
                verdict=_verdict(line.row, row) if known and line and row else "No figure published",
            )
        )  # fmt: skip
    features = [FEATURES.get(f, f) for f in near[0]["features"]] if near else []
    without = [FEATURES.get(f, f) for f in near[0]["without"]] if near else []
    return out, features, without


def _verdict(own: dict[str, Any], other: dict[str, Any]) -> str:
    """How another council's share differs from this one's: by the 99.8% interval of their ratio (many are compared)."""
    counts = (other["numerator"], other["denominator"], own["numerator"], own["denominator"])
    if any(c is None for c in counts):
        return UNJUDGED
    ratio = ratio_of_rates(*counts, z=Z998)
    if ratio.lower > 1:
        return HIGHER
    if ratio.upper < 1:
        return LOWER
    # No ratio to a zero exists, and both comparisons above are false for it.
    return SAME if ratio.ratio == ratio.ratio else UNJUDGED


def comparable(found: list[Peer]) -> bool:
    """Whether any peer could be set beside this council: not when its own figure, or theirs, is not published."""
    return any(p.verdict in JUDGED for p in found)


def peers_sentence(name: str, found: list[Peer]) -> list[str]:
    """How many peers there are, and which of them have a higher share with a direct payment by more than chance."""
    if not found:
        return [f"{name} has no peers: it is too unlike any other council, or figures to find them by are missing."]
    first = f"These {len(found)} councils are most like {name} in age, size, density and deprivation."
    if not comparable(found):
        return [first, "Their shares of people with a direct payment cannot be set beside it: a figure is missing."]
    higher = [p.name for p in found if p.verdict == HIGHER]
    if not higher:
        return [first, f"None of them has a higher share of people with a direct payment than {name} beyond chance."]
    verb = "has" if len(higher) == 1 else "have"
    return [
        first,
        f"{len(higher)} of them {verb} a higher share of people with a direct payment than {name}, beyond chance: "
        f"{say.listed(higher)}.",
    ]


def codes(edition: Edition, council: Council) -> list[tuple[str, str]]:
    """Every code that the council has carried, with the days from which and to which it was in use."""
    schemes = {"gss": "ONS code", "cassr": "Publishers' code"}
    out = []
    for c in sorted(edition.register.codes, key=lambda c: (c.scheme != "gss", c.valid_from)):
        if c.council == council.id:
            # The register begins in April 2008; a code without an end is in use.
            until = f" to {c.valid_to.year}" if c.valid_to else " on"
            out.append((schemes.get(c.scheme, c.scheme), f"{c.code}, from {c.valid_from.year}{until}"))
    return out
