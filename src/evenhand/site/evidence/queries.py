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
from evenhand.edition.read import Edition
from evenhand.facts.errors import EvenhandError, UnknownArea
from evenhand.site.evidence import words
from evenhand.site.evidence.opened import open_current

HEADLINE = "ascof-3d-2a"  # people with a direct payment: what a council's page says first


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


def _key(name: str) -> str:
    """A name as people may type it: no case, accents, punctuation, or words that come and go."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    text = re.sub(r"[^a-z0-9]+", " ", plain.lower().replace("&", " and "))
    return re.sub(r"\b(council|borough|county|city of|london borough of|the)\b", " ", text).strip()
