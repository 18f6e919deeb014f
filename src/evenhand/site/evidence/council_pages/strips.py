"""The strips of a council's page as SVG, in the look of ``documents.compare_charts.strip``.

A page has eighteen of them. Drawn by way of a chart library each costs a sixth of a second, so the first reader of a
page would wait for three; written as they are here, all eighteen take a few hundredths.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from evenhand.documents.layout import text_width, wrap
from evenhand.documents.palette import CHOSEN, INK, OTHERS, PAPER, QUIET, SOFT
from evenhand.documents.text import escape

FONT = "Arial, Helvetica, sans-serif"
EDGE = 9.0  # room at both ends for the large dot


@dataclass(frozen=True, slots=True)
class Row:
    """One measure: all values of the set, this council's (or None), the benchmark's (or None), and what is said."""

    label: str
    said: str
    others: tuple[float, ...]
    own: float | None
    benchmark: float | None


def svg(rows: list[Row], *, title: str, description: str, key: str, width: int, simulated: bool) -> str:
    """One drawing of this width: a name and a finding above each row of dots, and how to read it below.

    Each row runs from its own lowest value to its highest. The title and description are the picture's name.
    """
    out, y = [], 4.0
    if simulated:
        out.append(_text("SIMULATED FIGURES – no real council", 0, 16, 13, INK, bold=True))
        out.append(f'<line x1="0" x2="{width}" y1="23.5" y2="23.5" stroke="{INK}" stroke-dasharray="6 4"/>')
        y = 34.0
    for row in rows:
        made, y = _row(row, y, width)
        out += made
    for line in wrap(key, 12, width):
        y += 16
        out.append(_text(line, 0, y - 6, 12, QUIET))
    name = f"Simulated figures: {title}" if simulated else title
    told = f"Simulated figures. {description} {key}" if simulated else f"{description} {key}"
    prefix = "strip-" + hashlib.sha256(f"{title}|{told}|{width}".encode()).hexdigest()[:10]
    size = f'width="{width}" height="{y:g}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {width} {y:g}" role="img" '
        f'aria-labelledby="{prefix}-title {prefix}-desc" font-family="{FONT}"><title id="{prefix}-title">{escape(name)}'
        f'</title><desc id="{prefix}-desc">{escape(told)}</desc><rect {size} fill="{PAPER}"/>'
        f"{''.join(out)}</svg>"
    )


def _row(row: Row, top: float, width: int) -> tuple[list[str], float]:
    """The marks of one row, and where the next begins: a long name takes more than one line."""
    out = [_text(row.said, width, top + 16, 12, CHOSEN, bold=True, end=True)]
    lines = wrap(row.label, 13, width - text_width(row.said, 12, bold=True) - 14)
    for i, line in enumerate(lines):
        out.append(_text(line, 0, top + 16 + 16 * i, 13, INK))
    middle = top + 19 + 16 * len(lines)
    values = [v for v in (*row.others, row.own, row.benchmark) if v is not None]
    if not values:
        out.append(_text("no figure published", 0, middle + 4, 12, QUIET))
        return out, middle + 22
    low, high = min(values), max(values)

    def x(value: float) -> float:
        return EDGE + (width - 2 * EDGE) * ((value - low) / (high - low) if high > low else 0.5)

    out.append(f'<path d="M0 {middle:g}H{width}" stroke="{SOFT[2]}"/>')
    if row.others:  # one path for all: a circle of radius 3 round each value
        rings = "".join(f"M{x(v) - 3:.1f} {middle:g}a3 3 0 1 0 6 0a3 3 0 1 0-6 0" for v in row.others)
        out.append(f'<path d="{rings}" fill="none" stroke="{OTHERS}"/>')
    if row.benchmark is not None:
        at = f"M{x(row.benchmark):.1f} {middle - 11:g}v22"
        out.append(f'<path d="{at}" stroke="{INK}" stroke-width="3"/>')
    if row.own is not None:
        where = f'cx="{x(row.own):.1f}" cy="{middle:g}"'
        out.append(f'<circle {where} r="7" fill="{CHOSEN}" stroke="{PAPER}" stroke-width="2"/>')
    return out, middle + 22


def _text(text: str, x: float, y: float, size: int, colour: str, *, bold: bool = False, end: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    anchor = ' text-anchor="end"' if end else ""
    return f'<text x="{x:g}" y="{y:g}" font-size="{size}px" fill="{colour}"{weight}{anchor}>{escape(text)}</text>'
