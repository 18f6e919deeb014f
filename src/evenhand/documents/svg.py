"""What every picture of this house is wrapped in: an SVG element with a name, a description and one look for its words.

Pictures are written by hand, element by element: no library that draws, no browser, no JavaScript at the reader's. The
same picture is the same bytes. ``documents.marks`` writes what goes inside.
"""

from __future__ import annotations

from evenhand.documents.palette import INK, PAPER
from evenhand.documents.text import escape, one_line

FONT = "Arial, Helvetica, sans-serif"
SMALLEST_TEXT = 12


def number(value: float) -> str:
    """A length in pixels to a tenth, as short as it can be written: 12, 0.5, -3.1."""
    text = f"{value:.1f}"
    text = text[:-2] if text.endswith(".0") else text
    return "0" if text == "-0" else text


def attributes(**values: str | float | None) -> str:
    """Attributes as they stand in a tag, a space before each; one that is None is left out. ``_`` is written ``-``.

    >>> attributes(fill="none", stroke_width=1.5, stroke=None)
    ' fill="none" stroke-width="1.5"'
    """
    return "".join(
        f' {name.replace("_", "-")}="{value if isinstance(value, str) else f"{value:g}"}"'
        for name, value in values.items()
        if value is not None
    )


def picture(
    inner: str,
    *,
    prefix: str,
    width: float,
    height: float,
    title: str,
    description: str = "",
    role: str = "img",
    css: str | None = None,
) -> str:
    """One self-contained SVG element on white paper. ``inner`` is markup; title and description are text, escaped here.

    prefix: begins the ids of this picture; no other picture of a page may have it. Words inside are in Arial, 12 pixels
    and black unless their own marks say otherwise. role is "group" where parts of the picture are links.
    """
    names = f"{prefix}-title {prefix}-desc" if description else f"{prefix}-title"
    size = f'width="{number(width)}" height="{number(height)}"'
    told = f'<desc id="{prefix}-desc">{escape(one_line(description))}</desc>' if description else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {number(width)} {number(height)}" role="{role}" '
        f'aria-labelledby="{names}"{attributes(**{"class": css})} font-family="{FONT}" font-size="{SMALLEST_TEXT}px" '
        f'fill="{INK}"><title id="{prefix}-title">{escape(one_line(title))}</title>{told}'
        f'<rect {size} fill="{PAPER}"/>{inner}</svg>'
    )


def text(
    words: str,
    x: float,
    baseline: float,
    *,
    size: float = SMALLEST_TEXT,
    bold: bool = False,
    colour: str = INK,
    anchor: str = "start",
    halo: bool = False,
) -> str:
    """One line of text on its baseline. anchor: start, middle or end at x. A white halo keeps it clear of marks."""
    style = text_style(size=size, bold=bold, colour=colour, anchor=anchor, halo=halo)
    return f'<text x="{number(x)}" y="{number(baseline)}"{style}>{escape(words)}</text>'


def text_style(*, size: float, bold: bool, colour: str, anchor: str, halo: bool) -> str:
    """Attributes of text that differ from those of the picture."""
    return attributes(
        font_size=None if size == SMALLEST_TEXT else f"{size:g}px",
        font_weight="bold" if bold else None,
        fill=None if colour == INK else colour,
        text_anchor=None if anchor == "start" else anchor,
    ) + (attributes(stroke=PAPER, stroke_width=4, stroke_linejoin="round", paint_order="stroke") if halo else "")


def simulated(width: float) -> str:
    """The line at the top of a picture whose figures are invented, 24 pixels high."""
    return (
        text("SIMULATED FIGURES – no real council", 0, 16, size=13, bold=True)
        + f'<path d="M0 23.5h{number(width)}" stroke="{INK}" stroke-dasharray="6 4"/>'
    )
