"""Charts of parts and places: waterfall, stacked single bar, tile map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from evenhand.documents import marks
from evenhand.documents.chart import Link, Plot, rows_of
from evenhand.documents.layout import Box, Scale, text_width, wrap
from evenhand.documents.numbers import SYMBOLS, WORDS, Kind, format_value
from evenhand.documents.palette import BANDS, CHOSEN, ENGLAND, INK, OTHERS, PAPER, SEGMENTS, ink_on
from evenhand.facts.errors import EvenhandError
from evenhand.facts.status import Status

_SMALL = 500


@dataclass(frozen=True)
class Waterfall:
    """See ``waterfall``."""

    steps: tuple[dict[str, Any], ...]
    kind: Kind
    decimals: int | None

    def plot(self, width: int) -> Plot:
        """Bars from top to bottom; names at the left where there is room, else above their bars."""
        small = width < _SMALL
        ends = self._ends()
        texts = [self._text(step) for step in self.steps]
        margin = max(text_width(text, 12, bold=True) for text in texts) + 10
        column = 0.0 if small else min(230.0, max(text_width(step["label"], 13) for step in self.steps) + 16)
        low, high = min(0.0, *(min(pair) for pair in ends)), max(0.0, *(max(pair) for pair in ends))
        x = Scale(low, high if high > low else low + 1, column, width - margin)
        drawn, y, before = "", 0.0, None
        for step, (start, end), text in zip(self.steps, ends, texts, strict=True):
            made, y, before = self._step(step, (x(start), x(end)), text, y, before, small, column, width)
            drawn += made
        if not small or low < 0:
            # Behind everything: on a phone the names lie over it.
            zero = marks.crisp(x(0.0))
            drawn = marks.rule(zero, 0, zero, y - 8, INK) + drawn
        return Plot(drawn, width, y, top=4, bottom=0)

    def _step(
        self,
        step: dict[str, Any],
        at: tuple[float, float],
        text: str,
        y: float,
        before: tuple[float, float] | None,
        small: bool,
        column: float,
        width: int,
    ) -> tuple[str, float, tuple[float, float]]:
        """One bar with its name, its figure and the line that joins it to the bar above."""
        start, end = at
        drawn = ""
        names = wrap(step["label"], 13, width if small else column - 12)
        bold = step["total"]
        if small:
            for line in names:
                drawn += marks.word(line, 0, y + 8, size=13, bold=bold, halo=True)
                y += 16
            y += 2
        row_height = 22.0 if small else max(26.0, 16.0 * len(names))
        middle = y + row_height / 2
        if not small:
            for index, line in enumerate(names):
                drawn += marks.word(line, 0, middle + 16 * (index - (len(names) - 1) / 2), size=13, bold=bold)
        if before:
            joins = marks.rules([(before[0], before[1], before[0], middle)], OTHERS, dash=(2, 2))
            drawn = joins + drawn
        fill = CHOSEN if bold else BANDS["higher"] if step["amount"] >= 0 else BANDS["lower"]
        box = Box(min(start, end), middle - 10, max(start, end), middle + 10)
        drawn += marks.boxes([box], fill, stroke=INK if not bold else CHOSEN)
        drawn += marks.word(text, max(start, end) + 6, middle, bold=True)
        return drawn, y + row_height + 8, (end, middle + 10)

    def _ends(self) -> list[tuple[float, float]]:
        level, ends = 0.0, []
        for step in self.steps:
            start = 0.0 if step["total"] else level
            level = start + step["amount"]
            ends.append((start, level))
        return ends

    def _text(self, step: dict[str, Any]) -> str:
        """A total as it is; a change always with its sign, because a grey print does not show which way it goes."""
        sign = "+" if not step["total"] and step["amount"] > 0 else ""
        return sign + format_value(self.kind, step["amount"], self.decimals)


def waterfall(steps: Any, *, kind: Kind | str = Kind.MONEY_PENCE, decimals: int | None = None) -> Waterfall:
    """A bridge from one total to another.

    steps: label, amount, total (true for the first, the last and any total between). Raises EvenhandError when a
    total is not the sum of what stands before it.
    """
    found = rows_of(steps, ("label", "amount"), "steps", {"total": False})
    level = 0
    for index, step in enumerate(found):
        if step["amount"] is None:
            raise EvenhandError(f"The step {step['label']!r} has no amount.", do="A bridge needs every step.")
        if step["total"] and index and abs(step["amount"] - level) > 1e-6 * max(1.0, abs(level)):
            raise EvenhandError(
                f"{step['label']!r} is {step['amount']} and the steps before it come to {level}.",
                do="Add the step that is left out.",
            )
        level = step["amount"] if step["total"] else level + step["amount"]
    return Waterfall(tuple(found), Kind(kind), decimals)


@dataclass(frozen=True)
class StackedBar:
    """See ``stacked_bar``."""

    parts: tuple[dict[str, Any], ...]
    kind: Kind
    decimals: int | None

    def plot(self, width: int) -> Plot:
        """One bar of lettered parts; below it a line for each with its name, figure and share."""
        total = sum(part["value"] for part in self.parts)
        x = Scale(0, total, 0, width)
        drawn = ""
        level, y = 0.0, 66.0
        for index, part in enumerate(self.parts):
            fill, letter = SEGMENTS[index % len(SEGMENTS)], chr(ord("A") + index)
            start, end = x(level), x(level + part["value"])
            level += part["value"]
            if part["value"] > 0:
                # A white gap parts the neighbours; however small a part is, something of it shows.
                drawn += marks.boxes([Box(start, 0, max(start + 1.5, end - 2), 44)], fill)
            if end - start > 18:
                drawn += marks.word(
                    letter, (start + end) / 2, 22, anchor="middle", size=14, bold=True, colour=ink_on(fill)
                )
            made, y = self._entry(part, letter, fill, total, y, width)
            drawn += made
        return Plot(drawn, width, y - 6, top=6, bottom=0)

    def _entry(
        self, part: dict[str, Any], letter: str, fill: str, total: float, y: float, width: int
    ) -> tuple[str, float]:
        share = format_value(Kind.PERCENT, 100 * part["value"] / total)
        figure = f"{format_value(self.kind, part['value'], self.decimals)} · {share}"
        drawn = marks.boxes([Box(0.5, y - 9.5, 20.5, y + 10.5)], fill, stroke=OTHERS)
        drawn += marks.word(letter, 10.5, y + 0.5, anchor="middle", bold=True, colour=ink_on(fill))
        drawn += marks.word(figure, width, y, anchor="end", size=13, bold=True)
        names = wrap(part["label"], 13, width - 28 - text_width(figure, 13, bold=True) - 12)
        for index, line in enumerate(names):
            drawn += marks.word(line, 28, y + 16 * index, size=13)
        return drawn, y + 16 * max(1, len(names)) + 12


def stacked_bar(parts: Any, *, kind: Kind | str = Kind.MONEY_PENCE, decimals: int | None = None) -> StackedBar:
    """One bar of parts that make a whole: who pays what. parts: label, value (0 or more; at most 26)."""
    found = rows_of(parts, ("label", "value"), "parts")
    if any(part["value"] is None or part["value"] < 0 for part in found) or sum(part["value"] for part in found) <= 0:
        raise EvenhandError("The parts of a bar are 0 or more and make a whole above 0.", do="Use a waterfall instead.")
    return StackedBar(tuple(found), Kind(kind), decimals)


@dataclass(frozen=True)
class TileMap:
    """See ``tile_map``."""

    tiles: tuple[dict[str, Any], ...]

    def plot(self, width: int) -> Plot:
        """Equal tiles at their places, then what the fills and marks mean."""
        columns = max(tile["column"] for tile in self.tiles) + 1
        rows = max(tile["row"] for tile in self.tiles) + 1
        side = min(width / columns, 40.0)
        shift = (width - side * columns) / 2
        drawn = ""
        for what in (*BANDS, *SYMBOLS):
            drawn += self._tiles([tile for tile in self.tiles if tile["band"] == what], what, side, shift)
        drawn += self._chosen(side, shift)
        key, high = _tile_key(
            [what for what in (*BANDS, *SYMBOLS) if any(t["band"] == what for t in self.tiles)], rows * side + 14, width
        )
        links = tuple(
            Link(_box(tile, side, shift), f"{tile['name']}: {_words(tile['band'])}", tile["href"])
            for tile in self.tiles
            if tile["href"]
        )
        return Plot(drawn + key, width, high, top=2, bottom=2, links=links)

    def _tiles(self, tiles: list[dict[str, Any]], what: str, side: float, shift: float) -> str:
        if not tiles:
            return ""
        places = [_box(tile, side, shift) for tile in tiles]
        fill = BANDS.get(what, PAPER)
        size = 12.0 if side < 30 else 13.0
        labels = [
            ((box.left + box.right) / 2, box.top + side * 0.36, _fit(tile["label"], size, side - 2))
            for tile, box in zip(tiles, places, strict=True)
        ]
        return (
            marks.boxes([_inset(box, 0.75) for box in places], fill, stroke=OTHERS, width=0.75)
            + marks.words(labels, anchor="middle", size=size, colour=ink_on(fill))
            + _signs(places, what, side)
        )

    def _chosen(self, side: float, shift: float) -> str:
        found = [_inset(_box(tile, side, shift), 0.5) for tile in self.tiles if tile["role"] == "chosen"]
        return marks.boxes(found, None, stroke=PAPER, width=6) + marks.boxes(found, None, stroke=INK, width=3)


def _signs(places: list[Box], what: str, side: float) -> str:
    """The mark that says the band again without colour: triangles up or down, one or two; a bar for no figure."""
    count = 2 if what.startswith("much") else 1
    at = []
    for box in places:
        middle, y = (box.left + box.right) / 2, box.top + side * 0.79
        at += [(middle + (index - (count - 1) / 2) * side * 0.27, y) for index in range(count)]
    if what in ("much higher", "higher", "lower", "much lower"):
        return marks.triangles(at, side=side * 0.21, colour=ink_on(BANDS[what]), up=what.endswith("higher"))
    if what in SYMBOLS:
        return marks.rules([(x - 5, y, x + 5, y) for x, y in at], ENGLAND, width=1.5, dash=_DASH[what])
    return ""


_DASH = {Status.MISSING.value: (10, 1), Status.SUPPRESSED.value: (3, 2), Status.NOT_APPLICABLE.value: (1, 2)}


def _tile_key(found: list[str], top: float, width: int) -> tuple[str, float]:
    """A sample tile and its words for each band that occurs, flowing over lines; and the y below them."""
    drawn = ""
    x, y, side = 0.0, top, 24.0
    for what in found:
        words = _words(what)
        wide = side + 8 + text_width(words, 12) + 16
        if x and x + wide - 16 > width:
            x, y = 0.0, y + side + 8
        box = Box(x, y, x + side, y + side)
        drawn += marks.boxes([_inset(box, 0.5)], BANDS.get(what, PAPER), stroke=OTHERS, width=0.75)
        centred = Box(x, y - side * 0.29, x + side, y + side * 0.71)
        drawn += _signs([centred], what, side)
        drawn += marks.word(words, x + side + 8, y + side / 2)
        x += wide
    return drawn, y + side


def _words(band: str) -> str:
    return WORDS[Status(band)] if band in SYMBOLS else band


def _box(tile: dict[str, Any], side: float, shift: float) -> Box:
    left, top = shift + tile["column"] * side, tile["row"] * side
    return Box(left, top, left + side, top + side)


def _inset(box: Box, by: float) -> Box:
    return Box(box.left + by, box.top + by, box.right - by, box.bottom - by)


def _fit(label: str, size: float, width: float) -> str:
    """As many letters of the initials as the tile holds: the whole name is in the table and in the link."""
    while len(label) > 1 and text_width(label, size) > width * 1.04:
        label = label[:-1]
    return label


def tile_map(tiles: Any) -> TileMap:
    """England as equal tiles, one a council, in five bands; the twin of its table.

    tiles: name, label (initials, 2 or 3 letters), column and row (from 0, top left), band (a band of
    ``palette.BANDS``, or a status: missing, suppressed, not_applicable), role ("chosen" is outlined), and href (an
    address on this site: the tile can then be reached and opened by keyboard).
    """
    found = rows_of(tiles, ("name", "label", "column", "row", "band"), "tiles", {"role": "other", "href": None})
    places = [(tile["column"], tile["row"]) for tile in found]
    if len(set(places)) < len(places):
        raise EvenhandError("Two councils have the same tile.", do="Check the tile grid.")
    for tile in found:
        if tile["band"] not in (*BANDS, *SYMBOLS):
            raise EvenhandError(
                f"{tile['band']!r} is not a band ({tile['name']}).", do=f"Use one of {', '.join((*BANDS, *SYMBOLS))}."
            )
    return TileMap(tuple(found))
