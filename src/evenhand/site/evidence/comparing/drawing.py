"""Two small drawings for the comparison pages: members' intervals, and the parts of a distance.

A reader may choose any ten councils and twelve measures, so these are drawn when asked for, with the marks of every
other chart; two dozen of them take a few milliseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evenhand.documents import marks, svg
from evenhand.documents.layout import Box, Scale, nice_ticks, text_width, wrap
from evenhand.documents.palette import CHOSEN, ENGLAND, INK, PAPER, QUIET, RULE, SEGMENTS, ink_on


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
    step = 50.0 if small else 34.0
    top = 46.0 + (20 if simulated else 0)  # room for the label of the country, below the line of a simulated edition
    height = top + step * len(bars)
    x = Scale(ticks[0], ticks[-1], left, width - right)
    places = [marks.crisp(x(t)) for t in ticks]
    drawn = svg.simulated(width) if simulated else ""
    drawn += marks.rules([(at, top - 10, at, height) for at in places], marks.GRID)
    figures = [(min(max(x(t), 12), width - 14), height + 14, ticks_as.format(_plain(t))) for t in ticks]
    drawn += marks.words(figures, anchor="middle", colour=QUIET)
    drawn += marks.rule(x.start, marks.crisp(height), x.end, marks.crisp(height), RULE)
    if centre:
        at, half = x(centre[1]), text_width(centre[0], 12, bold=True) / 2
        middle = min(max(at, half), width - half)
        drawn += marks.word(centre[0], middle, top - 20, anchor="middle", bold=True, colour=ENGLAND)
        drawn += marks.rule(at, top - 10, at, height, ENGLAND, width=2)
    for place, bar in enumerate(bars):
        drawn += _member(bar, x, top + step * place, step, width, small)
    return svg.picture(
        drawn, prefix=f"{key}-{width}", width=width, height=height + 30, title=title, description=sentence
    )


def _member(bar: Bar, x: Scale, y: float, step: float, width: int, small: bool) -> str:
    colour = INK if bar.together else CHOSEN
    drawn = marks.rule(0, marks.crisp(y), width, marks.crisp(y), RULE) if bar.together else ""
    middle = y + (step * 0.68 if small else step / 2)
    if small:
        drawn += marks.word(bar.name, 0, y + 12, size=14, bold=bar.together, halo=True)
    else:
        names = wrap(bar.name, 14, x.start - 12, bold=bar.together)
        rise = 8 * (len(names) - 1)
        placed = [(0, middle - rise + 16 * i, line) for i, line in enumerate(names)]
        drawn += marks.words(placed, size=14, bold=bar.together)
    if bar.value is None:
        return drawn + marks.word(bar.said, x.start, middle, size=13, colour=QUIET, halo=True)
    if bar.lower is not None and bar.upper is not None:
        drawn += marks.rule(x(bar.lower), middle, x(bar.upper), middle, colour, width=4)
    at = x(bar.value)
    if bar.together:
        drawn += marks.diamond(at, middle, 8, fill=PAPER, stroke=colour, width=3)
    else:
        drawn += marks.dots([(at, middle)], radius=6.5, fill=colour, stroke=PAPER, width=1)
    return drawn + marks.word(bar.said, width, middle, anchor="end", size=14, bold=True, colour=colour)


def shares(key: str, label: str, parts: Sequence[tuple[str, float]], *, width: int = 200) -> str:
    """One bar of lettered parts that make a whole: each feature's share of a squared distance."""
    drawn, at = "", 0.0
    for index, (letter, share) in enumerate(parts):
        wide = share * width
        fill = SEGMENTS[index % len(SEGMENTS)]
        if wide >= 1:
            drawn += marks.boxes([Box(at, 0, at + max(wide - 1, 0.8), 22)], fill)
        if wide > 15:
            drawn += _letter(letter, at + wide / 2, fill)
        at += wide
    return svg.picture(drawn, prefix=f"{key}-{width}", width=width, height=22, title=label)


def swatch(index: int, letter: str) -> str:
    """The sample of one part, for the words that say what it is. The words say it; the sample is not read aloud."""
    fill = SEGMENTS[index % len(SEGMENTS)]
    inner = marks.boxes([Box(0, 0, 22, 22)], fill) + _letter(letter, 11, fill)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="22" height="22" viewBox="0 0 22 22" aria-hidden="true" '
        f'focusable="false" font-family="{svg.FONT}">{inner}</svg>'
    )


def _letter(letter: str, x: float, fill: str) -> str:
    return marks.word(letter, x, 11, anchor="middle", size=13, bold=True, colour=ink_on(fill))


def _plain(value: float) -> str:
    """A round figure with no more decimals than it needs."""
    return f"{value:,.10f}".rstrip("0").rstrip(".")
