"""Context from the publishers' real files: population, deprivation, boundaries."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from evenhand.facts.register import Register
from evenhand.sources import (
    boundaries,
    deflator_table,
    deprivation,
    population_mye,
    population_nomis,
    population_table,
)
from evenhand.sources.model import ReadResult
from evenhand.sources.schema import check
from evenhand.sources.sniff import sniff

pytestmark = pytest.mark.official

READERS = (boundaries, deflator_table, deprivation, population_mye, population_nomis, population_table)


def read(path: Path, register: Register) -> ReadResult:
    """Read with the one context reader that knows the file: two that do would be a fault."""
    file = sniff(path)
    known = [r for r in READERS if r.recognise(file)]
    assert len(known) == 1
    return check(known[0].read(file, register), path.name)


def test_no_context_reader_claims_another_publishers_file(official_data: Path) -> None:
    ours = {"population", "deprivation"}
    others = [p for p in official_data.rglob("*.*") if p.is_file() and p.parent.name not in ours]
    assert len(others) >= 12
    claimed = {p.name for p in others for r in READERS if r.recognise(sniff(p))}
    assert claimed == {"CTYUA_Dec_2023_UK_BSC.geo.json"}


@pytest.fixture(scope="module")
def mid_2020(official_data: Path, england: Register) -> ReadResult:
    return read(official_data / "population" / "ukpopestimatesmid2020on2021geography.xls", england)


def councils(result: ReadResult, **where: str) -> pl.DataFrame:
    return result.observations.filter(level="council", **where)


def test_the_table_of_mid_2023_has_every_council_once(official_data: Path, england: Register) -> None:
    result = read(official_data / "population" / "population_utla_mid2023.csv", england)
    assert result.rejects.is_empty()
    sums = {age: int(f["value"].sum()) for (age,), f in result.observations.group_by("age")}
    assert sums == {"all": 57_690_323, "18-64": 34_908_590, "65+": 10_783_087, "18+": 45_691_677}
    assert sums["18-64"] + sums["65+"] == sums["18+"]
    assert [councils(result, age=a)["area"].n_unique() for a in sums] == [153] * 4


def test_england_in_mid_2020_is_as_published_and_as_the_sum_of_its_councils(mid_2020: ReadResult) -> None:
    for age in ("all", "18+", "18-64", "65+", "65-74", "75-84", "85+"):
        people = mid_2020.observations.filter(item="population", age=age)
        by_level = {level: f["value"].sum() for (level,), f in people.group_by("level")}
        assert by_level["country"] == by_level["region"] == by_level["council"]
    england = dict(mid_2020.observations.filter(item="population", level="country").select("age", "value").rows())
    assert england["all"] == 56_550_138
    assert england["85+"] == 885_343 + 521_067  # sheet MYE1: 85 to 89, 90 and over
    assert mid_2020.rejects.is_empty()


def test_the_workbook_is_on_the_councils_of_april_2021(mid_2020: ReadResult, england: Register) -> None:
    areas = set(councils(mid_2020, item="population")["area"])
    assert len(areas) == 152
    assert mid_2020.revision == "2021-04-01"
    then = {england.council(a).name for a in areas}
    assert {n for n in then if "Northamptonshire" in n} == {"North Northamptonshire", "West Northamptonshire"}


def test_the_series_goes_back_to_mid_2001_for_councils_that_began_later(mid_2020: ReadResult) -> None:
    series = councils(mid_2020, item="population_series")
    assert mid_2020.periods[0] == "mid-2001"
    assert series.height == 152 * 20
    same = mid_2020.observations.filter(item="population_series", period="mid-2020")
    both = same.join(mid_2020.observations.filter(item="population", age="all"), on="area", suffix="_2")
    assert both.height == 162
    assert (both["value"] == both["value_2"]).all()


def test_density_is_people_over_area(mid_2020: ReadResult) -> None:
    england = mid_2020.observations.filter(item="density", level="country")["value"][0]
    assert england == pytest.approx(56_550_138 / 130_310.4928, rel=1e-9)
    assert councils(mid_2020, item="density").height == 152


def test_deprivation_2019_has_151_councils_and_ranks_that_follow_the_scores(
    official_data: Path, england: Register
) -> None:
    name = "File_11_-_IoD2019_Local_Authority_District_Summaries__upper-tier__.xlsx"
    result = read(official_data / "deprivation" / name, england)
    assert result.rejects.is_empty()
    wide = result.observations.filter(pl.col("item").is_in(["imd/average_score", "imd/rank_of_average_score"])).pivot(
        on="item", index="area", values="value"
    )
    assert wide.height == 151
    # the publisher's rank agrees with ranking its scores ourselves (ties apart)
    ours = wide.with_columns(rank=pl.col("imd/average_score").rank("min", descending=True))
    assert (ours["rank"] - ours["imd/rank_of_average_score"]).abs().max() <= 1
    assert "northamptonshire" in wide["area"].to_list()
    assert result.observations["item"].str.split("/").list.first().n_unique() == 10


def test_boundaries_are_153_and_light_enough_for_a_page(official_data: Path, england: Register) -> None:
    result = read(official_data / "geography" / "CTYUA_Dec_2023_UK_BSC.geo.json", england)
    assert len(result.geometry) == 153
    assert result.rejects.is_empty()
    assert len(json.dumps(result.geometry, separators=(",", ":"))) < 190_000
    points = dict(result.observations.filter(item="centroid_lat").select("area", "value").rows())
    for council, shape in result.geometry.items():
        ring: Any = shape
        lats = [p[1] for polygon in ring["coordinates"] for p in polygon[0]]
        assert min(lats) - 0.02 <= points[council] <= max(lats) + 0.02, council
