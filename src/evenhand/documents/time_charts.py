"""Charts along time: decile bands, fan, slope.

Periods are drawn at equal steps in the order given. Nothing is drawn across a break in a definition, nor across a
period without a figure.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from evenhand.documents import marks
from evenhand.documents.chart import Plot, rows_of
from evenhand.documents.compare_charts import tick_text
from evenhand.documents.layout import Scale, nice_ticks, text_width, wrap
from evenhand.documents.numbers import Kind, format_value
from evenhand.documents.palette import CHOSEN, ENGLAND, OTHERS, PAPER, QUIET, SOFT
from evenhand.facts.errors import EvenhandError

_SMALL = 500
_ALONE = 0.18  # of a step: how far the block of a period that stands alone reaches to either side


def _pieces(
    rows: Sequence[dict[str, Any]], needed: Sequence[str], breaks: set[str]
) -> list[list[tuple[int, dict[str, Any]]]]:
    """Runs of neighbouring periods that may be joined: cut before each break and at each period without figures."""
    pieces: list[list[tuple[int, dict[str, Any]]]] = [[]]
    for index, row in enumerate(rows):
        if row["period"] in breaks:
            pieces.append([])
        if any(row[name] is None for name in needed):
            pieces.append([])
        else:
            pieces[-1].append((index, row))
    return [piece for piece in pieces if piece]


def _band(rows: Sequence[dict[str, Any]], low: str, high: str, breaks: set[str], x: Scale, y: Scale, fill: str) -> str:
    """Areas between two columns. A period that stands alone between breaks gets a short block of its own."""
    bands = []
    for piece in _pieces(rows, (low, high), breaks):
        shifts = (-_ALONE, _ALONE) if len(piece) == 1 else (0.0,)
        bands.append([(x(index + shift), y(row[high]), y(row[low])) for index, row in piece for shift in shifts])
    return marks.areas(bands, fill)


def _line(
    rows: Sequence[dict[str, Any]],
    name: str,
    breaks: set[str],
    x: Scale,
    y: Scale,
    colour: str,
    *,
    width: float,
    dash: Sequence[int] | None = None,
) -> str:
    """A line through one column. A period that stands alone gets a short level piece."""
    runs = []
    for piece in _pieces(rows, (name,), breaks):
        shifts = (-_ALONE, _ALONE) if len(piece) == 1 else (0.0,)
        runs.append([(x(index + shift), y(row[name])) for index, row in piece for shift in shifts])
    return marks.lines(runs, colour, width=width, dash=dash)


def _period_axis(periods: Sequence[str], x: Scale, y: float) -> str:
    """Names of periods, as many as fit: always the last, then every second, third ... before it."""
    widest = max(text_width(period, 12) for period in periods) + 10
    gap = x(1) - x(0) if len(periods) > 1 else widest
    every = max(1, -int(-widest // gap))
    last = len(periods) - 1
    ticks = [(index, periods[index]) for index in range(last, -1, -every)]
    base = marks.crisp(y)
    uprights = [(at, base, at, base + 5) for at in (marks.crisp(x(index)) for index, _ in ticks)]
    names = [(x(index), y + 16, period) for index, period in ticks]
    return marks.rules([(x.start, base, x.end, base), *uprights], OTHERS) + marks.words(names, anchor="middle")


@dataclass(frozen=True)
class DecileBands:
    """See ``decile_bands``."""

    rows: tuple[dict[str, Any], ...]
    name: str
    breaks: tuple[tuple[str, str], ...]
    kind: Kind
    decimals: int | None
    y_title: str

    def plot(self, width: int) -> Plot:
        """The marks at this total width."""
        small = width < _SMALL
        height = 250.0 if small else 300.0
        columns = ("p10", "p25", "p50", "p75", "p90", "value")
        values = [row[name] for row in self.rows for name in columns if row[name] is not None]
        low, high = min(values), max(values)
        if low >= 0 and low < (high - low) * 0.5:
            low = 0.0
        ticks = nice_ticks(low, high, 4 if small else 5)
        y = Scale(ticks[0], ticks[-1], height, 0)
        y_ticks = [(tick, tick_text(self.kind, tick)) for tick in ticks]
        left = marks.axis_room(y_ticks)
        labels = self._labels(y, 92 if small else 200)
        right = max((label.width for label in labels), default=0) + 16
        inner = width - left - right
        edge = inner / max(len(self.rows), 2) / 2
        x = Scale(0, max(len(self.rows) - 1, 1), edge, inner - edge)
        broken, notes = self._breaks(x, height, inner)
        title = marks.lines_high(self.y_title, width) + 20
        cut = {period for period, _ in self.breaks}
        periods = [row["period"] for row in self.rows]
        last = len(periods) - 1
        alone = periods[-1] in cut or last == 0 or any(self.rows[-2][name] is None for name in ("p25", "p75", "value"))
        drawn = (
            marks.axis_left(y, y_ticks, inner, self.y_title, room=left)
            + _band(self.rows, "p10", "p90", cut, x, y, SOFT[1])
            + _band(self.rows, "p25", "p75", cut, x, y, SOFT[2])
            + _line(self.rows, "p50", cut, x, y, ENGLAND, width=1.5, dash=(5, 3))
            + broken
            + self._council(x, y, cut)
            + marks.end_labels(labels, x(last + (_ALONE if alone else 0)), height)
            + _period_axis(periods, x, height)
            + marks.paragraph(notes, -left, height + 38, width)
        )
        below = 28 + (marks.lines_high(notes, width) + 4 if notes else 0)
        return Plot(drawn, inner, height, left, right, title, below)

    def _council(self, x: Scale, y: Scale, cut: set[str]) -> str:
        at = [(x(i), y(row["value"])) for i, row in enumerate(self.rows) if row["value"] is not None]
        line = _line(self.rows, "value", cut, x, y, CHOSEN, width=3)
        return line + marks.dots(at, radius=4.4, fill=CHOSEN, stroke=PAPER)

    def _labels(self, y: Scale, room: float) -> list[marks.EndLabel]:
        """Names beside the last period: the council's with its figure, the median's, and the two bands'."""
        last = self.rows[-1]
        labels = []
        if last["value"] is not None:
            text = f"{self.name} {format_value(self.kind, last['value'], self.decimals)}"
            labels.append(marks.EndLabel(tuple(wrap(text, 12, room, bold=True)), y(last["value"]), CHOSEN, True))
        if last["p50"] is not None:
            text = f"median {format_value(self.kind, last['p50'], self.decimals)}"
            labels.append(marks.EndLabel((text,), y(last["p50"]), ENGLAND))
        for name, inner, outer in (("middle half", "p50", "p75"), ("middle 80%", "p75", "p90")):
            if last[inner] is not None and last[outer] is not None:
                labels.append(marks.EndLabel((name,), (y(last[inner]) + y(last[outer])) / 2, QUIET))
        return labels

    def _breaks(self, x: Scale, height: float, inner: float) -> tuple[str, str]:
        """A dashed upright between the periods, lettered; the reasons stand below, where there is room to read them."""
        periods = [row["period"] for row in self.rows]
        drawn, notes = "", []
        for number, (period, reason) in enumerate(self.breaks):
            at = x(periods.index(period) - 0.5)
            letter = chr(ord("A") + number)
            drawn += marks.rules([(at, 18, at, height)], ENGLAND, width=1.5, dash=(3, 3))
            drawn += marks.dots([(at, 9)], radius=9, fill=PAPER, stroke=ENGLAND)
            drawn += marks.word(letter, at, 9, anchor="middle", bold=True, colour=ENGLAND)
            notes.append(f"{letter}: {reason}")
        return drawn, " ".join(notes)


