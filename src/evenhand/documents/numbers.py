"""How a figure is written down: one rounding law and one spelling for every page, file and terminal.

Figures are held unrounded and are rounded once, at output, half away from zero (METHODS, output profiles; the rule of
the adult social care statistics). Python's own ``round`` goes to the even digit and sees binary dust:
``round(0.05, 1)`` is 0.1 and ``round(0.25, 1)`` is 0.2. It is used nowhere for output.
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal, localcontext
from enum import StrEnum

from evenhand.facts.errors import EvenhandError
from evenhand.facts.status import Status

Number = int | float | Decimal


class Kind(StrEnum):
    """What a column holds, which decides how it is written.

    PERCENT holds percentage points, as publishers print them (24.5 is 24.5%). MONEY_PENCE holds whole pence.
    """

    TEXT = "text"
    COUNT = "count"
    PERCENT = "percent"
    RATE = "rate"
    SCORE = "score"
    MONEY_PENCE = "money_pence"
    CODE = "code"
    RANK = "rank"
    BAND = "band"
    STATUS = "status"

    @property
    def is_numeric(self) -> bool:
        """Whether a column of this kind holds numbers, set to the right."""
        return self in DECIMALS


DECIMALS: dict[Kind, int] = {
    Kind.COUNT: 0,
    Kind.PERCENT: 1,
    Kind.RATE: 2,
    Kind.SCORE: 1,
    Kind.MONEY_PENCE: 0,
    Kind.RANK: 0,
}
"""Decimals shown when a column does not say: money in whole pounds as on public pages (2 for statements)."""

UNITS: dict[Kind, str] = {
    Kind.TEXT: "text",
    Kind.COUNT: "number",
    Kind.PERCENT: "percentage points (24.5 means 24.5%)",
    Kind.RATE: "rate",
    Kind.SCORE: "score",
    Kind.MONEY_PENCE: "pounds",
    Kind.CODE: "code",
    Kind.RANK: "rank, 1 is highest",
    Kind.BAND: "band",
    Kind.STATUS: "status of a figure",
}
"""What each kind is measured in, in files for people (CSV, ODS, XLSX). JSON and Parquet keep money in pence."""

SYMBOLS: dict[Status, str] = {Status.MISSING: "[x]", Status.SUPPRESSED: "[c]", Status.NOT_APPLICABLE: "[z]"}
"""Shorthand of the Government Analysis Function: [x] not available, [c] confidential, [z] not applicable."""

WORDS: dict[Status, str] = {
    Status.PUBLISHED: "published",
    Status.DERIVED: "worked out by Evenhand",
    Status.SUPPRESSED: "suppressed to protect people",
    Status.MISSING: "no figure published",
    Status.NOT_APPLICABLE: "not applicable",
}
"""What stands in place of a number on pages and in the terminal, and what a status column prints."""


def round_half_away(value: Number, decimals: int) -> Decimal:
    """Round half away from zero, on the shortest decimal that stands for the value.

    A float is read as the decimal that it prints (0.05 is five hundredths, not 0.05000000000000000277), because that is
    the figure its publisher wrote. Zero never carries a sign. ``decimals`` may be 0 to 12.

    >>> [str(round_half_away(v, 1)) for v in (0.05, 0.25, -0.25, -0.04)]
    ['0.1', '0.3', '-0.3', '0.0']
    """
    exact = value if isinstance(value, Decimal) else Decimal(repr(value) if isinstance(value, float) else value)
    if not exact.is_finite():
        raise EvenhandError(
            f"{value} is not a number that can be written down.",
            do="Give the figure a status (missing, suppressed or not applicable) and no value.",
        )
    with localcontext() as context:
        context.prec = max(28, exact.adjusted() + decimals + 2)
        rounded = exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return abs(rounded) if rounded == 0 else rounded


def places(kind: Kind | str, decimals: int | None) -> int:
    """Decimals to show: those asked for, else the kind's own."""
    return DECIMALS[Kind(kind)] if decimals is None else decimals


def shown(kind: Kind | str, value: Number, decimals: int | None = None) -> Decimal:
    """The number that people see, rounded: pounds for money, otherwise in the column's own unit."""
    kind = Kind(kind)
    if kind is Kind.MONEY_PENCE:
        pence = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        return round_half_away(pence / 100, places(kind, decimals))
    return round_half_away(value, places(kind, decimals))


def format_value(kind: Kind | str, value: Number | str | None, decimals: int | None = None) -> str:
    """One figure as people read it: thousands commas, % after percentages, £ before pounds (from whole pence).

    ``value`` of None is written as "no figure published"; a caller who knows the status uses ``format_cell``.

    >>> format_value("percent", 24.45), format_value("count", 117655), format_value("money_pence", -31240, 2)
    ('24.5%', '117,655', '-£312.40')
    """
    kind = Kind(kind)
    if value is None:
        return WORDS[Status.MISSING]
    if isinstance(value, str):
        return _format_text(kind, value)
    if not kind.is_numeric:
        return str(value)
    rounded = shown(kind, value, decimals)
    if kind is Kind.MONEY_PENCE:
        return f"{'-' if rounded < 0 else ''}£{abs(rounded):,f}"
    return f"{rounded:,f}{'%' if kind is Kind.PERCENT else ''}"


def _format_text(kind: Kind, value: str) -> str:
    """Text as it is, and a status in words."""
    if kind.is_numeric:
        raise EvenhandError(f"{value!r} is text where a {kind} belongs.", do="Give the figure as a number.")
    if kind is Kind.STATUS and value in set(Status):
        return WORDS[Status(value)]
    return value


def format_cell(kind: Kind | str, value: Number | str | None, status: Status, decimals: int | None = None) -> str:
    """One figure with what is known about it: the number, or the words that stand in its place."""
    return format_value(kind, value, decimals) if status.has_value else WORDS[status]


def finite(value: object) -> bool:
    """Whether a number is neither NaN nor infinite."""
    return not isinstance(value, float) or math.isfinite(value)
