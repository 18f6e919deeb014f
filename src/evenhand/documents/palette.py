"""The few colours there are, and the measure of whether one can be read on another.

One accent for this council, mid grey for others, dark grey for England (LOOK: furniture). Bands run from orange
through grey to blue, a scale that stays apart for every common kind of colour blindness; a mark or a word always says
the same again, because a grey print shows both ends alike.
"""

from __future__ import annotations

CHOSEN = "#00625F"
OTHERS = "#7A8288"
ENGLAND = "#383F43"
INK = "#0B0C0C"
QUIET = "#505A5F"
RULE = "#B1B4B6"
PAPER = "#FFFFFF"
SOFT = ("#EEF1F3", "#DDE3E7", "#CAD3D8")
"""Soft fills for limits and intervals: widest first."""

BANDS: dict[str, str] = {
    "much higher": "#1D5C96",
    "higher": "#A6CBEA",
    "similar": "#E9ECEE",
    "lower": "#F6BF84",
    "much lower": "#A8500A",
}
"""Fill of each band."""

SEGMENTS = ("#00625F", "#9FC9C6", "#383F43", "#B9BFC3", "#1D5C96", "#A6CBEA")
"""Fills of the parts of a bar, dark and light in turn so that neighbours differ in a grey print."""


def luminance(colour: str) -> float:
    """Relative luminance, 0 (black) to 1 (white), of "#RRGGBB". Source: WCAG 2.2, "relative luminance"."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio, 1 to 21. Text needs 4.5, marks need 3. Source: WCAG 2.2, success criteria 1.4.3 and 1.4.11."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def ink_on(fill: str) -> str:
    """Black or white, whichever reads better on the fill."""
    return max((INK, PAPER), key=lambda ink: contrast(ink, fill))
