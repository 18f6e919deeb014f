"""Charts that set one council among others: funnel and ordered intervals.

Each function takes plain rows (a polars frame or a list of mappings), checks that its columns are there and gives a
drawing for ``Chart(drawing=...)``. ``role`` is "other", "peer" or "chosen" everywhere. Rows whose value is empty are
not drawn: the page says beside the chart how many there are and why.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from evenhand.documents import marks
from evenhand.documents.chart import Plot, rows_of
from evenhand.documents.layout import (
    Box,
    Scale,
    log_ticks,
    nice_ticks,
    spread,
    text_width,
)
from evenhand.documents.numbers import Kind, format_value
from evenhand.documents.palette import CHOSEN, ENGLAND, OTHERS, PAPER, QUIET, SOFT
from evenhand.facts.errors import EvenhandError

_SMALL = 500
_WIDE = 20  # x runs by logarithm when its largest figure is this many times its smallest


def tick_text(kind: Kind | str, value: float) -> str:
    """A figure on an axis: as few decimals as it needs, with its unit; large sums of money as £250k and £1.5m."""
    if Kind(kind) is not Kind.MONEY_PENCE:
        return format_value(kind, value, _decimals(value))
    pounds, sign = abs(value) / 100, "-" if value < 0 else ""
    for size, letter in ((1e9, "bn"), (1e6, "m"), (1e3, "k")):
        if pounds >= size:
            return f"{sign}£{format_value(Kind.RATE, pounds / size, _decimals(pounds / size))}{letter}"
    return f"{sign}£{format_value(Kind.RATE, pounds, 2 if _decimals(pounds) else 0)}"


def _decimals(value: float) -> int:
    return next(places for places in range(5) if abs(round(value, places) - value) < 1e-9 or places == 4)


def _value_axis(
    low: float, high: float, height: float, kind: Kind | str, count: int
) -> tuple[Scale, list[tuple[float, str]]]:
    ticks = nice_ticks(low, high, count)
    return Scale(ticks[0], ticks[-1], height, 0), [(tick, tick_text(kind, tick)) for tick in ticks]


@dataclass(frozen=True)
class Funnel:
    """See ``funnel``."""

    points: tuple[dict[str, Any], ...]
    limits: tuple[dict[str, Any], ...]
    centre: float
    kind: Kind
    decimals: int | None
    x_title: str
    y_title: str
    centre_label: str

    def plot(self, width: int) -> Plot:
        """The marks at this total width."""
        small = width < _SMALL
        low, high = self._range()
        height = 300.0 if small else 360.0
        y, y_ticks = _value_axis(low, high, height, self.kind, 5 if small else 6)
        left = marks.axis_room(y_ticks)
        right = 44.0
        inner = width - left - right
        x, x_ticks = self._x_axis(inner)
        top = marks.lines_high(self.y_title, inner + left) + 20
        bands, edges = self._bands(x, y)
        drawn = (
            bands
            + marks.axis_left(y, y_ticks, inner, self.y_title, room=left)
            + marks.axis_bottom(x, x_ticks, height, self.x_title, left=left)
            + edges
            + self._points(x, y, Box(0, 0, inner, height), inner)
        )
        bottom = 28 + marks.lines_high(self.x_title, inner + left)
        return Plot(drawn, inner, height, left, right, top, bottom)

    def _range(self) -> tuple[float, float]:
        """From the lowest to the highest value drawn; the limits are cut where no council is."""
        values = [row["value"] for row in self.points] + [self.centre]
        spare = (max(values) - min(values)) * 0.06 or 1.0
        low = min(values) - spare
        return (max(0.0, low) if min(values) >= 0 else low), max(values) + spare

    def _x_axis(self, inner: float) -> tuple[Scale, list[tuple[float, str]]]:
        sizes = [row["n"] for row in self.points]
        low, high = min(sizes), max(sizes)
        wide = low > 0 and high / low >= _WIDE
        room = int(inner // 64)
        if wide:
            scale = Scale(low * 0.85, high * 1.15, 0, inner, log=True)
            ticks = log_ticks(scale.low, scale.high, room)
        else:
            spare = (high - low) * 0.05 or max(1.0, high * 0.05)
            scale = Scale(max(0.0, low - spare), high + spare, 0, inner)
            ticks = [tick for tick in nice_ticks(scale.low, scale.high, room) if scale.low <= tick <= scale.high]
        return scale, [(tick, tick_text(Kind.COUNT, tick)) for tick in ticks]

    def _bands(self, x: Scale, y: Scale) -> tuple[str, str]:
        """Soft bands; and a line at each of their edges, so that a grey print keeps them, with names at the right."""
        inside = [row for row in self.limits if x.low <= row["n"] <= x.high]
        if len(inside) < 2:
            return "", ""
        bands, drawn = "", ""
        names: list[tuple[float, str]] = []
        for level, fill, dash in (("998", SOFT[0], (2, 3)), ("95", SOFT[1], (6, 3))):
            edges = [
                (x(row["n"]), _inside(y, row[f"upper{level}"]), _inside(y, row[f"lower{level}"])) for row in inside
            ]
            # An edge that leaves the plot is not drawn along its border.
            runs = [[(e[0], e[s]) for e in edges if y.end + 0.01 < e[s] < y.start - 0.01] for s in (1, 2)]
            bands += marks.areas([edges], fill)
            drawn += marks.lines(runs, OTHERS, width=1, dash=dash)
            names.append((edges[-1][1], "99.8%" if level == "998" else "95%"))
        heights = spread([height for height, _ in names], [14.0, 14.0], 0, y.start)
        placed = [(x.end + 5, at, name) for at, (_, name) in zip(heights, names, strict=True)]
        return bands, drawn + marks.words(placed, colour=QUIET)

    def _points(self, x: Scale, y: Scale, frame: Box, inner: float) -> str:
        at = [(row, x(row["n"]), y(row["value"])) for row in self.points]
        level = y(self.centre)
        hollow = [(a, b) for row, a, b in at if row["role"] != "chosen"]
        peers = [(a, b) for row, a, b in at if row["role"] == "peer"]
        chosen = [(row, a, b) for row, a, b in at if row["role"] == "chosen"]
        avoid = [Box(a - 4, b - 4, a + 4, b + 4) for _, a, b in at] + [Box(0, level - 3, inner, level + 3)]
        text = f"{self.centre_label} {format_value(self.kind, self.centre, self.decimals)}"
        drawn = (
            marks.rule(0, level, inner, level, ENGLAND, width=2)
            + marks.dots(hollow, radius=2.6, fill=PAPER)
            + marks.dots(peers, radius=5.9, fill=None, stroke=ENGLAND, width=1.5)
            + _rule_label(text, level, frame, inner, avoid)
            + marks.dots([(a, b) for _, a, b in chosen], radius=6.2, fill=CHOSEN, stroke=PAPER, width=1.5)
        )
        for row, a, b in chosen:
            name = f"{row['name']} {format_value(self.kind, row['value'], self.decimals)}"
            drawn += marks.label(name, a, b, frame, avoid, colour=CHOSEN)
        return drawn


def _inside(y: Scale, value: float) -> float:
    """The pixel of a limit, held inside the plot."""
    return min(y.start, max(y.end, y(value)))


def _rule_label(text: str, level: float, frame: Box, inner: float, avoid: list[Box]) -> str:
    """The name of a level line, just above or below it at the emptier end; its box joins ``avoid``."""
    places = [
        (marks.label_box(text, at, level + side, anchor), at, side, anchor)
        for at, anchor in ((inner - 2, "end"), (2, "start"))
        for side in (-10, 11)
    ]
    box, at, side, anchor = min(
        places, key=lambda place: place[0].outside(frame) * 1000 + sum(place[0].overlap(other) for other in avoid)
    )
    avoid.append(box)
    return marks.word(text, at, level + side, anchor=anchor, bold=True, colour=ENGLAND, halo=True)


def funnel(
    points: Any,
    limits: Any,
    *,
    centre: float,
    x_title: str,
    y_title: str,
    kind: Kind | str = Kind.PERCENT,
    decimals: int | None = None,
    centre_label: str = "England",
) -> Funnel:
    """A funnel plot: how far each council is from England, for its size.

    points: name, n (the denominator, above 0), value, role. limits: n, lower95, upper95, lower998, upper998 at each of
    many n in rising order (the over-dispersed limits of METHODS 2), in the unit of value. centre: England's value.
    Sizes run by logarithm when the largest is twenty times the smallest.
    """
    found = [
        row for row in rows_of(points, ("name", "n", "value"), "points", {"role": "other"}) if row["value"] is not None
    ]
    if not found or any(row["n"] is None or row["n"] <= 0 for row in found):
        raise EvenhandError("A funnel needs councils with a value and a size above 0.", do="Leave out those without.")
    needed = ("n", "lower95", "upper95", "lower998", "upper998")
    edges = [row for row in rows_of(limits, needed, "limits") if all(row[name] is not None for name in needed)]
    edges.sort(key=lambda row: row["n"])
    return Funnel(tuple(found), tuple(edges), centre, Kind(kind), decimals, x_title, y_title, centre_label)


@dataclass(frozen=True)
class Intervals:
    """See ``intervals``."""

    rows: tuple[dict[str, Any], ...]
    centre: float | None
    rank: tuple[int, int] | None
    kind: Kind
    decimals: int | None
    y_title: str
    centre_label: str

    def plot(self, width: int) -> Plot:
        """The marks at this total width."""
        small = width < _SMALL
        height = 280.0 if small else 340.0
        ends = [row[name] for row in self.rows for name in ("lower95", "upper95", "value") if row[name] is not None]
        ends += [self.centre] if self.centre is not None else []
        low, high = min(ends), max(ends)
        if low >= 0 and low < (high - low) * 0.5:
            low = 0.0
        y, y_ticks = _value_axis(low, high, height, self.kind, 5)
        left = marks.axis_room(y_ticks)
        inner = width - left - 8
        x = Scale(0.5, len(self.rows) + 0.5, 0, inner)
        top = marks.lines_high(self.y_title, inner + left) + 20
        drawn = (
            self._rank_span(x, height)
            + marks.axis_left(y, y_ticks, inner, self.y_title, room=left)
            + self._bars(x, y)
            + self._labels(x, y, Box(0, 0, inner, height), inner)
            + self._rank_axis(x, height, left)
        )
        return Plot(drawn, inner, height, left, 8, top, 46 if self.rank else 24)

    def _bars(self, x: Scale, y: Scale) -> str:
        step = x(2) - x(1) if len(self.rows) > 1 else 10.0
        drawn = ""
        for role, colour, size in (("other", OTHERS, 1.0), ("peer", ENGLAND, 1.5), ("chosen", CHOSEN, 4.0)):
            rows = [(x(place), row) for place, row in enumerate(self.rows, 1) if row["role"] == role]
            bars = [
                (a, y(row["lower95"]), a, y(row["upper95"]))
                for a, row in rows
                if row["lower95"] is not None and row["upper95"] is not None
            ]
            at = [(a, y(row["value"])) for a, row in rows]
            drawn += marks.rules(bars, colour, width=size)
            # Filled dots are as large as the step between places allows.
            radius = {"other": min(2.9, 0.75 + (step * 4 / math.pi) ** 0.5), "peer": 2.9, "chosen": 5.4}[role]
            fill = PAPER if role == "peer" else colour
            edge = {"other": None, "peer": ENGLAND, "chosen": PAPER}[role]
            drawn += marks.dots(at, radius=round(radius, 1), fill=fill, stroke=edge, width=1.5)
        return drawn

    def _labels(self, x: Scale, y: Scale, frame: Box, inner: float) -> str:
        avoid = [
            Box(x(place) - 2, y(row["upper95"] or row["value"]), x(place) + 2, y(row["lower95"] or row["value"]))
            for place, row in enumerate(self.rows, 1)
        ]
        drawn = ""
        if self.centre is not None:
            level = y(self.centre)
            drawn += marks.rule(0, level, inner, level, ENGLAND, width=2)
            text = f"{self.centre_label} {format_value(self.kind, self.centre, self.decimals)}"
            avoid.append(Box(0, level - 3, inner, level + 3))
            drawn += _rule_label(text, level, frame, inner, avoid)
        for place, row in enumerate(self.rows, 1):
            if row["role"] != "chosen":
                continue
            name = f"{row['name']} {format_value(self.kind, row['value'], self.decimals)}"
            half = abs(y(row["upper95"] or row["value"]) - y(row["lower95"] or row["value"])) / 2
            drawn += marks.label(name, x(place), y(row["value"]), frame, avoid, colour=CHOSEN, gap=max(12, half))
        return drawn

    def _rank_span(self, x: Scale, height: float) -> str:
        """The shaded span of places that the chosen council may hold."""
        if not self.rank:
            return ""
        first, last = self.rank
        return marks.boxes([Box(x(first - 0.5), 0, x(last + 0.5), height)], SOFT[1])

    def _rank_axis(self, x: Scale, height: float, left: float) -> str:
        total = len(self.rows)
        base = marks.crisp(height)
        drawn = marks.rule(x.start, base, x.end, base, ENGLAND)
        drawn += marks.word("highest", 0, height + 14, anchor="start", colour=QUIET)
        drawn += marks.word("lowest", x.end, height + 14, anchor="end", colour=QUIET)
        if self.rank:
            first, last = self.rank
            drawn += marks.rule(x(first - 0.5), height + 3, x(last + 0.5), height + 3, CHOSEN, width=6)
            text = f"between {ordinal(first)} and {ordinal(last)} of {total}"
            half = text_width(text, 12, bold=True) / 2
            middle = min(x.end - half, max(half - left, (x(first) + x(last)) / 2))
            drawn += marks.word(text, middle, height + 34, anchor="middle", bold=True, colour=CHOSEN)
        return drawn


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th, 21st."""
    tail = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th") if number % 100 not in (11, 12, 13) else "th"
    return f"{number}{tail}"


def intervals(
    rows: Any,
    *,
    y_title: str,
    centre: float | None = None,
    rank: tuple[int, int] | None = None,
    kind: Kind | str = Kind.PERCENT,
    decimals: int | None = None,
    centre_label: str = "England",
) -> Intervals:
    """Ordered intervals (a caterpillar): all councils from highest to lowest, each with its 95% interval.

    rows: name, value, lower95, upper95 (either may be empty), role. rank: the 95% interval of the chosen council's
    place, 1 is highest. Councils without a value have no place and are left out.
    """
    needed = ("name", "value", "lower95", "upper95")
    found = [row for row in rows_of(rows, needed, "rows", {"role": "other"}) if row["value"] is not None]
    if not found:
        raise EvenhandError("No council has a value to draw.", do="Show the sentence that says why, without a chart.")
    found.sort(key=lambda row: (-row["value"], row["name"]))
    if rank and not 1 <= rank[0] <= rank[1] <= len(found):
        raise EvenhandError(f"A place from {rank[0]} to {rank[1]} of {len(found)} cannot be.", do="Give places from 1.")
    return Intervals(tuple(found), centre, rank, Kind(kind), decimals, y_title, centre_label)
