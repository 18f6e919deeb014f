"""Make boundary lines light enough for a page, without gaps between neighbours.

The usual way, Douglas-Peucker on each council's ring by itself, moves the two sides of a shared border differently, and
the map shows slivers. So the rings are first cut into *arcs* at every point where the set of neighbouring points
changes (where three councils meet, where a coast begins); each arc is simplified once, and each council's ring is put
together again from the same simplified arcs. Small councils get a finer tolerance, so that a London borough keeps its
shape beside a county; islands too small to see are left out, except a council's largest piece.

Source of the line simplification: Douglas and Peucker, "Algorithms for the reduction of the number of points required
to represent a digitized line or its caricature", Cartographica 1973. The result is for drawing, not for measuring.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import hypot

Point = tuple[float, float]
Ring = list[Point]  # closed: the last point repeats the first
Polygon = list[Ring]  # outline first, then holes
Arc = tuple[Point, ...]

TOLERANCE = 0.006  # degrees of latitude, about 650 metres: less than a pixel on a map of England 800 pixels high
FINENESS = 60  # a council's tolerance is never coarser than its diagonal divided by this
SMALLEST_ISLAND = 0.002  # share of the council's largest piece below which an island is left out
DECIMALS = 4  # about 10 metres
KEY_DECIMALS = 6  # two councils' copies of one border point agree to this
NARROW = 0.6  # cosine of 53 degrees: how much shorter a degree of longitude is than one of latitude in England


def douglas_peucker(line: Sequence[Point], tolerance: float) -> list[Point]:
    """The points of a line that must stay so that no dropped point is further than ``tolerance`` from it.

    Ends always stay. Distances are to the chord's segment, in degrees of latitude. Worked example:
    ``[(0, 0), (1, 0.001), (2, 0)]`` becomes ``[(0, 0), (2, 0)]`` with tolerance 0.01.
    """
    if len(line) < 3:
        return list(line)
    keep = {0, len(line) - 1}
    stack = [(0, len(line) - 1)]
    while stack:
        first, last = stack.pop()
        far, distance = 0, tolerance
        for i in range(first + 1, last):
            d = _from_segment(line[i], line[first], line[last])
            if d > distance:
                far, distance = i, d
        if far:
            keep.add(far)
            stack += [(first, far), (far, last)]
    return [line[i] for i in sorted(keep)]


def _from_segment(p: Point, a: Point, b: Point) -> float:
    """Distance of a point from the segment a-b (from a itself when the two are one point)."""
    px, py = (p[0] - a[0]) * NARROW, p[1] - a[1]
    bx, by = (b[0] - a[0]) * NARROW, b[1] - a[1]
    length = bx * bx + by * by
    t = 0.0 if length == 0 else max(0.0, min(1.0, (px * bx + py * by) / length))
    return hypot(px - t * bx, py - t * by)


def area(ring: Sequence[Point]) -> float:
    """Area inside a closed ring in squared degrees of latitude (shoelace formula, always positive)."""
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))) / 2 * NARROW


def _junctions(shapes: Mapping[str, list[Polygon]]) -> set[Point]:
    """Points that two rings visit with different neighbours: there an arc begins or ends."""
    neighbours: dict[Point, frozenset[Point]] = {}
    found: set[Point] = set()
    for polygons in shapes.values():
        for polygon in polygons:
            for ring in polygon:
                loop = ring[:-1]
                for i, p in enumerate(loop):
                    pair = frozenset((loop[i - 1], loop[(i + 1) % len(loop)]))
                    if neighbours.setdefault(p, pair) != pair:
                        found.add(p)
    return found


def _cut(ring: Ring, junctions: set[Point]) -> list[Arc]:
    """A ring as arcs from junction to junction; a ring without any is one closed arc from its smallest point."""
    loop = ring[:-1]
    at = [i for i, p in enumerate(loop) if p in junctions]
    if not at:
        start = loop.index(min(loop))
        return [(*loop[start:], *loop[:start], loop[start])]
    loop = [*loop[at[0] :], *loop[: at[0]], loop[at[0]]]
    ends = [i for i, p in enumerate(loop) if p in junctions]
    return [tuple(loop[a : b + 1]) for a, b in pairwise(ends)]


def _canonical(arc: Arc) -> tuple[Arc, bool]:
    """The arc in the one direction in which it is simplified, and whether it had to be turned for that."""
    back = arc[::-1]
    return (arc, False) if arc <= back else (back, True)


def _simplify_arc(arc: Arc, tolerance: float) -> list[Point]:
    """An open arc by its ends; a closed one in two halves, cut at the point furthest from its start."""
    if arc[0] != arc[-1]:
        return douglas_peucker(arc, tolerance)
    far = max(range(len(arc)), key=lambda i: (_from_segment(arc[i], arc[0], arc[0]), -i))
    return douglas_peucker(arc[: far + 1], tolerance)[:-1] + douglas_peucker(arc[far:], tolerance)


def _tolerance(polygons: list[Polygon]) -> float:
    xs = [p[0] for polygon in polygons for p in polygon[0]]
    ys = [p[1] for polygon in polygons for p in polygon[0]]
    return min(TOLERANCE, hypot((max(xs) - min(xs)) * NARROW, max(ys) - min(ys)) / FINENESS)


def _rounded(line: Sequence[Point]) -> Ring:
    """Rounded to DECIMALS, without points that rounding made equal."""
    out: Ring = []
    for x, y in line:
        p = (round(x, DECIMALS), round(y, DECIMALS))
        if not out or out[-1] != p:
            out.append(p)
    return out


def simplify(shapes: Mapping[str, list[Polygon]]) -> dict[str, list[Polygon]]:
    """Lighter polygons by the same keys. Shared borders stay shared; every key keeps at least its largest polygon."""
    shapes = {
        k: [[[(round(x, KEY_DECIMALS), round(y, KEY_DECIMALS)) for x, y in r] for r in poly] for poly in polygons]
        for k, polygons in shapes.items()
    }
    junctions = _junctions(shapes)
    finest: dict[Arc, float] = {}
    for polygons in shapes.values():
        tolerance = _tolerance(polygons)
        for polygon in polygons:
            for ring in polygon:
                for arc in _cut(ring, junctions):
                    key, _ = _canonical(arc)
                    finest[key] = min(finest.get(key, tolerance), tolerance)
    light = {arc: _rounded(_simplify_arc(arc, tolerance)) for arc, tolerance in finest.items()}
    return {k: _rebuild(polygons, junctions, light) for k, polygons in shapes.items()}


def _rebuild(polygons: list[Polygon], junctions: set[Point], light: Mapping[Arc, Ring]) -> list[Polygon]:
    """One council's polygons from simplified arcs, largest first, without islands too small to see."""
    largest = max(area(p[0]) for p in polygons)
    out: list[Polygon] = []
    for polygon in sorted(polygons, key=lambda p: -area(p[0])):
        alone = not any(p in junctions for p in polygon[0])
        if alone and area(polygon[0]) < SMALLEST_ISLAND * largest:
            continue
        rings: Polygon = []
        for ring in polygon:
            line: Ring = []
            for arc in _cut(ring, junctions):
                key, turned = _canonical(arc)
                part = light[key][::-1] if turned else light[key]
                line += part[1:] if line else part
            if len(line) >= 4 and line[0] == line[-1] and area(line) > 0:
                rings.append(line)
            elif ring is polygon[0]:
                break
        if rings:
            out.append(rings)
    return out or [[_rounded(max((p[0] for p in polygons), key=area))]]
