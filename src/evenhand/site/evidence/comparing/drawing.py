"""Two small drawings made straight as SVG: members' intervals, and the parts of a distance.

A reader may choose any ten councils and twelve measures, so these are drawn when asked for. Two dozen of them take
a few milliseconds this way. Text is escaped, presentation is in attributes, and nothing is fetched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evenhand.documents.chart import FONT
from evenhand.documents.layout import Scale, nice_ticks, text_width, wrap
from evenhand.documents.palette import CHOSEN, ENGLAND, INK, PAPER, QUIET, RULE, SEGMENTS, ink_on
from evenhand.documents.text import escape

GRID = "#E6E9EB"


@dataclass(frozen=True)
class Bar:
    """One line of the drawing: a name, the figure as text, and where it and its interval lie (None: no figure)."""

    name: str
    said: str
    value: float | None
    lower: float | None = None
    upper: float | None = None
    together: bool = False


def members(
    key: str, title: str, sentence: str, bars: Sequence[Bar], *, centre: tuple[str, float] | None,
    ticks_as: str, width: int, simulated: bool,
) -> str:  # fmt: skip
    """Each member's figure and 95% interval on one axis, with the country as an upright line.

    centre: the line's label and its value. ticks_as: a format such as "{}%" for the figures on the axis.
    """
    small = width < 500
    ends = [v for b in bars for v in (b.value, b.lower, b.upper) if v is not None]
    ends += [centre[1]] if centre else []
    low, high = min(ends), max(ends)
    if 0 <= low < (high - low) * 0.5:
        low = 0.0
    ticks = nice_ticks(low, high, 3 if small else 6)
    left = 8.0 if small else min(275.0, max(text_width(b.name, 14, bold=b.together) for b in bars) + 16)
    right = max(text_width(b.said, 14, bold=True) for b in bars if b.value is not None) + 12
    step, top = (50.0, 46.0) if small else (34.0, 46.0)
    height = top + step * len(bars)
    x = Scale(ticks[0], ticks[-1], left, width - right)
    out = [_line(x(t), x(t), top - 10, height, GRID) for t in ticks]
    out += [
        _text(ticks_as.format(_plain(t)), min(max(x(t), 12), width - 14), height + 18, 12, QUIET, anchor="middle")
        for t in ticks
    ]
    out.append(_line(x.start, x.end, height, height, RULE))
    if centre:
        out += _centre(centre, x, top, height, width)
    for place, bar in enumerate(bars):
        out += _member(bar, x, top + step * place, step, width, small)
    mark = "" if not simulated else _text("SIMULATED FIGURES – no real council", 0, 14, 13, INK, bold=True)
    return _svg(key, width, height + 30, title, sentence, [mark, *out])


def _centre(centre: tuple[str, float], x: Scale, top: float, height: float, width: int) -> list[str]:
    at, half = x(centre[1]), text_width(centre[0], 12, bold=True) / 2
    middle = min(max(at, half), width - half)
    return [
        _text(centre[0], middle, top - 16, 12, ENGLAND, anchor="middle", bold=True),
        _line(at, at, top - 10, height, ENGLAND, size=2),
    ]


def _member(bar: Bar, x: Scale, y: float, step: float, width: int, small: bool) -> list[str]:
    colour = INK if bar.together else CHOSEN
    out = [_line(0, width, y, y, RULE)] if bar.together else []
    middle = y + (step * 0.68 if small else step / 2)
    if small:
        out.append(_text(bar.name, 0, y + 17, 14, INK, bold=bar.together, halo=True))
    else:
        names = wrap(bar.name, 14, x.start - 12, bold=bar.together)
        rise = 8 * (len(names) - 1)
        out += [_text(line, 0, middle + 5 - rise + 16 * i, 14, INK, bold=bar.together) for i, line in enumerate(names)]
    if bar.value is None:
        return [*out, _text(bar.said, x.start, middle + 5, 13, QUIET, halo=True)]
    if bar.lower is not None and bar.upper is not None:
        out.append(_line(x(bar.lower), x(bar.upper), middle, middle, colour, size=4))
    at = x(bar.value)
    if bar.together:
        corners = f"{at:g},{middle - 8:g} {at + 8:g},{middle:g} {at:g},{middle + 8:g} {at - 8:g},{middle:g}"
        out.append(f'<polygon points="{corners}" fill="{PAPER}" stroke="{colour}" stroke-width="3"/>')
    else:
        out.append(f'<circle cx="{at:.1f}" cy="{middle:g}" r="6.5" fill="{colour}" stroke="{PAPER}"/>')
    return [*out, _text(bar.said, width, middle + 5, 14, colour, anchor="end", bold=True)]


def shares(key: str, label: str, parts: Sequence[tuple[str, float]], *, width: int = 200) -> str:
    """One bar of lettered parts that make a whole: each feature's share of a squared distance."""
    out, at = [], 0.0
    for index, (letter, share) in enumerate(parts):
        wide = share * width
        fill = SEGMENTS[index % len(SEGMENTS)]
        if wide >= 1:
            out.append(f'<rect x="{at:.1f}" y="0" width="{max(wide - 1, 0.8):.1f}" height="22" fill="{fill}"/>')
        if wide > 15:
            out.append(_text(letter, at + wide / 2, 16, 13, ink_on(fill), anchor="middle", bold=True))
        at += wide
    return _svg(key, width, 22, label, "", out)


def swatch(index: int, letter: str) -> str:
    """The sample of one part, for the words that say what it is. The words say it; the sample is not read aloud."""
    fill = SEGMENTS[index % len(SEGMENTS)]
    inner = _text(letter, 11, 16, 13, ink_on(fill), anchor="middle", bold=True)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="22" height="22" viewBox="0 0 22 22" aria-hidden="true" '
        f'focusable="false" font-family="{FONT}"><rect width="22" height="22" fill="{fill}"/>{inner}</svg>'
    )


def _svg(key: str, width: float, height: float, title: str, sentence: str, inner: Sequence[str]) -> str:
    name = f"{key}-{width:g}"
    more = f'<desc id="{name}-d">{escape(sentence)}</desc>' if sentence else ""
    by = f"{name}-t {name}-d" if sentence else f"{name}-t"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
        f'viewBox="0 0 {width:g} {height:g}" role="img" aria-labelledby="{by}" font-family="{FONT}">'
        f'<title id="{name}-t">{escape(title)}</title>{more}{"".join(inner)}</svg>'
    )


def _line(x1: float, x2: float, y1: float, y2: float, colour: str, *, size: float = 1) -> str:
    ends = f'x1="{x1:.1f}" x2="{x2:.1f}" y1="{y1:.1f}" y2="{y2:.1f}"'
    return f'<line {ends} stroke="{colour}" stroke-width="{size:g}"/>'


def _text(
    text: str, x: float, y: float, size: float, colour: str, *, anchor: str = "start", bold: bool = False,
    halo: bool = False,
) -> str:  # fmt: skip
    style = ' font-weight="bold"' if bold else ""
    style += f' stroke="{PAPER}" stroke-width="4" paint-order="stroke"' if halo else ""
    where = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {where} font-size="{size:g}" fill="{colour}"{style}>{escape(text)}</text>'


def _plain(value: float) -> str:
    """A round figure with no more decimals than it needs."""
    return f"{value:,.10f}".rstrip("0").rstrip(".")
