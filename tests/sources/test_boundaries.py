"""Boundaries: outlines light enough for a page, borders shared, faults named."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.facts.errors import UnreadableFile
from evenhand.facts.register import Register
from evenhand.sources import boundaries
from evenhand.sources.model import ReadResult
from evenhand.sources.schema import check
from evenhand.sources.simplify import _from_segment, area, douglas_peucker, simplify
from evenhand.sources.sniff import sniff

CODES = ["E66000001", "E66000002", "E66000003", "E66000004", "E66000006", "E66000007"]


def square(x: float, y: float = 51.0, side: float = 0.5) -> list[list[float]]:
    return [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]


def collection(**central: float) -> dict[str, Any]:
    """Six invented councils side by side, and one place abroad."""
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": {"type": "Polygon", "coordinates": [square(i * 0.5)]},
                "properties": {"CTYUA23CD": code, "CTYUA23NM": f"Place {i}", **central},
            }
            for i, code in enumerate([*CODES, "S12000001"])
        ],
    }


def read(folder: Path, tiny: Register, content: object) -> ReadResult:
    path = folder / "outlines.geojson"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    file = sniff(path)
    assert boundaries.recognise(file)
    return check(boundaries.read(file, tiny), path.name)


def test_outlines_by_council_and_central_points(tmp_path: Path, tiny: Register) -> None:
    result = read(tmp_path, tiny, collection(LAT=51.25, LONG=-1.5))
    assert set(result.geometry) == {"ashvale", "brackwater", "corvedale", "dunmere", "north-thornshire",
                                    "south-thornshire"}  # fmt: skip
    ashvale: Any = result.geometry["ashvale"]
    assert ashvale["type"] == "MultiPolygon"
    assert sorted(map(tuple, ashvale["coordinates"][0][0][:-1])) == [(0, 51), (0, 51.5), (0.5, 51), (0.5, 51.5)]
    assert result.observations.filter(area="ashvale").select("item", "value").rows() == [
        ("centroid_lat", 51.25), ("centroid_lon", -1.5),
    ]  # fmt: skip
    assert (result.table, result.revision, result.periods) == ("boundaries", "2023", ("2023",))


def test_outlines_without_central_points_are_no_error(tmp_path: Path, tiny: Register) -> None:
    result = read(tmp_path, tiny, collection())
    assert result.observations.is_empty()
    assert result.periods == ("2023",)
    assert len(result.geometry) == 6


def broken(feature: int, **change: object) -> dict[str, Any]:
    content = collection()
    content["features"][feature] |= change
    return content


@pytest.mark.parametrize(
    ("content", "words", "row"),
    [
        (json.dumps(collection())[:900], "cut short", None),
        ({"type": "FeatureCollection", "features": [], "x": "CTYUA23CD"}, "no outlines", None),
        (broken(2, geometry=None), "Place 2 has no outline", 3),
        (broken(1, geometry={"type": "Polygon", "coordinates": [square(447160, 531474)]}), "in metres", 2),
        (broken(1, geometry={"type": "Polygon", "coordinates": [square(0)[:-1]]}), "not closed", 2),
        (broken(1, geometry={"type": "Polygon", "coordinates": [["a", "b"]]}), "not made of coordinates", 2),
        (broken(3, properties={"NAME": "x"}), "no CTYUA code", 4),
        (broken(3, properties={"CTYUA23CD": CODES[0]}), "Ashvale has more than one outline", 4),
    ],
)
def test_a_broken_file_is_refused_and_the_outline_named(
    tmp_path: Path, tiny: Register, content: object, words: str, row: int | None
) -> None:
    with pytest.raises(UnreadableFile, match=words) as fault:
        read(tmp_path, tiny, content)
    assert fault.value.where.row == row


def test_an_absent_council_and_an_unknown_code_are_reported(tmp_path: Path, tiny: Register) -> None:
    content = broken(0, properties={"CTYUA23CD": "E66000099", "CTYUA23NM": "Nowhere"})
    reasons = read(tmp_path, tiny, content).rejects["reason"].to_list()
    assert "E66000099" in reasons[0]
    assert reasons[1] == "The file has no row for Ashvale."


@pytest.mark.parametrize("east", [1.0, 0.52])
def test_neighbours_still_share_their_border_after_simplifying(east: float) -> None:
    """The wiggly border of two rectangles loses points, the same ones on both sides, also when one is far smaller."""
    border = [(0.5 + 0.0005 * (i % 2), 51 + i * 0.01) for i in range(51)]
    left = [(0.0, 51.0), *border, (0.0, 51.5), (0.0, 51.0)]
    right = [(east, 51.5), *reversed(border), (east, 51.0), (east, 51.5)]
    light = simplify({"left": [[left]], "right": [[right]]})
    a, b = set(light["left"][0][0]), set(light["right"][0][0])
    assert {p for p in a if p[0] > 0.4} == {p for p in b if p[0] < 0.51}
    assert len(a) < len(left) - 40


def test_a_small_councils_finer_line_is_used_by_its_larger_neighbour_too() -> None:
    bulge = [(0.5, 51.0), (0.504, 51.025), (0.5, 51.05)]
    large = [(0.0, 51.0), *bulge, (0.0, 51.05), (0.0, 51.0)]
    small = [(0.52, 51.05), *reversed(bulge), (0.52, 51.0), (0.52, 51.05)]
    light = simplify({"large": [[large]], "small": [[small]]})
    assert (0.504, 51.025) in light["small"][0][0]
    assert (0.504, 51.025) in light["large"][0][0]


def test_an_island_too_small_to_see_goes_and_the_largest_piece_stays() -> None:
    big = [(0.0, 51.0), (1.0, 51.0), (1.0, 52.0), (0.0, 51.0)]
    small = [(2.0, 51.0), (2.01, 51.0), (2.01, 51.01), (2.0, 51.0)]
    assert len(simplify({"a": [[small], [big]]})["a"]) == 1
    assert len(simplify({"a": [[small]]})["a"]) == 1


points = st.tuples(st.floats(-2, 2), st.floats(50, 55))


@given(st.lists(points, min_size=2, max_size=40), st.floats(0.001, 1))
def test_no_dropped_point_is_further_away_than_the_tolerance(line: list[tuple[float, float]], tolerance: float) -> None:
    kept = douglas_peucker(line, tolerance)
    assert (kept[0], kept[-1]) == (line[0], line[-1])
    for p in line:
        assert min(_from_segment(p, a, b) for a, b in pairwise(kept)) <= tolerance + 1e-12


def test_area_of_a_square_in_degrees_of_latitude() -> None:
    assert area([(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)]) == pytest.approx(0.6)
