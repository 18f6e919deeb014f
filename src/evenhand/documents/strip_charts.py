"""A strip: one row a measure, every council a dot on it. The spine of a council's page.

Each row runs from its own lowest value to its highest, and its finding stands at the right in words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from evenhand.documents import marks
from evenhand.documents.chart import Plot, rows_of
from evenhand.documents.layout import Scale, text_width, wrap
from evenhand.documents.numbers import Kind, format_value
from evenhand.documents.palette import CHOSEN, INK, PAPER, QUIET, SOFT


@dataclass(frozen=True, slots=True)
class StripRow:
    """One measure: its name, what is said at the right, and all values: others', the chosen one's, the benchmark's."""

    label: str
    said: str
    others: tuple[float, ...]
    own: float | None
    benchmark: float | None


@dataclass(frozen=True)
class Strip:
    """One row a measure, all councils as dots, the chosen one large, the benchmark a short bar."""

    rows: tuple[StripRow, ...]

    def plot(self, width: int) -> Plot:
        """One row a measure: its name and the finding above, the dots below."""
        drawn, top = "", 0.0
        for row in self.rows:
            made, top = _strip_row(row, top, width)
            drawn += made
        return Plot(drawn, width, top - 8, top=4, bottom=4)


_EDGE = 9.0  # room at both ends of a strip for the large dot


def _strip_row(row: StripRow, top: float, width: int) -> tuple[str, float]:
    """The marks of one row, and where the next begins: a long name takes more than one line."""
    drawn = marks.word(row.said, width, top + 12, anchor="end", bold=True, colour=CHOSEN) if row.said else ""
    names = wrap(row.label, 13, width - text_width(row.said, 12, bold=True) - 14)
    drawn += marks.words([(0, top + 12 + 16 * index, line) for index, line in enumerate(names)], size=13)
    middle = top + 19 + 16 * len(names)
    values = [value for value in (*row.others, row.own, row.benchmark) if value is not None]
    if not values:
        return drawn + marks.word("no figure published", 0, middle, colour=QUIET), middle + 23
    low, high = min(values), max(values)
    x = Scale(low, high, _EDGE, width - _EDGE) if high > low else Scale(low - 1, low + 1, _EDGE, width - _EDGE)
    drawn += marks.rule(0, middle, width, middle, SOFT[2])
    drawn += marks.dots([(x(value), middle) for value in row.others], radius=3, fill=None, width=1)
    if row.benchmark is not None:
        drawn += marks.rule(x(row.benchmark), middle - 11, x(row.benchmark), middle + 11, INK, width=3)
    if row.own is not None:
        drawn += marks.dots([(x(row.own), middle)], radius=7, fill=CHOSEN, stroke=PAPER, width=2)
    return drawn, middle + 23


def strip(rows: Any) -> Strip:
    """A strip from one table of everybody's figures.

    rows: measure, name, value, role ("other", "peer", "chosen" or "england"), and for the chosen one word ("much lower"
    ... "much higher", or why there is no figure), kind and decimals.
    """
    defaults = {"role": "other", "word": "", "kind": Kind.PERCENT, "decimals": None}
    found = rows_of(rows, ("measure", "name", "value"), "rows", defaults)
    measures: dict[str, list[dict[str, Any]]] = {}
    for row in found:
        measures.setdefault(row["measure"], []).append(row)
    return Strip(tuple(_strip_of(measure, group) for measure, group in measures.items()))


def _strip_of(measure: str, rows: list[dict[str, Any]]) -> StripRow:
    chosen = next((row for row in rows if row["role"] == "chosen"), None)
    england = next((row for row in rows if row["role"] == "england"), None)
    others = tuple(row["value"] for row in rows if row["role"] in ("other", "peer") and row["value"] is not None)
    return StripRow(
        measure, _finding(chosen), others, chosen["value"] if chosen else None, england["value"] if england else None
    )


def _finding(chosen: dict[str, Any] | None) -> str:
    """The value and its word: "22.2% · similar"."""
    if chosen is None:
        return ""
    if chosen["value"] is None:
        return str(chosen["word"] or "no figure published")
    value = format_value(chosen["kind"], chosen["value"], chosen["decimals"])
    return f"{value} · {chosen['word']}" if chosen["word"] else value
