"""Charts that set one council among others: funnel, ordered intervals, strip.

Each function takes plain rows (a polars frame or a list of mappings), checks that its columns are there and gives a
drawing for ``Chart(drawing=...)``. ``role`` is "other", "peer" or "chosen" everywhere. Rows whose value is empty are
not drawn: the page says beside the chart how many there are and why.
"""

from __future__ import annotations

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
    wrap,
)
from evenhand.documents.numbers import Kind, format_value
from evenhand.documents.palette import CHOSEN, ENGLAND, INK, OTHERS, PAPER, QUIET, SOFT
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
        """The layers at this total width."""
        small = width < _SMALL
        low, high = self._range()
        height = 300.0 if small else 360.0
        y, y_ticks = _value_axis(low, high, height, self.kind, 5 if small else 6)
        left = max(text_width(text, 12) for _, text in y_ticks) + 12
        right = 44.0
        inner = width - left - right
        x, x_ticks = self._x_axis(inner)
        top = marks.lines_high(self.y_title, inner + left) + 20
        layers = [*self._bands(x, y), *marks.axis_left(y, y_ticks, inner, self.y_title, room=left)]
        layers += marks.axis_bottom(x, x_ticks, height, self.x_title, left=left)
        layers += self._points(x, y, Box(0, 0, inner, height), inner)
        bottom = 28 + marks.lines_high(self.x_title, inner + left)
        return Plot(layers, inner, height, left, right, top, bottom)

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

    def _bands(self, x: Scale, y: Scale) -> list[Any]:
        """Soft bands with a line at each edge, so that a grey print keeps them, and their names at the right."""
        inside = [row for row in self.limits if x.low <= row["n"] <= x.high]
        layers: list[Any] = []
        if len(inside) < 2:
            return layers
        names: list[tuple[float, str]] = []
        for level, fill, dash in (("998", SOFT[0], (2, 3)), ("95", SOFT[1], (6, 3))):
            edges = [
                (x(row["n"]), _inside(y, row[f"upper{level}"]), _inside(y, row[f"lower{level}"])) for row in inside
            ]
            layers.append(marks.areas([{"x": a, "y": b, "y2": c, "group": level} for a, b, c in edges], fill))
            for side in (1, 2):
                # An edge that leaves the plot is not drawn along its border.
                kept = [(e[0], e[side]) for e in edges if y.end + 0.01 < e[side] < y.start - 0.01]
                rows = [{"x": a, "y": b, "group": side, "step": step} for step, (a, b) in enumerate(kept)]
                layers.append(marks.lines(rows, OTHERS, width=1, dash=dash))
            names.append((edges[-1][1], "99.8%" if level == "998" else "95%"))
        heights = spread([height for height, _ in names], [14.0, 14.0], 0, y.start)
        texts = [{"x": x.end + 5, "y": at, "text": name} for at, (_, name) in zip(heights, names, strict=True)]
        return [*layers, *marks.words(texts, colour=QUIET)]

    def _points(self, x: Scale, y: Scale, frame: Box, inner: float) -> list[Any]:
        at = [(row, x(row["n"]), y(row["value"])) for row in self.points]
        level = y(self.centre)
        layers = [marks.rules([{"x": 0, "x2": inner, "y": level, "y2": level}], ENGLAND, width=2)]
        hollow = [{"x": a, "y": b} for row, a, b in at if row["role"] != "chosen"]
        peers = [{"x": a, "y": b} for row, a, b in at if row["role"] == "peer"]
        chosen = [(row, a, b) for row, a, b in at if row["role"] == "chosen"]
        layers += [marks.dots(hollow, size=22, fill=PAPER)] if hollow else []
        layers += [marks.dots(peers, size=110, fill=None, stroke=ENGLAND, width=1.5)] if peers else []
        avoid = [Box(a - 4, b - 4, a + 4, b + 4) for _, a, b in at] + [Box(0, level - 3, inner, level + 3)]
        text = f"{self.centre_label} {format_value(self.kind, self.centre, self.decimals)}"
        layers += _rule_label(text, level, frame, inner, avoid)
        if chosen:
            layers.append(
                marks.dots([{"x": a, "y": b} for _, a, b in chosen], size=120, fill=CHOSEN, stroke=PAPER, width=1.5)
            )
        for row, a, b in chosen:
            name = f"{row['name']} {format_value(self.kind, row['value'], self.decimals)}"
            layers += marks.label(name, a, b, frame, avoid, colour=CHOSEN)
        return layers


