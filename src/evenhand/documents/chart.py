"""One immutable Chart: a title that states the finding, a sentence, the table behind it, and a drawing.

A chart is drawn at a width in pixels, and drawn anew for each width: at 375 pixels (a phone) it has fewer ticks,
narrower margins and text no smaller than 12 pixels, never a shrunken copy of the wide one. The picture is an SVG with
an accessible name and description, no scripts, no fonts and nothing fetched from elsewhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from evenhand.documents import svg
from evenhand.documents.layout import Box, wrap
from evenhand.documents.palette import PAPER, QUIET
from evenhand.documents.png import repacked
from evenhand.documents.svg import SMALLEST_TEXT, number
from evenhand.documents.table import Table
from evenhand.documents.text import escape, one_line
from evenhand.facts.errors import EvenhandError

NARROWEST = 320
PNG_MARGIN = 16


@dataclass(frozen=True)
class Link:
    """A place in the plot that leads to a page: a box, the words that name it, and an address on this site."""

    box: Box
    label: str
    href: str


@dataclass(frozen=True)
class Plot:
    """A drawing at one width: its marks as SVG, the size of the plotting area and the margins around it, in pixels."""

    drawn: str
    width: float
    height: float
    left: float = 0
    right: float = 0
    top: float = 0
    bottom: float = 0
    links: tuple[Link, ...] = ()


class Drawing(Protocol):
    """The marks of a chart: they know their data and can be laid out at any width."""

    def plot(self, width: int) -> Plot:
        """The marks at this total width."""


@dataclass(frozen=True)
class Chart:
    """A chart that can be drawn anywhere.

    title:     the finding, in one sentence. sentence: what to see in it, with its uncertainty.
    drawing:   made by one of the functions of this package (funnel, intervals, strip, decile_bands ...).
    table:     the figures behind it, for "Show the numbers" and the download.
    key:       how to read the marks, in words; printed below the plot and part of the description.
    source:    one line.
    simulated: the figures are invented; the picture says so in large letters.
    """

    title: str
    sentence: str
    drawing: Drawing
    table: Table | None = None
    key: str = ""
    source: str = ""
    simulated: bool = False
    _drawn: dict[tuple[int, bool], str] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        if not self.title.strip() or not self.sentence.strip():
            raise EvenhandError("A chart needs a title and a sentence.", do="Say what it shows and what to see in it.")

    def to_svg(self, *, width: int = 700, heading: bool = True) -> str:
        """The chart as SVG. See ``to_svg``."""
        return to_svg(self, width=width, heading=heading)

    def to_png(self, *, width: int = 700, heading: bool = True, scale: float = 2) -> bytes:
        """The chart as PNG. See ``to_png``."""
        return to_png(self, width=width, heading=heading, scale=scale)


def to_svg(chart: Chart, *, width: int = 700, heading: bool = True) -> str:
    """The chart as one self-contained SVG element, the same bytes each time.

    width:   in pixels, 320 or more; draw one for a phone (375) and one for a page (700).
    heading: whether title and sentence are printed in the picture (they are always its name and description). The
             word "Simulated" is printed either way when the figures are invented.
    """
    if width < NARROWEST:
        raise EvenhandError(f"A chart cannot be drawn {width} pixels wide.", do=f"Ask for {NARROWEST} pixels or more.")
    if (width, heading) not in chart._drawn:
        chart._drawn[width, heading] = _compose(chart, width, heading)
    return chart._drawn[width, heading]


def to_png(chart: Chart, *, width: int = 700, heading: bool = True, scale: float = 2) -> bytes:
    """The chart as PNG, ``scale`` dots to the pixel, drawn from the very SVG of ``to_svg`` with a margin round it."""
    import vl_convert

    drawn = to_svg(chart, width=width, heading=heading)
    height = drawn.split('height="', 1)[1].split('"', 1)[0]
    edge, wide, high = PNG_MARGIN, width + 2 * PNG_MARGIN, number(float(height) + 2 * PNG_MARGIN)
    size, more = f'width="{width}" height="{height}"', f'width="{wide}" height="{high}"'
    drawn = drawn.replace(f"<rect {size}", f'<rect x="{-edge}" y="{-edge}" {more}', 1)
    drawn = drawn.replace(size, more, 1)
    drawn = drawn.replace(f'viewBox="0 0 {width} {height}"', f'viewBox="{-edge} {-edge} {wide} {high}"', 1)
    return repacked(bytes(vl_convert.svg_to_png(drawn, scale=scale)))


def description(chart: Chart) -> str:
    """What a person who does not see the picture is told: the sentence, how it is drawn, and where it is from."""
    parts = ["Simulated figures." if chart.simulated else "", chart.sentence, chart.key, chart.source]
    return one_line(" ".join(part for part in parts if part))


def _compose(chart: Chart, width: int, heading: bool) -> str:
    """Heading lines, the plot and the lines below it, one under the other."""
    plot = chart.drawing.plot(width)
    head, y = _heading_text(chart, width, heading, width < 500)
    foot, bottom = _footing_text(chart, width, y + plot.top + plot.height + plot.bottom)
    links = "".join(_link(link, plot, y) for link in plot.links)
    if links:
        links = f'<g fill="{PAPER}" fill-opacity="0">{links}</g>'
    inner = f'{head}<g transform="translate({number(plot.left)},{number(y + plot.top)})">{plot.drawn}</g>{foot}{links}'
    # Two drawings of a page never share their ids, because they are named by what is drawn.
    named = hashlib.sha256(f"{chart.title}|{chart.sentence}|{width}|{inner}".encode()).hexdigest()[:10]
    return svg.picture(
        inner,
        prefix=f"chart-{named}",
        width=width,
        height=bottom,
        title=_name(chart),
        description=description(chart),
        role="group" if links else "img",
        css="evenhand-chart",
    )


def _name(chart: Chart) -> str:
    return f"Simulated figures: {chart.title}" if chart.simulated else chart.title


def _heading_text(chart: Chart, width: int, heading: bool, small: bool) -> tuple[str, float]:
    """The lines above the plot, and the y at which it begins."""
    y, out = 0.0, ""
    if chart.simulated:
        out += svg.simulated(width)
        y = 28
    if heading:
        size = 16 if small else 19
        for text in wrap(one_line(chart.title), size, width, bold=True):
            y += size * 1.25
            out += svg.text(text, 0, y, size=size, bold=True)
        y += 4
        size = 13 if small else 14
        for text in wrap(one_line(chart.sentence), size, width):
            y += size * 1.35
            out += svg.text(text, 0, y, size=size, colour=QUIET)
        y += 8
    return out, float(round(y + 6 if y else 0))


def _footing_text(chart: Chart, width: int, y: float) -> tuple[str, float]:
    """The lines below the plot, and the height of the whole."""
    out = ""
    for paragraph in (chart.key, f"Source: {chart.source}" if chart.source else ""):
        lines = wrap(one_line(paragraph), SMALLEST_TEXT, width)
        y += 6 if lines else 0
        for text in lines:
            y += SMALLEST_TEXT * 1.35
            out += svg.text(text, 0, y, colour=QUIET)
    return out, float(round(y + 8))


def _link(link: Link, plot: Plot, y: float) -> str:
    """A keyboard-focusable area over a mark. Only addresses on this site: a chart must not lead readers elsewhere."""
    if not link.href.startswith("/") or link.href.startswith("//"):
        raise EvenhandError(f"{link.href!r} is not an address on this site.", do="Begin it with one slash.")
    box, left, top = link.box, link.box.left + plot.left, link.box.top + plot.top + y
    size = f'width="{number(box.right - box.left)}" height="{number(box.bottom - box.top)}"'
    return (
        f'<a href="{escape(link.href)}" aria-label="{escape(one_line(link.label))}">'
        f'<rect x="{number(left)}" y="{number(top)}" {size}/></a>'
    )


def rows_of(
    frame: Any, needed: tuple[str, ...], what: str, optional: Mapping[str, object] | None = None
) -> list[dict[str, Any]]:
    """The rows of a polars frame (or a list of mappings) as dictionaries with the columns a chart needs.

    Raises EvenhandError when a needed column is not there. Optional columns take the default given.
    """
    rows = [dict(row) for row in (frame.to_dicts() if hasattr(frame, "to_dicts") else frame)]
    for name in needed:
        if any(name not in row for row in rows):
            raise EvenhandError(f"The {what} need a column {name!r}.", do=f"Give {', '.join(needed)}.")
    if not rows:
        raise EvenhandError(f"There are no {what} to draw.", do="Show the sentence that says why, without a chart.")
    return [
        {**(optional or {}), **{key: value for key, value in row.items() if value is not None or key in needed}}
        for row in rows
    ]
