"""Reader of ONS boundaries of counties and unitary authorities (GeoJSON, any vintage: CTYUA23CD, CTYUA25CD ...).

English councils only. The outlines are simplified for drawing (``simplify``); where the file prints a council's central
point (``LAT``, ``LONG``), that becomes the items ``centroid_lat`` and ``centroid_lon``, to place a label and to tell
who is near whom. A file without them yields outlines and no observations, which is not an error.
"""

from __future__ import annotations

import json
import re
from typing import Any

import polars as pl

from evenhand.facts.errors import UnreadableFile, Where
from evenhand.facts.register import Council, Register, period_end
from evenhand.sources.cells import Collector
from evenhand.sources.model import NOTE, ReadResult
from evenhand.sources.population_common import Places, boundary_day, passed_over_note
from evenhand.sources.simplify import Polygon, simplify
from evenhand.sources.sniff import Sniff

NAME = "boundaries"
PUBLISHER = "Office for National Statistics"

_CODE = re.compile(r"CTYUA(\d{2})CD", re.IGNORECASE)
MAX_POINTS = 2_000_000  # full-resolution outlines have about a million points; a page needs a few thousand


def recognise(file: Sniff) -> str | None:
    """The table's title when a GeoJSON file's properties have a county and unitary authority code."""
    if file.kind != "json" or "FeatureCollection" not in file.head:
        return None
    # The code stands among the properties, which may come after a long outline.
    return "Boundaries of counties and unitary authorities" if _CODE.search(file.text) else None


def _bad(file: Sniff, what: str, feature: int | None = None) -> UnreadableFile:
    return UnreadableFile(
        what,
        where=Where(file.name, row=feature),
        do="Nothing was loaded. Download the boundaries again as GeoJSON in latitude and longitude (EPSG:4326).",
    )


def _features(file: Sniff) -> list[dict[str, Any]]:
    try:
        whole = json.loads(file.text)
    except (ValueError, RecursionError) as fault:
        raise _bad(file, f"The file is cut short or damaged ({str(fault)[:100]}).") from fault
    features = whole.get("features") if isinstance(whole, dict) else None
    if not isinstance(features, list) or not features:
        raise _bad(file, "The file has no outlines in it.")
    return features


def _property(properties: dict[str, Any], pattern: str) -> tuple[str, Any] | None:
    return next(((k, v) for k, v in properties.items() if re.fullmatch(pattern, k, re.IGNORECASE)), None)


def _polygons(file: Sniff, geometry: Any, number: int, name: str) -> list[Polygon]:
    """A Polygon or MultiPolygon as polygons of closed rings in longitude and latitude. Raises UnreadableFile."""
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in ("Polygon", "MultiPolygon"):
        raise _bad(file, f"{name} has no outline (its geometry is {kind or 'empty'}).", number)
    raw = geometry.get("coordinates")
    try:
        polygons = [
            [[(float(p[0]), float(p[1])) for p in ring] for ring in polygon]
            for polygon in ([raw] if kind == "Polygon" else raw)
        ]
    except (TypeError, ValueError, IndexError) as fault:
        raise _bad(file, f"The outline of {name} is not made of coordinates.", number) from fault
    rings = [ring for polygon in polygons for ring in polygon]
    if not rings or any(len(r) < 4 or r[0] != r[-1] for r in rings) or not all(polygons):
        raise _bad(file, f"The outline of {name} has a ring that is not closed.", number)
    if not all(-180 <= x <= 180 and -90 <= y <= 90 for ring in rings for x, y in ring):
        raise _bad(file, f"The outline of {name} is in metres or another grid, not in degrees.", number)
    return polygons


def _gather(file: Sniff, c: Collector) -> tuple[dict[str, list[Polygon]], Places, str]:
    """Outlines by council id, the places of the file, and its vintage (four digits)."""
    features = _features(file)
    coded: list[tuple[int, str, dict[str, Any], Any]] = []
    vintage = ""
    for number, feature in enumerate(features, start=1):
        properties = feature.get("properties") if isinstance(feature, dict) else None
        found = _property(properties, _CODE.pattern) if isinstance(properties, dict) else None
        if not found or not isinstance(properties, dict):
            raise _bad(file, "An outline has no CTYUA code.", number)
        vintage = f"20{found[0][5:7]}"
        coded.append((number, str(found[1]).strip(), properties, feature.get("geometry")))
    codes = [code for _, code, _, _ in coded]
    # the vintage's own April: a file of December 2023 shows the councils of April 2023 on
    day = boundary_day(c.register, codes, period_end(vintage))
    places = Places(c.register, day)
    shapes: dict[str, list[Polygon]] = {}
    for number, code, properties, geometry in coded:
        named = _property(properties, r"CTYUA\d{2}NM")
        place = places.find(code, "", "")
        if place is None:
            continue
        if not isinstance(place, Council):
            c.reject("", number, "CTYUA code", code, place if isinstance(place, str) else f"{code} is no council.")
            continue
        if place.id in shapes:
            raise _bad(file, f"{place.name} has more than one outline.", number)
        shapes[place.id] = _polygons(file, geometry, number, str(named[1]) if named else place.name)
        _central_point(c, place, properties, vintage, number)
    return shapes, places, vintage


def _central_point(c: Collector, place: Council, properties: dict[str, Any], period: str, number: int) -> None:
    for heading, item in (("LAT", "centroid_lat"), ("LONG", "centroid_lon")):
        found = _property(properties, heading)
        if found and found[1] is not None:
            c.add(found[1], area=place, item=item, period=period, part="value", unit="degrees", sheet="", row=number,
                  column=heading)  # fmt: skip


def read(file: Sniff, register: Register) -> ReadResult:
    """Simplified outlines in ``geometry`` (council id -> {"type": "MultiPolygon", "coordinates"}) and central points.

    Raises UnreadableFile for an outline that is broken or not in degrees, naming the council and the feature's number.
    """
    c = Collector(file.name, register)
    shapes, places, vintage = _gather(file, c)
    if not shapes:
        raise _bad(file, "None of the outlines is an English council's.")
    points = sum(len(ring) for polygons in shapes.values() for polygon in polygons for ring in polygon)
    if points > MAX_POINTS:
        raise _bad(file, f"The outlines have {points:,} points. Use the generalised edition (BUC or BSC).")
    places.warn_of_absent(c, "", 1)
    geometry: dict[str, object] = {
        council: {"type": "MultiPolygon", "coordinates": [[[list(p) for p in r] for r in poly] for poly in polygons]}
        for council, polygons in simplify(shapes).items()
    }
    note = pl.DataFrame([("boundaries", passed_over_note(places), ["centroid_lat"])], schema=NOTE, orient="row")
    return ReadResult(
        reader=NAME, publisher=PUBLISHER, table="boundaries",
        title=f"Boundaries of counties and unitary authorities, {vintage}", periods=c.periods() or (vintage,),
        revision=vintage, licence="OGL-3.0; contains OS data © Crown copyright and database right",
        observations=c.observations(), rejects=c.rejects(), notes=note, geometry=geometry,
    )  # fmt: skip
