"""The tile grid: one square for each of today's 153 councils, and England still to be recognised."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from evenhand.facts import tiles
from evenhand.facts.errors import BadCell
from evenhand.facts.register import Register

TODAY = date(2024, 3, 31)
GRID = tiles.official()
AT = {t.council: t for t in GRID}


def test_each_of_todays_councils_has_one_tile(england: Register) -> None:
    assert [t.council for t in GRID] == [c.id for c in england.councils(TODAY)]
    assert len({(t.column, t.row) for t in GRID}) == 153


def test_labels_are_three_capitals_each_used_once() -> None:
    assert len({t.label for t in GRID}) == 153
    assert all(len(t.label) == 3 and t.label.isascii() and t.label.isalpha() and t.label.isupper() for t in GRID)


def test_each_region_is_one_block_and_only_scilly_lies_apart(england: Register) -> None:
    for region in (a for a in england.areas if a.level == "region"):
        found = tiles.blocks(tuple(t for t in GRID if england.council(t.council).region == region.code))
        apart = [t.council for block in found[1:] for t in block]
        assert apart == (["isles-of-scilly"] if region.name == "South West" else []), region.name


def test_all_england_but_scilly_is_one_block() -> None:
    assert [len(b) for b in tiles.blocks(GRID)] == [152, 1]


def test_london_is_compact(england: Register) -> None:
    london = [t for t in GRID if england.council(t.council).region == "E12000007"]
    wide = max(t.column for t in london) - min(t.column for t in london) + 1
    tall = max(t.row for t in london) - min(t.row for t in london) + 1
    assert (wide, tall) == (8, 6)
    assert len(london) == 33


@pytest.mark.parametrize(
    ("north", "south"),
    [
        ("northumberland", "newcastle-upon-tyne"), ("cumberland", "lancashire"), ("north-yorkshire", "leeds"),
        ("leeds", "sheffield"), ("manchester", "cheshire-east"), ("derbyshire", "leicestershire"),
        ("norfolk", "suffolk"), ("suffolk", "essex"), ("enfield", "croydon"), ("barnet", "city-of-london"),
        ("oxfordshire", "hampshire"), ("hampshire", "isle-of-wight"), ("surrey", "west-sussex"),
        ("gloucestershire", "somerset"), ("somerset", "devon"),
    ],
)  # fmt: skip
def test_north_is_up(north: str, south: str) -> None:
    assert AT[north].row < AT[south].row


@pytest.mark.parametrize(
    ("west", "east"),
    [
        ("isles-of-scilly", "cornwall"), ("cornwall", "devon"), ("devon", "dorset"), ("hampshire", "kent"),
        ("liverpool", "manchester"), ("manchester", "leeds"), ("cumberland", "durham"), ("leeds", "kingston-upon-hull"),
        ("herefordshire", "birmingham"), ("birmingham", "leicester"), ("cambridgeshire", "norfolk"),
        ("hillingdon", "havering"), ("bristol", "wiltshire"), ("derby", "lincolnshire"),
    ],
)  # fmt: skip
def test_west_is_left(west: str, east: str) -> None:
    assert AT[west].column < AT[east].column


@pytest.mark.parametrize(
    "council",
    ["northumberland", "hartlepool", "kingston-upon-hull", "north-east-lincolnshire", "norfolk", "suffolk", "thurrock",
     "southend-on-sea", "medway", "kent", "brighton-and-hove", "portsmouth", "isle-of-wight", "torbay", "cornwall",
     "north-somerset", "liverpool", "sefton", "blackpool", "cumberland", "dorset"],
)  # fmt: skip
def test_the_coast_is_at_the_edge(council: str) -> None:
    taken = {(t.column, t.row) for t in GRID}
    x, y = AT[council].column, AT[council].row
    sides = [(x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)]
    assert any(side not in taken for side in sides)


@pytest.mark.parametrize("council", ["birmingham", "leicester", "leeds", "manchester", "city-of-london", "luton"])
def test_the_middle_is_not_at_the_edge(council: str) -> None:
    taken = {(t.column, t.row) for t in GRID}
    x, y = AT[council].column, AT[council].row
    assert {(x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)} <= taken


def test_the_grid_in_letters() -> None:
    text = tiles.as_text(GRID)
    assert text.splitlines()[0].strip() == "NBL"
    assert len(text.split()) == 153
    assert text.splitlines()[-1].startswith("IOS")


def test_blocks_join_at_sides_and_not_at_corners() -> None:
    a, b, c = (tiles.Tile(k, x, y, k) for k, x, y in (("a", 1, 1), ("b", 2, 2), ("c", 2, 3)))
    assert [{t.council for t in block} for block in tiles.blocks((a, b, c))] == [{"b", "c"}, {"a"}]
    assert tiles.blocks(()) == []


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (["ashvale,0,1,ASH"], "row 2, column column: '0' is not a place"),
        (["ashvale,1,x,ASH"], "row 2, column row: 'x' is not a place"),
        (["ashvale,1,1,ASH", "ashvale,1,2,ASV"], "row 3, column council: ashvale has the same council"),
        (["ashvale,1,1,ASH", "dunmere,1,1,DUN"], "dunmere has the same place as ashvale"),
        (["ashvale,1,1,ASH", "dunmere,1,2,ASH"], "dunmere has the same label as ashvale"),
    ],
)
def test_a_bad_grid_says_where(tmp_path: Path, rows: list[str], says: str) -> None:
    path = tmp_path / "tiles.csv"
    path.write_text("\n".join(["council,column,row,label", *rows, ""]), encoding="utf-8")
    with pytest.raises(BadCell) as error:
        tiles.from_file(path)
    assert says in str(error.value)
