"""Age bands, whole counts, and the boundary day of a file."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.facts.register import Council, Register
from evenhand.sources.population_common import Places, band_sums, boundary_day, whole_count

BEFORE_SPLIT = ["E66000001", "E66000002", "E66000003", "E66000004", "E66000005"]
AFTER_SPLIT = ["E66000001", "E66000002", "E66000003", "E66000004", "E66000006", "E66000007"]


def test_one_person_of_each_age() -> None:
    assert band_sums([1] * 91) == {"all": 91, "18+": 73, "18-64": 47, "65+": 26, "65-74": 10, "75-84": 10, "85+": 6}


@given(st.lists(st.integers(0, 20_000), min_size=91, max_size=91))
def test_bands_add_up(ages: list[int]) -> None:
    sums = band_sums(ages)
    assert sums["18-64"] + sums["65+"] == sums["18+"] == sum(n for age, n in enumerate(ages) if age >= 18)
    assert sums["65-74"] + sums["75-84"] + sums["85+"] == sums["65+"]


def test_bands_want_all_ninety_one_ages() -> None:
    with pytest.raises(ValueError, match="90 single years"):
        band_sums([1] * 90)


@pytest.mark.parametrize(
    ("cell", "count"),
    [(12, 12), (12.0, 12), ("1,234", 1234), ("12.0", 12), ("0", 0)]
    + [(bad, None) for bad in ("", None, "-3", -3, 1.5, "1.5", "x", True, float("nan"), float("inf"), "1e3")],
)
def test_a_count_is_whole_and_not_negative_or_it_is_none(cell: object, count: int | None) -> None:
    assert whole_count(cell) == count


@pytest.mark.parametrize(
    ("codes", "not_before", "day"),
    [
        (BEFORE_SPLIT, date(2020, 6, 30), date(2020, 6, 30)),
        (AFTER_SPLIT, date(2020, 6, 30), date(2021, 4, 1)),
        (AFTER_SPLIT, date(2023, 6, 30), date(2023, 6, 30)),
        # one council absent from the file does not move the day
        (AFTER_SPLIT[1:], date(2020, 6, 30), date(2021, 4, 1)),
        # nor does a file that asks for one council only
        (["E66000006"], date(2020, 6, 30), date(2021, 4, 1)),
        (["E66000001"], date(2020, 6, 30), date(2020, 6, 30)),
        # districts and other countries do not matter
        ([*BEFORE_SPLIT, "E07000001", "W92000004"], date(2011, 6, 30), date(2011, 6, 30)),
    ],
)
def test_the_boundary_day_is_the_first_day_that_fits_the_codes(
    tiny: Register, codes: list[str], not_before: date, day: date
) -> None:
    assert boundary_day(tiny, codes, not_before) == day


def test_places_pass_over_what_is_nobodys_and_name_what_is_wrong(tiny: Register) -> None:
    places = Places(tiny, date(2021, 4, 1))
    assert isinstance(places.find("E66000006", ""), Council)
    assert places.find("E07000123", "Somewhere", "Non-metropolitan District") is None
    assert places.find("S92000003", "SCOTLAND", "Country") is None
    assert "Thornshire, which was not a council" in str(places.find("E66000005", ""))
    assert "No council" in str(places.find("E66000077", "Elsewhere", "Unitary Authority"))
    assert places.passed == 2