def decile_bands(
    rows: Any,
    *,
    name: str,
    y_title: str,
    breaks: Sequence[tuple[str, str]] = (),
    kind: Kind | str = Kind.PERCENT,
    decimals: int | None = None,
) -> DecileBands:
    """Where a council stood among all councils, period by period.

    rows: period, p10, p25, p50, p75, p90, value (the council's; any may be empty), one for each period in order, those
    without figures too. breaks: (first period of the new definition, reason); nothing is drawn across.
    """
    found = rows_of(rows, ("period", "p10", "p25", "p50", "p75", "p90", "value"), "periods")
    _check_periods(found, breaks)
    if all(row[column] is None for row in found for column in ("p50", "value")):
        raise EvenhandError("No period has a figure to draw.", do="Show the sentence that says why, without a chart.")
    return DecileBands(tuple(found), name, tuple(breaks), Kind(kind), decimals, y_title)


def _check_periods(rows: Sequence[dict[str, Any]], breaks: Sequence[tuple[str, str]] = ()) -> None:
    periods = [row["period"] for row in rows]
    if len(set(periods)) < len(periods):
        raise EvenhandError("A period occurs twice.", do="Give one row a period.")
    for period, _ in breaks:
        if period not in periods[1:]:
            raise EvenhandError(
                f"A break before {period!r} cannot be drawn.", do=f"Name one of {', '.join(map(str, periods[1:]))}."
            )


