"""The councils of Simulated England: invented names, today's number of councils, and every kind of change."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from evenhand.edition.places import write_register
from evenhand.edition.sample import ROLES, sample_register, sample_tiles, with_role
from evenhand.edition.sample.places import TYPES, places
from evenhand.facts.register import Register, official

TODAY = date(2025, 11, 1)
# Directions and common nouns that real and invented names may share.
SHARED = {"north", "south", "east", "west", "and", "the", "city", "isle", "isles", "bay", "vale", "row", "wood",
          "park", "green", "cross", "fields", "coast", "levels", "quay"}  # fmt: skip


def words_of(name: str) -> set[str]:
    return {w for w in re.findall(r"[a-z]+", name.lower()) if w not in SHARED and len(w) > 2}


def test_there_are_153_councils_today_of_five_types_in_nine_regions():
    today = sample_register().councils(TODAY)
    assert len(today) == 153
    assert {c.council_type for c in today} == set(TYPES)
    assert len({c.region for c in today}) == 9


@pytest.mark.parametrize(
    ("day", "councils"),
    [("2010-03-31", 154), ("2019-03-31", 154), ("2020-03-31", 152), ("2021-03-31", 152), ("2022-03-31", 153)],
)
def test_the_number_of_councils_moves_with_the_merger_of_2019_and_the_split_of_2021(day, councils):
    assert len(sample_register().councils(date.fromisoformat(day))) == councils


def test_a_county_was_split_in_two_and_three_councils_were_merged_into_one():
    reg = sample_register()
    halves = [reg.council(i) for i in with_role("split")]
    (county,) = {p for h in halves for p in h.predecessors}
    assert reg.council(county).successors == tuple(h.id for h in halves)
    assert reg.council(county).valid_to == halves[0].valid_from - timedelta(days=1) == date(2021, 3, 31)
    (merged,) = (reg.council(i) for i in with_role("merged"))
    assert len(merged.predecessors) == 3
    assert {reg.council(p).valid_to for p in merged.predecessors} == {date(2019, 3, 31)}


def test_two_counties_became_unitary_in_2023_and_two_councils_were_recoded_in_2025():
    reg = sample_register()
    before, after = date(2023, 3, 31), date(2023, 4, 1)
    for i in with_role("county-to-unitary"):
        assert (reg.type_of(i, before), reg.type_of(i, after)) == ("S", "U")
        assert reg.gss(i, before)[:3] == "X10"
        assert reg.gss(i, after)[:3] == "X06"
    assert len(with_role("county-to-unitary")) == len(with_role("recoded")) == 2
    for i in with_role("recoded"):
        assert reg.gss(i, date(2025, 3, 31)) != reg.gss(i, date(2025, 4, 1))


def test_every_code_means_one_council_and_looks_like_no_official_code():
    reg, real = sample_register(), official()
    codes = [c.code for c in reg.codes]
    assert len(codes) == len(set(codes))
    assert not {c.code for c in real.codes} & set(codes)
    assert all(re.fullmatch(r"X(06|08|09|10)\d{6}", c.code) for c in reg.codes if c.scheme == "gss")
    assert {a.code for a in reg.areas if a.level in ("country", "region")} == {"X92000001"} | {
        f"X1200000{i}" for i in range(1, 10)
    }


def test_no_word_of_an_invented_name_is_a_word_of_a_real_councils_name():
    real = {w for c in official().all for n in (c.name, *c.other_names) for w in words_of(n)}
    for c in sample_register().all:
        own = words_of(c.name)
        assert not own & real
        assert not [(w, r) for w in own for r in real if len(r) >= 5 and r in w]


def test_every_role_is_played():
    assert {p.role for p in places() if p.role} == set(ROLES)


def test_another_seed_gives_the_same_councils_other_places_within_their_region_and_type():
    one, two = places(1), places(2)
    assert one != two
    kinds = {(p.region, p.council_type) for p in one}
    for kind in kinds:
        assert {p.name for p in one if (p.region, p.council_type) == kind} == {
            p.name for p in two if (p.region, p.council_type) == kind
        }
    assert [p for p in one if p.role] == [p for p in two if p.role]


def test_each_region_is_one_connected_block_of_tiles_and_no_tile_is_used_twice():
    reg, tiles = sample_register(), sample_tiles()
    assert set(tiles["council"]) == {c.id for c in reg.councils(TODAY)}
    at = {(r["column"], r["row"]): reg.council(r["council"]).region for r in tiles.iter_rows(named=True)}
    assert len(at) == tiles["label"].n_unique() == 153
    assert tiles["label"].str.len_chars().unique().to_list() == [3]
    assert (tiles["column"].min(), tiles["row"].min()) == (1, 1)
    for region in set(at.values()):
        cells = {xy for xy, r in at.items() if r == region}
        reached, edge = set(), [min(cells)]
        while edge:
            x, y = edge.pop()
            if (x, y) in cells - reached:
                reached.add((x, y))
                edge += [(x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)]
        assert reached == cells


def test_a_written_register_reads_back_as_the_same_register(tmp_path: Path):
    write_register(sample_register(), tmp_path / "register")
    read, reg = Register.from_folder(tmp_path / "register", simulated=True), sample_register()
    assert (read.all, read.codes, read.areas, read.types) == (reg.all, reg.codes, reg.areas, reg.types)
    first = {f.name: f.read_bytes() for f in (tmp_path / "register").iterdir()}
    write_register(sample_register(), tmp_path / "register")
    assert {f.name: f.read_bytes() for f in (tmp_path / "register").iterdir()} == first