def _inside(y: Scale, value: float) -> float:
    """The pixel of a limit, held inside the plot."""
    return min(y.start, max(y.end, y(value)))


def _rule_label(text: str, level: float, frame: Box, inner: float, avoid: list[Box]) -> list[Any]:
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
        """The layers at this total width."""
        small = width < _SMALL
        height = 280.0 if small else 340.0
        ends = [row[name] for row in self.rows for name in ("lower95", "upper95", "value") if row[name] is not None]
        ends += [self.centre] if self.centre is not None else []
        low, high = min(ends), max(ends)
        if low >= 0 and low < (high - low) * 0.5:
            low = 0.0
        y, y_ticks = _value_axis(low, high, height, self.kind, 5)
        left = max(text_width(text, 12) for _, text in y_ticks) + 12
        inner = width - left - 8
        x = Scale(0.5, len(self.rows) + 0.5, 0, inner)
        top = marks.lines_high(self.y_title, inner + left) + 20
        layers = [*self._rank_span(x, height), *marks.axis_left(y, y_ticks, inner, self.y_title, room=left)]
        layers += self._bars(x, y)
        layers += self._labels(x, y, Box(0, 0, inner, height), inner)
        layers += self._rank_axis(x, height, left)
        return Plot(layers, inner, height, left, 8, top, 46 if self.rank else 24)

    def _bars(self, x: Scale, y: Scale) -> list[Any]:
        step = x(2) - x(1) if len(self.rows) > 1 else 10.0
        layers: list[Any] = []
        for role, colour, size in (("other", OTHERS, 1.0), ("peer", ENGLAND, 1.5), ("chosen", CHOSEN, 4.0)):
            rows = [(x(place), row) for place, row in enumerate(self.rows, 1) if row["role"] == role]
            bars = [
                {"x": a, "x2": a, "y": y(row["lower95"]), "y2": y(row["upper95"])}
                for a, row in rows
                if row["lower95"] is not None and row["upper95"] is not None
            ]
            points = [{"x": a, "y": y(row["value"])} for a, row in rows]
            layers += [marks.rules(bars, colour, width=size)] if bars else []
            if points:
                area = {"other": min(14.0, step * 4), "peer": 26.0, "chosen": 90.0}[role]
                layers.append(
                    marks.dots(
                        points,
                        size=area,
                        fill={"peer": PAPER, "other": OTHERS, "chosen": CHOSEN}[role],
                        stroke=PAPER if role == "chosen" else colour,
                        width=1.5,
                    )
                )
        return layers

    def _labels(self, x: Scale, y: Scale, frame: Box, inner: float) -> list[Any]:
        avoid = [
            Box(x(place) - 2, y(row["upper95"] or row["value"]), x(place) + 2, y(row["lower95"] or row["value"]))
            for place, row in enumerate(self.rows, 1)
        ]
        layers: list[Any] = []
        if self.centre is not None:
            level = y(self.centre)
            layers.append(marks.rules([{"x": 0, "x2": inner, "y": level, "y2": level}], ENGLAND, width=2))
            text = f"{self.centre_label} {format_value(self.kind, self.centre, self.decimals)}"
            avoid.append(Box(0, level - 3, inner, level + 3))
            layers += _rule_label(text, level, frame, inner, avoid)
        for place, row in enumerate(self.rows, 1):
            if row["role"] != "chosen":
                continue
            name = f"{row['name']} {format_value(self.kind, row['value'], self.decimals)}"
            half = abs(y(row["upper95"] or row["value"]) - y(row["lower95"] or row["value"])) / 2
            layers += marks.label(name, x(place), y(row["value"]), frame, avoid, colour=CHOSEN, gap=max(12, half))
        return layers

    def _rank_span(self, x: Scale, height: float) -> list[Any]:
        """The shaded span of places that the chosen council may hold."""
        if not self.rank:
            return []
        first, last = self.rank
        row = {"x": x(first - 0.5), "x2": x(last + 0.5), "y": 0, "y2": height}
        return [marks.boxes([row], SOFT[1])]

    def _rank_axis(self, x: Scale, height: float, left: float) -> list[Any]:
        total = len(self.rows)
        layers = [marks.rules([{"x": x.start, "x2": x.end, "y": height, "y2": height}], ENGLAND)]
        layers += marks.word("highest", 0, height + 14, anchor="start", colour=QUIET)
        layers += marks.word("lowest", x.end, height + 14, anchor="end", colour=QUIET)
        if self.rank:
            first, last = self.rank
            span = {"x": x(first - 0.5), "x2": x(last + 0.5), "y": height + 3, "y2": height + 3}
            layers.append(marks.rules([span], CHOSEN, width=6))
            text = f"between {ordinal(first)} and {ordinal(last)} of {total}"
            half = text_width(text, 12, bold=True) / 2
            middle = min(x.end - half, max(half - left, (x(first) + x(last)) / 2))
            layers += marks.word(text, middle, height + 34, anchor="middle", bold=True, colour=CHOSEN)
        return layers


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


