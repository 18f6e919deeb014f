"""Reads for the public pages: the current edition, turned into rows that a template only has to print."""

from __future__ import annotations

import difflib
import re
import unicodedata
from dataclasses import dataclass
from typing import Any

import polars as pl
from django.conf import settings
from django.http import HttpRequest

from evenhand.edition.assemble import SUM_AREA
from evenhand.edition.read import Edition, UnknownMeasure
from evenhand.facts.errors import EvenhandError, UnknownArea
from evenhand.site.evidence import words
from evenhand.site.evidence.opened import open_current

HEADLINE = "ascof-3d-2a"  # people with a direct payment: what a council's page says first
COUNTED = {"proportion", "rate", "context"}


@dataclass(frozen=True, slots=True)
class Figure:
    """One area's figure for one measure and period, spelled for a page."""

    name: str
    slug: str | None
    value: str
    counts: str
    interval: str
    band: str
    band_class: str
    rank: str
    mark: str  # what stands where the number would, when there is none
    why: str  # and the sentence that says why
    order: float | None  # the number itself, for sorting only


@dataclass(frozen=True, slots=True)
class MeasureLine:
    """One measure in a list of measures."""

    id: str
    title: str
    question: str
    period: str
    unit: str  # in words, where the number alone does not say it
    councils: int
    england: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a search for a council found: ``exact`` when there is no doubt which council is meant."""

    councils: list[dict[str, Any]]
    exact: bool
    suggestions: list[dict[str, Any]]


def current(request: HttpRequest) -> Edition:
    """The edition this request is answered from: opened once, so that one page never mixes two editions.

    Raises EvenhandError when there is none.
    """
    edition = getattr(request, "_edition", None)
    if edition is None:
        edition = open_current(settings.EVENHAND_HOME)
        request._edition = edition  # type: ignore[attr-defined]
    return edition


def current_or_none(request: HttpRequest) -> Edition | None:
    """The current edition, or None when there is none to show."""
    try:
        return current(request)
    except EvenhandError:
        return None


def measures(edition: Edition) -> list[MeasureLine]:
    """Every measure of the edition with its latest period, in the edition's order."""
    return [
        MeasureLine(
            id=r["measure"],
            title=r["title"],
            question=r["question"],
            period=r["latest_period"] or "",
            unit="" if r["unit"] == "%" else r["unit"],
            councils=r["councils_with_value"] or 0,
            england=words.number(r["england_value"], r["unit"], r["decimals"]),
        )
        for r in edition.measures().to_dicts()
    ]


def measure(edition: Edition, measure_id: str) -> dict[str, Any]:
    """One measure's description. Raises UnknownMeasure."""
    rows = edition.measures().filter(pl.col("measure") == measure_id).to_dicts()
    if not rows:
        raise UnknownMeasure(
            f"There is no measure called {measure_id!r} in this edition.",
            do="The home page lists every measure.",
        )
    return rows[0]


def figures(edition: Edition, about: dict[str, Any], period: str) -> dict[str, list[Figure]]:
    """Every area's figure for a measure and period, by level, in the order of the names."""
    frame = edition.values(about["measure"], period)
    out: dict[str, list[Figure]] = {"council": [], "region": [], "council_type": [], "country": []}
    for r in frame.sort("area_name").to_dicts():
        out[r["level"]].append(_figure(r, about))
    return out


def by_value(rows: list[Figure]) -> list[Figure]:
    """The same rows with the highest value first, and areas without a number last."""
    return sorted(rows, key=lambda f: (f.order is None, -(f.order or 0.0), f.name))


def councils(edition: Edition) -> list[dict[str, Any]]:
    """Every council that stands today, in the order of the names: ``name``, ``slug``, ``code``, ``region`` and more."""
    return _every_council(edition).filter(pl.col("standing")).to_dicts()


def _every_council(edition: Edition) -> pl.DataFrame:
    return edition.areas().filter(pl.col("level") == "council").sort("name")


def find(edition: Edition, typed: str) -> Found:
    """The councils a person may mean by a few letters, a name or a code; near names when nothing matches.

    Councils that have gone are found too: their pages say what they became.
    """
    everyone = _every_council(edition).to_dicts()
    key = _key(typed)
    same = [c for c in everyone if typed.strip().upper() == str(c["code"]).upper() or _key(c["name"]) == key]
    if key and len(same) == 1:
        return Found(same, exact=True, suggestions=[])
    part = [c for c in everyone if key and key in _key(c["name"])]
    if part:
        return Found(part, exact=len(part) == 1, suggestions=[])
    names = {_key(c["name"]): c for c in everyone}
    near = [names[n] for n in difflib.get_close_matches(key, list(names), n=3, cutoff=0.6)]
    return Found([], exact=False, suggestions=near)


def country(edition: Edition) -> str:
    """The name of the country: England, or the simulated one."""
    above = edition.areas().filter((pl.col("level") == "country") & (pl.col("area") != SUM_AREA))
    names = above["name"].to_list()
    return names[0] if names else "England"


def council(edition: Edition, slug: str) -> dict[str, Any]:
    """One council by its slug, with ``became``: the councils that followed one that has gone. Raises UnknownArea."""
    known = {c["slug"]: c for c in _every_council(edition).to_dicts()}
    if slug not in known:
        raise UnknownArea(
            f"There is no council at the address {slug!r}.", do="Find a council by name on the home page."
        )
    return known[slug] | {"became": [known[s] for s in known[slug]["successors"] or [] if s in known]}


def profile(edition: Edition, area: dict[str, Any]) -> tuple[str, list[dict[str, Any]]]:
    """A council's figure and the country's for the latest period of every measure, and the first of them in words."""
    rows = (
        edition.table("values")
        .filter((pl.col("group") == "all") & ((pl.col("slug") == area["slug"]) | (pl.col("level") == "country")))
        .filter(pl.col("area_code") != SUM_AREA)  # beside a council stands the country as its publisher prints it
        .collect()
        .to_dicts()
    )
    figure = {(r["measure"], r["period"], r["level"]): r for r in rows}
    headline, lines = "", []
    for about in edition.measures().to_dicts():
        at = (about["measure"], about["latest_period"])
        own, country = figure.get((*at, "council")), figure.get((*at, "country"))
        if own is None:
            continue
        if not headline or about["measure"] == HEADLINE:
            headline = words.headline(about, own, country)
        lines.append(
            {
                "about": about,
                "period": about["latest_period"],
                "own": _figure(own, about),
                "england": _figure(country, about) if country else None,
            }
        )
    return headline, lines


def _figure(row: dict[str, Any], about: dict[str, Any]) -> Figure:
    unit, places = about["unit"], about["decimals"]
    mark, why = words.why_empty(row)
    return Figure(
        name=row["area_name"],
        slug=row["slug"] if row["level"] == "council" else None,
        value=words.number(row["value"], unit, places),
        # The count behind a percentage or a rate of people; a score has none, and money is not a count.
        counts=words.of(row["numerator"], row["denominator"]) if about["kind"] in COUNTED else "",
        interval=words.interval(row["lower95"], row["upper95"], unit, places),
        band=words.band(row["band"]),
        band_class=words.band_class(row["band"]),
        rank=words.rank(row["rank_low"], row["rank_high"], row["ranked"]),
        mark=mark,
        why=why,
        order=row["value"],
    )


def _key(name: str) -> str:
    """A name as people may type it: no case, accents, punctuation, or words that come and go."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    text = re.sub(r"[^a-z0-9]+", " ", plain.lower().replace("&", " and "))
    return re.sub(r"\b(council|borough|county|city of|london borough of|the)\b", " ", text).strip()