@dataclass(frozen=True)
class Fan:
    """See ``fan``."""

    past: tuple[dict[str, Any], ...]
    future: tuple[dict[str, Any], ...]
    kind: Kind
    decimals: int | None
    y_title: str

    def plot(self, width: int) -> Plot:
        """The marks at this total width."""
        small = width < _SMALL
        height = 250.0 if small else 300.0
        rows = self._joined()
        columns = [name for level in (50, 80, 95) for name in (f"lower{level}", f"upper{level}")]
        values = [row[name] for row in rows for name in ("value", "median", *columns) if row[name] is not None]
        low, high = min(values), max(values)
        if low >= 0 and low < (high - low) * 0.5:
            low = 0.0
        ticks = nice_ticks(low, high, 4 if small else 5)
        y = Scale(ticks[0], ticks[-1], height, 0)
        y_ticks = [(tick, tick_text(self.kind, tick)) for tick in ticks]
        left = marks.axis_room(y_ticks)
        labels = self._labels(y, small)
        right = max(label.width for label in labels) + 16
        inner = width - left - right
        x = Scale(0, len(rows) - 1, 8, inner - 2)
        drawn = marks.axis_left(y, y_ticks, inner, self.y_title, room=left)
        for level, fill in zip((95, 80, 50), SOFT, strict=True):
            drawn += _band(rows, f"lower{level}", f"upper{level}", set(), x, y, fill)
        # A dotted edge keeps the widest band on paper that prints no light grey.
        for edge in ("lower95", "upper95"):
            drawn += _line(rows, edge, set(), x, y, OTHERS, width=1, dash=(2, 3))
        drawn += _line(rows, "median", set(), x, y, CHOSEN, width=2.5, dash=(6, 3))
        drawn += _line(rows, "value", set(), x, y, CHOSEN, width=3)
        known = [(x(i), y(row["value"])) for i, row in enumerate(rows) if row["value"] is not None]
        drawn += marks.dots(known, radius=4, fill=CHOSEN, stroke=PAPER)
        drawn += marks.end_labels(labels, x(len(rows) - 1), height)
        drawn += _period_axis([row["period"] for row in rows], x, height)
        return Plot(drawn, inner, height, left, right, marks.lines_high(self.y_title, width) + 20, 28)

    def _joined(self) -> list[dict[str, Any]]:
        """Past and future in one row of periods; the fan opens at the last known figure."""
        bands = ("median", "lower50", "upper50", "lower80", "upper80", "lower95", "upper95")
        rows = [{"period": row["period"], "value": row["value"], **dict.fromkeys(bands)} for row in self.past]
        rows[-1].update(dict.fromkeys(bands, self.past[-1]["value"]))
        return rows + [{"value": None, **row} for row in self.future]

    def _labels(self, y: Scale, small: bool) -> list[marks.EndLabel]:
        """The middle with its figure, and each band named at both of its edges."""
        last = self.future[-1]
        median = format_value(self.kind, last["median"], self.decimals)
        labels = [
            marks.EndLabel(("middle", median) if small else (f"middle {median}",), y(last["median"]), CHOSEN, True)
        ]
        edges = [(f"{level}%", y(last[f"{side}{level}"])) for level in (50, 80, 95) for side in ("lower", "upper")]
        return labels + [marks.EndLabel((text,), at, QUIET) for text, at in edges]


