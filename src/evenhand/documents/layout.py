"""Where words go: how wide they are, where they break, and how labels keep out of each other's way.

Charts are laid out here in pixels, because a label that overlaps another or leaves the picture is a fault that no
drawing library prevents by itself.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

# Advance widths of Arial (the same as Helvetica), in thousandths of the type size, for printable ASCII.
_WIDTHS = (
    "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 "
    "556 278 278 584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 "
    "722 667 611 722 667 944 667 667 611 278 278 278 469 556 333 556 556 500 556 556 278 556 556 222 222 "
    "500 222 833 556 556 556 556 333 500 278 556 500 722 500 500 500 334 260 334 584 "
)
_ARIAL = dict(zip(map(chr, range(32, 127)), map(int, _WIDTHS.split()), strict=True)) | {"£": 556, "–": 556, "−": 584}
_SPARE = 1.04


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Width in pixels of one line of Arial, a little over rather than under."""
    units = sum(_ARIAL.get(character, 700) for character in text)
    return units / 1000 * size * _SPARE * (1.08 if bold else 1.0)


def wrap(text: str, size: float, width: float, *, bold: bool = False) -> list[str]:
    """The text in lines of at most ``width`` pixels; a word wider than that is cut with a hyphen."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        for piece in _pieces(word, size, width, bold):
            longer = f"{line} {piece}".strip()
            if line and text_width(longer, size, bold=bold) > width:
                lines.append(line)
                line = piece
            else:
                line = longer
    return [*lines, line] if line else lines


def _pieces(word: str, size: float, width: float, bold: bool) -> list[str]:
    pieces = []
    while text_width(word, size, bold=bold) > width and len(word) > 2:
        cut = len(word) - 1
        while cut > 1 and text_width(word[:cut] + "-", size, bold=bold) > width:
            cut -= 1
        pieces.append(word[:cut] + "-")
        word = word[cut:]
    return [*pieces, word]


def shorten(text: str, size: float, width: float, *, bold: bool = False) -> str:
    """The text on one line of at most ``width`` pixels, cut with an ellipsis if it must be."""
    if text_width(text, size, bold=bold) <= width:
        return text
    while text and text_width(text + "…", size, bold=bold) > width:
        text = text[:-1]
    return text.rstrip() + "…"


@dataclass(frozen=True)
class Scale:
    """From figures to pixels, straight or by logarithm."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def __call__(self, value: float) -> float:
        """The pixel of a figure."""
        span = (math.log(value / self.low) / math.log(self.high / self.low)) if self.log else self._part(value)
        return self.start + span * (self.end - self.start)

    def _part(self, value: float) -> float:
        return (value - self.low) / (self.high - self.low)


def nice_ticks(low: float, high: float, count: int) -> list[float]:
    """Round figures that cover low to high in about ``count`` steps of 1, 2, 2.5 or 5 times a power of ten."""
    if high <= low:
        high = low + 1
    raw = (high - low) / max(count, 1)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * size for size in (1, 2, 2.5, 5, 10) if power * size >= raw * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(index * step, 10) for index in range(first, last + 1)]


def log_ticks(low: float, high: float, room: int) -> list[float]:
    """Figures 1, 2, 5 times powers of ten inside low to high, or the powers alone when there is room for few."""
    for sizes in ((1, 2, 5), (1, 3), (1,)):
        powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        ticks = [size * 10.0**power for power in powers for size in sizes if low <= size * 10.0**power <= high]
        if len(ticks) <= room:
            break
    return ticks


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    def overlap(self, other: Box) -> float:
        """Area that two boxes share."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(0.0, across) * max(0.0, down)

    def outside(self, other: Box) -> float:
        """How far this box sticks out of another, in pixels."""
        return sum(
            max(0.0, distance)
            for distance in (
                other.left - self.left,
                self.right - other.right,
                other.top - self.top,
                self.bottom - other.bottom,
            )
        )


def text_box(text: str, size: float, x: float, y: float, anchor: str, *, bold: bool = False) -> Box:
    """The box of a line of text whose middle line is at y; anchor is start, middle or end at x."""
    width = text_width(text, size, bold=bold)
    left = x - {"start": 0.0, "middle": width / 2, "end": width}[anchor]
    return Box(left, y - size * 0.6, left + width, y + size * 0.6)


def place_label(
    width: float, height: float, x: float, y: float, frame: Box, avoid: Sequence[Box], *, gap: float = 10
) -> tuple[Box, str]:
    """Where to put a label of this size for the mark at (x, y): its box, and the side its lines are flush with.

    Tried are places around the mark, nearer ones first, each pushed inside the frame; the one that covers least wins.
    """
    best, flush, least = Box(x, y, x + width, y + height), "start", math.inf
    mark = Box(x - 7, y - 7, x + 7, y + 7)
    for distance in (gap, gap * 2, gap * 3.2, gap * 4.5):
        slant, half = distance * 0.8, height / 2
        for left, top, anchor in (
            (x + distance, y - half, "start"),
            (x - distance - width, y - half, "end"),
            (x - width / 2, y - distance - height, "middle"),
            (x - width / 2, y + distance, "middle"),
            (x + slant, y - slant - height, "start"),
            (x + slant, y + slant, "start"),
            (x - slant - width, y - slant - height, "end"),
            (x - slant - width, y + slant, "end"),
        ):
            left = max(frame.left, min(left, frame.right - width))  # noqa: PLW2901
            top = max(frame.top, min(top, frame.bottom - height))  # noqa: PLW2901
            box = Box(left, top, left + width, top + height)
            # Covering the mark itself is worse than covering others; distance breaks ties.
            cost = 50 * box.overlap(mark) + sum(box.overlap(other) for other in avoid) + distance * 0.05
            if cost < least - 1e-9:
                best, flush, least = box, anchor, cost
    return best, flush


def spread(wanted: Sequence[float], sizes: Sequence[float], low: float, high: float) -> list[float]:
    """Middles for labels of these heights: none covers another, all inside low to high, as near as can be to wanted.

    With the heights before each label taken off, "does not cover" becomes "does not fall", and the nearest such
    positions by least squares are an isotonic regression, solved by pooling neighbours that would cross (pool adjacent
    violators; Ayer et al. 1955). Labels higher together than the room run over its high end, still without touching.
    """
    order = sorted(range(len(wanted)), key=lambda index: (wanted[index], index))
    before, offsets = 0.0, []
    for index in order:
        offsets.append(before + sizes[index] / 2)
        before += sizes[index]
    pools: list[tuple[float, int]] = []
    for index, offset in zip(order, offsets, strict=True):
        mean, count = wanted[index] - offset, 1
        while pools and pools[-1][0] > mean:
            other, many = pools.pop()
            mean, count = (mean * count + other * many) / (count + many), count + many
        pools.append((mean, count))
    level = [max(low, min(mean, high - before)) for mean, count in pools for _ in range(count)]
    placed = [0.0] * len(wanted)
    for index, start, offset in zip(order, level, offsets, strict=True):
        placed[index] = start + offset
    return placed
