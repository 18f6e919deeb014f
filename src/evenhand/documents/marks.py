"""The few marks that every chart is made of, written as SVG in pixels.

Each function takes positions and gives a piece of markup; a drawing is its pieces joined in order, later ones over
earlier ones. x grows to the right and y downwards, both from the top left corner of the plotting area. Marks of one
look are one path wherever that draws the same, so that a picture of 150 councils stays small. All text is escaped.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evenhand.documents import svg
from evenhand.documents.layout import Box, Scale, place_label, spread, text_box, text_width, wrap
from evenhand.documents.palette import INK, OTHERS, RULE
from evenhand.documents.svg import attributes, number
from evenhand.documents.text import escape

Point = tuple[float, float]
GRID = "#E6E9EB"
_MIDDLE = 0.35  # of the type size: from the middle of a line of figures and capitals down to its baseline


def _path(shape: str, **look: str | float | None) -> str:
    return f'<path d="{shape}"{attributes(**look)}/>' if shape else ""


def _dashes(dash: Sequence[float] | None) -> str | None:
    return " ".join(f"{length:g}" for length in dash) if dash else None


def crisp(at: float) -> float:
    """The nearest place where a line one pixel wide fills one row of pixels and blurs none."""
    return math.floor(at) + 0.5


def rules(
    ends: Iterable[tuple[float, float, float, float]],
    colour: str,
    *,
    width: float = 1,
    dash: Sequence[float] | None = None,
) -> str:
    """Straight lines, each from (x, y) to (x2, y2)."""
    shape = "".join(f"M{number(x)} {number(y)}{_to(x2 - x, y2 - y)}" for x, y, x2, y2 in ends)
    return _path(shape, stroke=colour, stroke_width=None if width == 1 else width, stroke_dasharray=_dashes(dash))


def _to(across: float, down: float) -> str:
    if number(down) == "0":
        return f"h{number(across)}"
    return f"v{number(down)}" if number(across) == "0" else f"l{number(across)} {number(down)}"


def rule(x: float, y: float, x2: float, y2: float, colour: str, *, width: float = 1) -> str:
    """One straight line."""
    return rules([(x, y, x2, y2)], colour, width=width)


def areas(bands: Iterable[Sequence[tuple[float, float, float]]], fill: str) -> str:
    """Bands: each is points (x, y, y2) from left to right, and is filled between y and y2."""
    shape = ""
    for band in bands:
        if band:
            there = [(x, y) for x, y, _ in band]
            back = [(x, y2) for x, _, y2 in reversed(band)]
            shape += _through([*there, *back]) + "Z"
    return _path(shape, fill=fill)


def lines(
    runs: Iterable[Sequence[Point]], colour: str, *, width: float = 1.5, dash: Sequence[float] | None = None
) -> str:
    """Lines, each through its points in order. A run of one point draws nothing."""
    shape = "".join(_through(run) for run in runs if len(run) > 1)
    look = {"stroke_width": None if width == 1 else width, "stroke_dasharray": _dashes(dash)}
    return _path(shape, fill="none", stroke=colour, stroke_linejoin="round", **look)


def _through(points: Sequence[Point]) -> str:
    return "M" + " ".join(f"{number(x)} {number(y)}" for x, y in points)


def dots(
    at: Sequence[Point], *, radius: float, fill: str | None, stroke: str | None = OTHERS, width: float = 1.2
) -> str:
    """Circles about these points; ``fill`` None is hollow. Where dots overlap, the edge of each stays to be seen."""
    look = attributes(fill=fill or "none", stroke=stroke, stroke_width=None if width == 1 or stroke is None else width)
    if len(at) == 1:
        x, y = at[0]
        return f'<circle cx="{number(x)}" cy="{number(y)}" r="{radius:g}"{look}/>'
    round_it = f"a{radius:g} {radius:g} 0 1 0 {2 * radius:g} 0a{radius:g} {radius:g} 0 1 0-{2 * radius:g} 0"
    shape = "".join(f"M{number(x - radius)} {number(y)}{round_it}" for x, y in at)
    return f'<path d="{shape}"{look}/>' if shape else ""


def diamond(x: float, y: float, half: float, *, fill: str, stroke: str, width: float) -> str:
    """A square on its corner about a point, ``half`` from the middle to each corner."""
    by = number(half)
    return _path(
        f"M{number(x)} {number(y - half)}l{by} {by}-{by} {by}-{by}-{by}Z", fill=fill, stroke=stroke, stroke_width=width
    )


def triangles(at: Iterable[Point], *, side: float, colour: str, up: bool) -> str:
    """Triangles with a side of this length about these points, pointing up or down."""
    half, high = side / 2, side * 0.433 * (1 if up else -1)
    shape = "".join(
        f"M{number(x - half)} {number(y + high)}h{number(side)}l{number(-half)} {number(-2 * high)}Z" for x, y in at
    )
    return _path(shape, fill=colour)


def boxes(found: Iterable[Box], fill: str | None, *, stroke: str | None = None, width: float = 1) -> str:
    """Rectangles."""
    shape = "".join(
        f"M{number(box.left)} {number(box.top)}h{number(box.right - box.left)}v{number(box.bottom - box.top)}"
        f"h{number(box.left - box.right)}Z"
        for box in found
    )
    return _path(shape, fill=fill or "none", stroke=stroke, stroke_width=None if width == 1 or not stroke else width)


def words(
    placed: Sequence[tuple[float, float, str]],
    *,
    anchor: str = "start",
    size: float = svg.SMALLEST_TEXT,
    colour: str = INK,
    bold: bool = False,
    halo: bool = False,
) -> str:
    """Texts, each (x, y, text) with its middle line at y; a white halo keeps them readable over marks."""
    style = svg.text_style(size=size, bold=bold, colour=colour, anchor=anchor, halo=halo)
    down = size * _MIDDLE
    if len(placed) == 1:
        x, y, text = placed[0]
        return f'<text x="{number(x)}" y="{number(y + down)}"{style}>{escape(text)}</text>'
    inner = "".join(f'<text x="{number(x)}" y="{number(y + down)}">{escape(text)}</text>' for x, y, text in placed)
    return f"<g{style}>{inner}</g>" if style and inner else inner


def word(
    text: str,
    x: float,
    y: float,
    *,
    anchor: str = "start",
    size: float = svg.SMALLEST_TEXT,
    colour: str = INK,
    bold: bool = False,
    halo: bool = False,
) -> str:
    """One piece of text with its middle line at y."""
    return words([(x, y, text)], anchor=anchor, size=size, colour=colour, bold=bold, halo=halo)


def label(
    text: str, x: float, y: float, frame: Box, avoid: list[Box], *, colour: str, gap: float = 10, size: float = 13
) -> str:
    """The bold name of the mark at (x, y) where it covers least, with a thin line to the mark when it stands off.

    The label's own box joins ``avoid``, so that the next label keeps clear of it.
    """
    found = wrap(text, size, (frame.right - frame.left) * 0.6, bold=True)
    step = size * 1.2
    wide = max(text_width(line, size, bold=True) for line in found)
    box, flush = place_label(wide, step * len(found), x, y, frame, avoid, gap=gap)
    avoid.append(box)
    near_x, near_y = min(max(x, box.left), box.right), min(max(y, box.top), box.bottom)
    lead = rule(x, y, near_x, near_y, colour, width=1.5) if math.hypot(near_x - x, near_y - y) > 14 else ""
    at = {"start": box.left, "middle": (box.left + box.right) / 2, "end": box.right}[flush]
    placed = [(at, box.top + step * (index + 0.5), line) for index, line in enumerate(found)]
    return lead + words(placed, anchor=flush, size=size, bold=True, colour=colour, halo=True)


@dataclass(frozen=True)
class EndLabel:
    """Words beside the end of a line: one or more lines of text about the pixel y."""

    lines: tuple[str, ...]
    y: float
    colour: str
    bold: bool = False

    @property
    def width(self) -> float:
        """Of the widest line."""
        return max(text_width(line, 12, bold=self.bold) for line in self.lines)


def end_labels(labels: Sequence[EndLabel], x: float, height: float, *, anchor: str = "start") -> str:
    """Labels at their heights, spread so that none covers another, with a thin line to those that had to move."""
    drawn = ""
    away = 1 if anchor == "start" else -1
    middles = spread([one.y for one in labels], [15.0 * len(one.lines) + 1 for one in labels], -4, height + 6)
    for one, middle in zip(labels, middles, strict=True):
        if abs(middle - one.y) > 4:
            drawn += rule(x + 2 * away, one.y, x + 10 * away, middle, one.colour)
        top = middle - 7.5 * (len(one.lines) - 1)
        placed = [(x + 13 * away, top + 15 * index, line) for index, line in enumerate(one.lines)]
        drawn += words(placed, anchor=anchor, bold=one.bold, colour=one.colour)
    return drawn


def label_box(text: str, x: float, y: float, anchor: str, size: float = 12, *, bold: bool = False) -> Box:
    """The box that ``word`` fills."""
    return text_box(text, size, x, y, anchor, bold=bold)


def axis_room(ticks: Sequence[tuple[float, str]]) -> float:
    """Whole pixels that the figures of ``axis_left`` take: a plot that starts at a whole pixel has crisp lines."""
    return math.ceil(max(text_width(text, 12) for _, text in ticks)) + 12.0


def axis_left(scale: Scale, ticks: Sequence[tuple[float, str]], width: float, title: str, *, room: float) -> str:
    """Grid lines with their figures at the left, and the title lying flat above them, where a phone can show it."""
    grid = [(0.0, at, width, at) for at in (crisp(scale(value)) for value, _ in ticks)]
    return (
        rules(grid, GRID)
        + words([(-8, scale(value), text) for value, text in ticks], anchor="end")
        + paragraph(title, -room, scale.end - 18, width + room, upwards=True)
    )


def axis_bottom(scale: Scale, ticks: Sequence[tuple[float, str]], y: float, title: str, *, left: float) -> str:
    """A base line with ticks and figures below it, and the title below those."""
    base = crisp(y)
    uprights = [(at, base, at, base + 5) for at in (crisp(scale(value)) for value, _ in ticks)]
    return (
        rules([(scale.start, base, scale.end, base), *uprights], RULE)
        + words([(scale(value), y + 15, text) for value, text in ticks], anchor="middle")
        + (paragraph(title, -left, y + 35, scale.end + left) if title else "")
    )


def paragraph(text: str, x: float, y: float, width: float, *, upwards: bool = False) -> str:
    """Wrapped text: its first line at y, or with ``upwards`` its last."""
    found = wrap(text, 12, width)
    first = y - 15 * (len(found) - 1) if upwards else y
    return words([(x, first + 15 * index, line) for index, line in enumerate(found)])


def lines_high(text: str, width: float) -> float:
    """Height of a paragraph of this text at this width."""
    return 15.0 * len(wrap(text, 12, width))