def fan(
    past: Any,
    future: Any,
    *,
    y_title: str,
    kind: Kind | str = Kind.MONEY_PENCE,
    decimals: int | None = None,
) -> Fan:
    """A forecast with its uncertainty: the known figures, then bands that hold 50%, 80% and 95% of likely futures.

    past: period, value (the last must have a figure). future: period, median, lower50, upper50, lower80, upper80,
    lower95, upper95.
    """
    bands = ("median", "lower50", "upper50", "lower80", "upper80", "lower95", "upper95")
    known = rows_of(past, ("period", "value"), "past periods")
    ahead = rows_of(future, ("period", *bands), "future periods")
    _check_periods([*known, *ahead])
    if known[-1]["value"] is None or any(row[name] is None for row in ahead for name in bands):
        raise EvenhandError("A fan needs the last known figure and every band of the forecast.", do="Fill them in.")
    order = ("lower95", "lower80", "lower50", "median", "upper50", "upper80", "upper95")
    if any(row[one] > row[two] for row in ahead for one, two in pairwise(order)):
        raise EvenhandError("The bands of a forecast cross.", do="Check which column is which.")
    return Fan(tuple(known), tuple(ahead), Kind(kind), decimals, y_title)


@dataclass(frozen=True)
class Slope:
    """See ``slope``."""

    rows: tuple[dict[str, Any], ...]
    before: str
    after: str
    kind: Kind
    decimals: int | None

    def plot(self, width: int) -> Plot:
        """Two uprights, a line for each row; names at the right, figures at both ends."""
        small = width < _SMALL
        named = [row for row in self.rows if row["role"] != "other"]
        height = max(220.0, 30.0 * len(named) + 40)
        values = [row[end] for row in self.rows for end in ("before", "after")]
        spare = (max(values) - min(values)) * 0.05 or 1.0
        y = Scale(min(values) - spare, max(values) + spare, height, 0)
        colours = {"peer": QUIET, "england": ENGLAND, "chosen": CHOSEN}
        starts, ends = [], []
        for row in named:
            style = (colours[row["role"]], row["role"] != "peer")
            first, last = (format_value(self.kind, row[end], self.decimals) for end in ("before", "after"))
            name = wrap(f"{last} {row['name']}", 12, width * (0.32 if small else 0.3), bold=True)
            starts.append(marks.EndLabel((first,), y(row["before"]), *style))
            ends.append(marks.EndLabel(tuple(name), y(row["after"]), *style))
        left = math.ceil(max([label.width for label in starts] + [text_width(self.before, 12, bold=True) / 2])) + 16.0
        right = max([label.width for label in ends] + [text_width(self.after, 12, bold=True) / 2]) + 16
        inner = width - left - right
        drawn = marks.rules([(at, 0, at, height) for at in (0.5, marks.crisp(inner))], OTHERS)
        for role, colour, size, dash in (
            ("other", SOFT[2], 1.0, None),
            ("peer", OTHERS, 1.5, (4, 3)),
            ("england", ENGLAND, 2.5, None),
            ("chosen", CHOSEN, 3.5, None),
        ):
            drawn += self._lines([row for row in self.rows if row["role"] == role], inner, y, colour, size, dash)
        drawn += marks.end_labels(starts, 0, height, anchor="end") + marks.end_labels(ends, inner, height)
        drawn += marks.word(self.before, 0, -14, anchor="middle", bold=True)
        drawn += marks.word(self.after, inner, -14, anchor="middle", bold=True)
        return Plot(drawn, inner, height, left, right, 26, 8)

    def _lines(
        self, rows: list[dict[str, Any]], inner: float, y: Scale, colour: str, size: float, dash: Sequence[int] | None
    ) -> str:
        links = [(0.0, y(row["before"]), inner, y(row["after"])) for row in rows]
        drawn = marks.rules(links, colour, width=size, dash=dash)
        if not rows or rows[0]["role"] == "other":
            return drawn
        ends = [(x, y(row[end])) for row in rows for x, end in ((0.0, "before"), (inner, "after"))]
        radius = {"chosen": 5.4, "england": 4.0, "peer": 3.1}[rows[0]["role"]]
        return drawn + marks.dots(ends, radius=radius, fill=colour, stroke=PAPER)


def slope(rows: Any, *, before: str, after: str, kind: Kind | str = Kind.PERCENT, decimals: int | None = None) -> Slope:
    """Before and after: one line a row. Rows without both figures are left out.

    rows: name, before, after, role (other | peer | england | chosen; "other" is drawn without a name).
    """
    found = rows_of(rows, ("name", "before", "after"), "rows", {"role": "other"})
    kept = [row for row in found if row["before"] is not None and row["after"] is not None]
    if not kept:
        raise EvenhandError("No row has a figure before and after.", do="Show the sentence that says why.")
    return Slope(tuple(kept), before, after, Kind(kind), decimals)
