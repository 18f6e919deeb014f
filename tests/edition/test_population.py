"""How many residents a figure is divided by, and what is said about it."""

from __future__ import annotations

import pytest

from evenhand.edition.population import Populations, mid_year
from evenhand.facts.register import Register
from tests.edition.tables import frame, row


@pytest.mark.parametrize(("period", "year"), [("2024-25", 2024), ("2011-12", 2011), ("mid-2023", 2023), ("2019", 2019)])
def test_the_mid_year_inside_a_period(period: str, year: int) -> None:
    assert mid_year(period) == year


def test_the_nearest_mid_year_within_two_years_is_used_as_it_is(tiny: Register) -> None:
    pops = Populations(frame([row("population", "mid-2020", "ashvale", "count", 100.0, age="18+"),
                              row("population", "mid-2023", "ashvale", "count", 120.0, age="18+")]), tiny)  # fmt: skip
    found = pops.find("ashvale", "2024-25", "18+")
    assert found is not None
    assert (found.people, found.basis, found.estimated, found.far, found.years_off) == (
        120.0,
        "mid-2023",
        False,
        False,
        1,
    )


def test_an_older_year_is_estimated_from_the_all_age_series_and_says_so(tiny: Register) -> None:
    pops = Populations(frame([
        row("population", "mid-2020", "ashvale", "count", 80.0, age="18+"),
        row("population_series", "mid-2020", "ashvale", "count", 100.0),
        row("population_series", "mid-2011", "ashvale", "count", 90.0),
    ]), tiny)  # fmt: skip
    found = pops.find("ashvale", "2011-12", "18+")
    assert found is not None
    assert found.people == pytest.approx(72.0)
    assert found.estimated
    assert "an estimate" in found.basis


def test_without_the_series_the_nearest_year_is_used_and_called_far(tiny: Register) -> None:
    pops = Populations(frame([row("population", "mid-2020", "ashvale", "count", 80.0, age="18+")]), tiny)
    found = pops.find("ashvale", "2011-12", "18+")
    assert found is not None
    assert found.far
    assert "nearest year loaded" in found.basis


def test_a_council_that_was_split_whole_is_the_sum_of_its_parts(tiny: Register) -> None:
    pops = Populations(frame([
        row("population", "mid-2020", "north-thornshire", "count", 30.0, age="18+"),
        row("population", "mid-2020", "south-thornshire", "count", 50.0, age="18+"),
    ]), tiny)  # fmt: skip
    found = pops.find("thornshire", "2020-21", "18+")
    assert found is not None
    assert found.people == 80.0
    assert "sum of North Thornshire and South Thornshire" in found.basis


def test_one_part_alone_is_not_the_whole(tiny: Register) -> None:
    pops = Populations(frame([row("population", "mid-2020", "north-thornshire", "count", 30.0, age="18+")]), tiny)
    assert pops.find("thornshire", "2020-21", "18+") is None


def test_england_cannot_be_a_part_of_anything(tiny: Register) -> None:
    assert Populations(frame([]), tiny).find("E99000001", "2024-25", "18+") is None
