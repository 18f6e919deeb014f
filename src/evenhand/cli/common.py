"""What every verb needs: the home folder, the edition in use, and how figures are written in a terminal."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evenhand.documents.numbers import Kind, format_value
from evenhand.edition.home import home_folder
from evenhand.facts.errors import EvenhandError
from evenhand.facts.status import Status
from evenhand.site.evidence.present.wording import KINDS

if TYPE_CHECKING:
    from evenhand.edition.read import Edition

SIMULATED = "SIMULATED: every council and every figure here is invented. `evenhand fetch` gets the real ones."
ABSENT = {
    Status.MISSING: "no figure published",
    Status.SUPPRESSED: "suppressed",
    Status.NOT_APPLICABLE: "not applicable",
}


def home() -> Path:
    """EVENHAND_HOME, or the user's data folder."""
    return home_folder(os.environ)


def current() -> Edition:
    """The edition in use. Raises NoEdition."""
    from evenhand.edition.read import open_current

    return open_current(home())


def interactive() -> bool:
    """Whether a person is looking at a terminal."""
    return sys.stdout.isatty()


def written(definition: dict[str, Any], value: float | None, *, unit: bool = False) -> str:
    """A figure of a measure as people read it: "24.5%", "2.57", "£33.12"; with ``unit``, "2.57 per 1,000 adults"."""
    if value is None:
        return "–"
    kind = KINDS[definition["kind"]]
    number = value * 100 if kind is Kind.MONEY_PENCE else value
    text = format_value(kind, number, definition["decimals"])
    if not unit or kind is Kind.PERCENT:
        return text
    rest = definition["unit"].removeprefix("£ ") if kind is Kind.MONEY_PENCE else definition["unit"]
    return f"{text} {rest}"


def absent(status: str, reason: str | None = None) -> str:
    """The words in place of a figure that is not there."""
    return reason or ABSENT[Status(status)]


CARE = "† Treat with care: few people are behind the figure, or its interval is wide."


def cell(definition: dict[str, Any], row: dict[str, Any]) -> str:
    """A figure as a cell of a grid: with a dagger when it should be treated with care, or what stands in its place."""
    if row["value"] is None:
        from evenhand.edition.sentences import absence

        short, _ = absence(row)
        return short.removesuffix(" to protect people")
    return written(definition, row["value"]) + (" †" if row["reliability"] else "")


def heading(definition: dict[str, Any], period: str, group: str) -> str:
    """The line above a measure's figures: title, group of people when it is not everyone, period and date basis."""
    label = next((g["label"] for g in definition["groups"] if g["id"] == group), "")
    return f"{definition['title']}{f': {label}' if label else ''}, {period} ({definition['date_basis']})"


def settled_period(edition: Edition, definition: dict[str, Any], period: str | None, group: str) -> str | None:
    """The period to show: the one asked for, else the latest that has the group. Raises EvenhandError for no group."""
    groups = {g["id"]: g["label"] for g in definition["groups"]}
    if group != "all" and group not in groups:
        known = ", ".join(["all", *groups])
        raise EvenhandError(f"{definition['title']} has no group {group!r}.", do=f"Its groups are {known}.")
    if group == "all":
        return period
    from evenhand.facts.register import period_end

    held = sorted(edition.rows(definition["id"], None, group)["period"].unique().to_list(), key=period_end)
    if (period or "") in held or (period and period not in definition["periods"]):
        return period
    if period or not held:
        raise EvenhandError(
            f"{definition['title']} has no figures for the group {group!r}{f' in {period}' if period else ''}.",
            do=f"Periods that have it: {', '.join(held) or 'none'}.",
        )
    return str(held[-1])


def count(value: float | None) -> str:
    """A count with thousands commas, or a dash."""
    return "–" if value is None else format_value(Kind.COUNT, value)
