"""The few marks that every chart is made of, as Altair layers laid out in pixels (scale=None: a figure is a pixel).

Each function takes rows of pixel positions and gives one layer. x grows to the right and y downwards, both from the
top left corner of the plotting area.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from evenhand.documents.layout import Box, Scale, place_label, spread, text_box, text_width, wrap
from evenhand.documents.palette import INK, OTHERS, PAPER, RULE

Row = dict[str, Any]
GRID = "#E6E9EB"


def _chart(rows: Sequence[Row]) -> Any:
    import altair as alt

    return alt.Chart(alt.InlineData(values=[dict(row) for row in rows]))


def _at(channel: str) -> Any:
    import altair as alt

    return {
        "x": alt.X("x:Q", scale=None, axis=None),
        "y": alt.Y("y:Q", scale=None, axis=None),
        "x2": alt.X2("x2"),
        "y2": alt.Y2("y2"),
    }[channel]


def _named(channel: str, field: str) -> Any:
    """A channel by its class: given as a bare string, Altair looks through all of its schema for what it may be."""
    import altair as alt

    return getattr(alt, channel)(field)


def rules(rows: Sequence[Row], colour: str, *, width: float = 1, dash: Sequence[int] | None = None) -> Any:
    """Straight lines from (x, y) to (x2, y2)."""
    mark = _chart(rows).mark_rule(color=colour, strokeWidth=width, **({"strokeDash": list(dash)} if dash else {}))
    return mark.encode(x=_at("x"), y=_at("y"), x2=_at("x2"), y2=_at("y2"))


def areas(rows: Sequence[Row], fill: str) -> Any:
    """Bands between y and y2 along x, one for each value of ``group``."""
    return (
        _chart(rows)
        .mark_area(color=fill, opacity=1, line=False)
        .encode(x=_at("x"), y=_at("y"), y2=_at("y2"), detail=_named("Detail", "group:N"))
    )


def lines(rows: Sequence[Row], colour: str, *, width: float = 1.5, dash: Sequence[int] | None = None) -> Any:
    """Lines through (x, y) in the order of ``step``, one for each value of ``group``."""
    import altair as alt

    mark = _chart(rows).mark_line(
        color=colour, strokeWidth=width, strokeJoin="round", **({"strokeDash": list(dash)} if dash else {})
    )
    return mark.encode(x=_at("x"), y=_at("y"), detail=_named("Detail", "group:N"), order=alt.Order("step:Q"))


def dots(
    rows: Sequence[Row],
    *,
    size: float,
    fill: str | None,
    stroke: str = OTHERS,
    width: float = 1.2,
    shape: str = "circle",
) -> Any:
    """Marks at (x, y); size is the area in square pixels; ``fill`` None is hollow."""
    return (
        _chart(rows)
        .mark_point(size=size, shape=shape, fill=fill, stroke=stroke, strokeWidth=width, filled=False, opacity=1)
        .encode(x=_at("x"), y=_at("y"))
    )


def boxes(
    rows: Sequence[Row], fill: str | None, *, stroke: str | None = None, width: float = 1, radius: int = 0
) -> Any:
    """Rectangles from (x, y) to (x2, y2)."""
    mark = _chart(rows).mark_rect(fill=fill, stroke=stroke, strokeWidth=width, cornerRadius=radius, opacity=1)
    return mark.encode(x=_at("x"), y=_at("y"), x2=_at("x2"), y2=_at("y2"))


def words(
    rows: Sequence[Row],
    *,
    anchor: str = "start",
    size: float = 12,
    colour: str = INK,
    bold: bool = False,
    halo: bool = False,
) -> list[Any]:
    """``text`` with its middle line at y; a white halo keeps it readable over marks."""
    align = {"start": "left", "middle": "center", "end": "right"}[anchor]
    style = {"align": align, "baseline": "middle", "fontSize": size, "fontWeight": "bold" if bold else "normal"}
    chart = _chart(rows)
    made = []
    if halo:
        made.append(chart.mark_text(**style, color=PAPER, stroke=PAPER, strokeWidth=4, strokeJoin="round"))
    made.append(chart.mark_text(**style, color=colour))
    return [mark.encode(x=_at("x"), y=_at("y"), text=_named("Text", "text:N")) for mark in made]


def word(text: str, x: float, y: float, **style: Any) -> list[Any]:
    """One piece of text."""
    return words([{"x": x, "y": y, "text": text}], **style)


def label(
    text: str, x: float, y: float, frame: Box, avoid: list[Box], *, colour: str, gap: float = 10, size: float = 13
) -> list[Any]:
    """The bold name of the mark at (x, y) where it covers least, with a thin line to the mark when it stands off.

    The label's own box joins ``avoid``, so that the next label keeps clear of it.
    """
    lines = wrap(text, size, (frame.right - frame.left) * 0.6, bold=True)
    step = size * 1.2
    wide = max(text_width(line, size, bold=True) for line in lines)
    box, flush = place_label(wide, step * len(lines), x, y, frame, avoid, gap=gap)
    avoid.append(box)
    near_x, near_y = min(max(x, box.left), box.right), min(max(y, box.top), box.bottom)
    far = ((near_x - x) ** 2 + (near_y - y) ** 2) ** 0.5
    layers = [rules([{"x": x, "y": y, "x2": near_x, "y2": near_y}], colour, width=1.5)] if far > 14 else []
    at = {"start": box.left, "middle": (box.left + box.right) / 2, "end": box.right}[flush]
    rows = [{"x": at, "y": box.top + step * (index + 0.5), "text": line} for index, line in enumerate(lines)]
    return layers + words(rows, anchor=flush, size=size, bold=True, colour=colour, halo=True)


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


def end_labels(labels: Sequence[EndLabel], x: float, height: float, *, anchor: str = "start") -> list[Any]:
    """Labels at their heights, spread so that none covers another, with a thin line to those that had to move."""
    layers: list[Any] = []
    away = 1 if anchor == "start" else -1
    middles = spread([one.y for one in labels], [15.0 * len(one.lines) + 1 for one in labels], -4, height + 6)
    for one, middle in zip(labels, middles, strict=True):
        if abs(middle - one.y) > 4:
            layers.append(rules([{"x": x + 2 * away, "y": one.y, "x2": x + 10 * away, "y2": middle}], one.colour))
        top = middle - 7.5 * (len(one.lines) - 1)
        rows = [{"x": x + 13 * away, "y": top + 15 * index, "text": line} for index, line in enumerate(one.lines)]
        layers += words(rows, anchor=anchor, bold=one.bold, colour=one.colour)
    return layers


def label_box(text: str, x: float, y: float, anchor: str, size: float = 12, *, bold: bool = False) -> Box:
    """The box that ``word`` fills."""
    return text_box(text, size, x, y, anchor, bold=bold)


def axis_left(scale: Scale, ticks: Sequence[tuple[float, str]], width: float, title: str, *, room: float) -> list[Any]:
    """Grid lines with their figures at the left, and the title lying flat above them, where a phone can show it."""
    grid = [{"x": 0, "x2": width, "y": scale(value), "y2": scale(value)} for value, _ in ticks]
    labels = [{"x": -8, "y": scale(value), "text": text} for value, text in ticks]
    return [
        rules(grid, GRID),
        *words(labels, anchor="end"),
        *paragraph(title, -room, scale.end - 18, width + room, upwards=True),
    ]


def axis_bottom(scale: Scale, ticks: Sequence[tuple[float, str]], y: float, title: str, *, left: float) -> list[Any]:
    """A base line with ticks and figures below it, and the title below those."""
    made = [
        rules([{"x": scale.start, "x2": scale.end, "y": y, "y2": y}], RULE),
        rules([{"x": scale(value), "x2": scale(value), "y": y, "y2": y + 5} for value, _ in ticks], RULE),
        *words([{"x": scale(value), "y": y + 15, "text": text} for value, text in ticks], anchor="middle"),
    ]
    return made + paragraph(title, -left, y + 35, scale.end + left) if title else made


def paragraph(text: str, x: float, y: float, width: float, *, upwards: bool = False) -> list[Any]:
    """Wrapped text: its first line at y, or with ``upwards`` its last."""
    found = wrap(text, 12, width)
    first = y - 15 * (len(found) - 1) if upwards else y
    rows = [{"x": x, "y": first + 15 * index, "text": line} for index, line in enumerate(found)]
    return words(rows) if rows else []


def lines_high(text: str, width: float) -> float:
    """Height of a paragraph of this text at this width."""
    return 15.0 * len(wrap(text, 12, width))
