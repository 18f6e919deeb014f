"""Comparing with a set that the reader chooses: the set decides benchmark, limits and ranks."""

from __future__ import annotations

import polars as pl
import pytest

from evenhand.edition.against import NO_PEERS, compare, names_in
from evenhand.edition.read import Edition
from evenhand.facts.errors import EvenhandError, UnknownArea
from evenhand.facts.register import Register, period_end

M = "ascof-3d-2a"


def judged(edition: Edition, **options: object) -> pl.DataFrame:
    return compare(edition, M, **options).rows.filter(pl.col("level") == "council")  # type: ignore[arg-type]


def test_england_is_read_and_not_worked_out_again(sample: Edition) -> None:
    stored = sample.rows(M, "2024-25")
    same = compare(sample, M).rows.select(stored.columns)
    assert same.sort("area").equals(stored.sort("area"))


def test_england_comes_first_then_regions_types_and_councils_from_the_highest(sample: Edition) -> None:
    rows = compare(sample, M).rows
    levels = rows["level"].to_list()
    assert levels == sorted(levels, key=["country", "region", "council_type", "council"].index)
    assert rows["area"][0] == sample.register.country.code
    values = rows.filter(pl.col("level") == "council")["value"].drop_nulls().to_list()
    assert values == sorted(values, reverse=True)


@pytest.mark.parametrize(("against", "column"), [("region", "region"), ("type", "council_type")])
def test_ranks_are_within_the_councils_own_set(sample: Edition, against: str, column: str) -> None:
    for (_,), rows in judged(sample, against=against).partition_by(column, as_dict=True).items():
        with_rank = rows.filter(pl.col("rank_low").is_not_null())
        assert (with_rank["ranked"] == with_rank.height).all()
        assert with_rank["rank_high"].max() <= with_rank.height  # type: ignore[operator]


def test_a_benchmark_is_the_sets_own_sum(sample: Edition) -> None:
    found = compare(sample, M, against="region")
    for region, mark in found.benchmarks.items():
        own = found.rows.filter(
            (pl.col("region") == region) & pl.col("value").is_not_null() & pl.col("numerator").is_not_null()
        )
        assert mark.value == pytest.approx(100 * own["numerator"].sum() / own["denominator"].sum())


def test_peers_are_the_council_and_its_nearest(sample: Edition) -> None:
    name = judged(sample)["area_name"][3]
    found = compare(sample, M, against="peers", areas=(name,))
    row = found.rows.filter(pl.col("area_name") == name).to_dicts()[0]
    assert 2 <= row["ranked"] <= 16


def test_named_councils_make_a_set_of_their_own(sample: Edition) -> None:
    names = judged(sample)["area_name"].to_list()[:4]
    rows = judged(sample, against=",".join(names))
    assert set(rows["area_name"]) == set(names)
    assert set(rows["ranked"].drop_nulls()) == {4}


def test_a_name_may_hold_commas_among_names_with_commas_between(england: Register) -> None:
    class Stub:
        """All that is asked of an edition here: whether a name is one, in 2024-25."""

        def find(self, text: str, period: str) -> object:
            return england.find(text, period_end(period))

    def names(text: str) -> list[str]:
        return names_in(Stub(), text, "2024-25")  # type: ignore[arg-type]

    long = "Bournemouth, Christchurch and Poole"
    assert names(f"{long},Kent") == [long, "Kent"]
    assert names(f"Kent , {long}, Dorset") == ["Kent", long, "Dorset"]
    assert names("Kent,,Dorset,") == ["Kent", "Dorset"]
    assert names("Atlantis,Kent") == ["Atlantis", "Kent"]  # the look-up that follows says what is wrong with it
    assert names("") == []


def test_a_council_too_unlike_any_other_is_said_to_have_no_peers(sample: Edition) -> None:
    with_peers = set(sample.table("peers").select("area").collect()["area"])
    alone = judged(sample).filter(~pl.col("area").is_in(sorted(with_peers)) & pl.col("value").is_not_null())
    for name in alone["area_name"].to_list():
        row = compare(sample, M, against="peers", areas=(name,)).rows.filter(pl.col("area_name") == name).to_dicts()[0]
        assert (row["band"], row["rank_low"], row["note"]) == (None, None, NO_PEERS)


def test_one_council_is_no_set(sample: Edition) -> None:
    with pytest.raises(EvenhandError, match="at least two"):
        compare(sample, M, against=judged(sample)["area_name"][0])


def test_an_unknown_name_is_refused_with_the_nearest(sample: Edition) -> None:
    with pytest.raises(UnknownArea):
        compare(sample, M, against="Atlantis,Camelot")


def test_areas_are_shown_beside_england_only(sample: Edition) -> None:
    name = judged(sample)["area_name"][0]
    rows = compare(sample, M, areas=(name,)).rows
    assert set(rows["level"]) == {"country", "council"}
    assert rows.filter(pl.col("level") == "council")["area_name"].to_list() == [name]