@dataclass(frozen=True)
class Strip:
    """See ``strip``."""

    measures: tuple[tuple[str, tuple[dict[str, Any], ...]], ...]

    def plot(self, width: int) -> Plot:
        """One row a measure: its name and the finding above, the dots below."""
        layers: list[Any] = []
        top = 0.0
        for measure, rows in self.measures:
            made, high = self._row(measure, rows, top, width)
            layers += made
            top += high
        return Plot(layers, width, top - 8, top=4, bottom=4)

    def _row(self, measure: str, rows: tuple[dict[str, Any], ...], top: float, width: int) -> tuple[list[Any], float]:
        """The layers of one row, and its height: a long name takes more than one line."""
        chosen = next((row for row in rows if row["role"] == "chosen"), None)
        said = _finding(chosen)
        start = top
        layers = marks.word(said, width, top + 12, anchor="end", bold=True, colour=CHOSEN if chosen else QUIET)
        for line in wrap(measure, 13, width - text_width(said, 12, bold=True) - 14):
            layers += marks.word(line, 0, top + 12, size=13)
            top += 16
        top -= 16
        values = [row["value"] for row in rows if row["value"] is not None]
        middle = top + 35
        if not values:
            return layers + marks.word("no figure published", 0, middle, colour=QUIET), middle + 23 - start
        low, high = min(values), max(values)
        x = Scale(low, high if high > low else low + 1, 9, width - 9)
        layers.append(marks.rules([{"x": 0, "x2": width, "y": middle, "y2": middle}], SOFT[2]))
        others = [
            {"x": x(r["value"]), "y": middle} for r in rows if r["role"] in ("other", "peer") and r["value"] is not None
        ]
        if others:
            layers.append(marks.dots(others, size=40, fill=None, stroke=OTHERS, width=1))
        for row in rows:
            if row["role"] == "england" and row["value"] is not None:
                at = x(row["value"])
                layers.append(marks.rules([{"x": at, "x2": at, "y": middle - 11, "y2": middle + 11}], INK, width=3))
        if chosen and chosen["value"] is not None:
            layers.append(
                marks.dots([{"x": x(chosen["value"]), "y": middle}], size=190, fill=CHOSEN, stroke=PAPER, width=2)
            )
        return layers, middle + 23 - start


def _finding(chosen: dict[str, Any] | None) -> str:
    """The value and its word: "22.2% · similar"."""
    if chosen is None:
        return ""
    if chosen["value"] is None:
        return str(chosen["word"] or "no figure published")
    value = format_value(chosen["kind"], chosen["value"], chosen["decimals"])
    return f"{value} · {chosen['word']}" if chosen["word"] else value


def strip(rows: Any) -> Strip:
    """One row a measure, all councils as dots, the chosen one large, England a short bar; the spine of a council page.

    rows: measure, name, value, role ("other", "peer", "chosen" or "england"), and for the chosen one word ("much lower"
    ... "much higher", or why there is no figure), kind and decimals. Each row runs from its own lowest to its highest.
    """
    defaults = {"role": "other", "word": "", "kind": Kind.PERCENT, "decimals": None}
    found = rows_of(rows, ("measure", "name", "value"), "rows", defaults)
    names = list(dict.fromkeys(row["measure"] for row in found))
    return Strip(tuple((name, tuple(row for row in found if row["measure"] == name)) for name in names))
