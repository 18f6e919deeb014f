"""Cells: what is a number, what is a symbol, whose row it is, and what is refused."""

from __future__ import annotations

import math

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.facts.errors import UnreadableFile
from evenhand.facts.register import Area, Council, Register
from evenhand.facts.status import Status
from evenhand.sources.cells import (
    MAX_REJECTS,
    SYMBOLS,
    Collector,
    Parsed,
    cell_text,
    column_letter,
    find_header,
    parse_cell,
    pence,
)

# --- one cell --------------------------------------------------------------------------------------------------------

NUMBERS = [
    (0, 0, None), (0.0, 0, None), (-0.0, 0, None), (104.0, 104, None), (20.200000000000003, 20.2, None),
    ("1,234", 1234, None), ("1,234,567.5", 1234567.5, None), ("-12", -12, None), (" 7.5 ", 7.5, None),
    ("45.2%", 45.2, None), ("7.7 (7.6)", 7.7, "(7.6)"), ("1,005 (200)", 1005, "(200)"), ("60 (:)", 60, "(:)"),
    ("7.9 ([c])", 7.9, "([c])"), ("0.4(0.5)", 0.4, "(0.5)"),
]  # fmt: skip


@pytest.mark.parametrize(("cell", "value", "note"), NUMBERS)
def test_numbers(cell: object, value: float, note: str | None) -> None:
    found = parse_cell(cell)
    assert found is not None
    assert (found.value, found.status, found.note) == (value, Status.PUBLISHED, note)
    assert math.copysign(1, found.value or 1) == (1 if value >= 0 else -1), "no minus nought"


SYMBOL_CELLS = [
    ("[x]", Status.MISSING), ("..", Status.MISSING), (":", Status.MISSING), ("X", Status.MISSING),
    ("[c]", Status.SUPPRESSED), ("*", Status.SUPPRESSED), ("[C]", Status.SUPPRESSED), (" [z] ", Status.NOT_APPLICABLE),
]  # fmt: skip


@pytest.mark.parametrize(("cell", "status"), SYMBOL_CELLS)
def test_symbols_are_kept_as_what_they_mean(cell: str, status: Status) -> None:
    assert parse_cell(cell) == Parsed(None, status, cell.strip())


NEITHER = [
    "", None, " ", "-", "n/a", "1e5", "1,23", "12,34,567", "--5", "5-", "1.2.3", "£5", "٢٢", "１２", "½", "1 234",
    "nan", "inf", "0x10", "True", True, False, math.nan, math.inf, -math.inf, "9" * 400, 10**400, "=1+1", "(5)",
    "5 (a)", "7,6 (5)", object(),
]  # fmt: skip


@pytest.mark.parametrize("cell", NEITHER)
def test_what_is_neither_is_never_guessed(cell: object) -> None:
    assert parse_cell(cell) is None


def test_a_publisher_may_have_symbols_of_its_own() -> None:
    own = {"": Status.MISSING, "-": Status.SUPPRESSED}
    assert parse_cell("", own) == Parsed(None, Status.MISSING, None)
    assert parse_cell("-", own) == Parsed(None, Status.SUPPRESSED, "-")
    assert parse_cell("[x]", own) is None


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12))
def test_a_number_survives_to_nine_decimals(number: float) -> None:
    found = parse_cell(number)
    assert found is not None
    assert found.value == pytest.approx(number, abs=5.1e-10, rel=1e-15)


@given(st.integers(-(10**12), 10**12))
def test_thousands_commas_change_nothing(number: int) -> None:
    assert parse_cell(f"{number:,}") == parse_cell(str(number)) == parse_cell(number)


@given(st.text(max_size=30))
def test_any_text_is_a_finite_number_a_symbol_or_nothing(text: str) -> None:
    found = parse_cell(text)
    if found is not None:
        assert found.status.has_value == (found.value is not None)
        assert found.value is None or math.isfinite(found.value)
        if found.value is None:
            assert text.strip().lower() in SYMBOLS


def test_text_of_cells() -> None:
    assert [cell_text(c) for c in (104.0, 104.5, None, " a ", 7)] == ["104", "104.5", "", "a", "7"]


@pytest.mark.parametrize(
    ("cell", "pounds", "expected"),
    [
        (1, 1, 100), ("1,234.56", 1, 123456), ("£12", 1, 1200), (0.145, 1000, 14500), (1.005, 1, 101),
        ("-0.005", 1, -1), (-3, 1000, -300000), ("1e3", 1, None), ("1_000", 1, None), ("", 1, None),
        (None, 1, None), (math.inf, 1, None),
        ("[c]", 1, None), (True, 1, None), ("9" * 60, 1, None), (math.nan, 1, None),
    ],
)  # fmt: skip
def test_pounds_become_whole_pence_half_away_from_zero(cell: object, pounds: int, expected: int | None) -> None:
    assert pence(cell, pounds=pounds) == expected


@given(st.integers(-(10**14), 10**14))
def test_pence_of_pence_written_as_pounds(amount: int) -> None:
    sign = "-" if amount < 0 else ""
    assert pence(f"{sign}{abs(amount) // 100:,}.{abs(amount) % 100:02d}") == amount


@pytest.mark.parametrize(("index", "letter"), [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (701, "ZZ"), (702, "AAA")])
def test_column_letters(index: int, letter: str) -> None:
    assert column_letter(index) == letter


# --- headers ---------------------------------------------------------------------------------------------------------


def test_the_header_is_found_by_its_words() -> None:
    rows = [["Title"], ["a", "Local  Authority ", "b"], ["1", "2", "3"]]
    assert find_header(rows, ("local authority", "A"), file="f.csv", sheet="") == 1  # type: ignore[arg-type]


@pytest.mark.parametrize("rows", [[], [[]], [["Title"], ["Code", "Council"]]])
def test_a_missing_heading_is_named(rows: list[list[object]]) -> None:
    with pytest.raises(
        UnreadableFile, match=r"f\.ods, sheet T1: No row of the first 25 has the heading 'ONS area code'"
    ):
        find_header(rows, ("Code", "ONS area code") if len(rows) > 1 else ("ONS area code",), file="f.ods", sheet="T1")


# --- whose row it is -------------------------------------------------------------------------------------------------


def named(found: Council | Area | str) -> str:
    return found if isinstance(found, str) else found.name


PLACES = [
    # period, code, gss, name, what it is
    ("2024-25", "001", "", "", "Ashvale"),
    ("2024-25", "", "E66000001", "", "Ashvale"),
    ("2024-25", "001", "E66000001", "Ashvale Council", "Ashvale"),
    ("2024-25", "", "", "ashvale", "Ashvale"),
    ("2023-24", "003", "E66000013", "Corvedale", "Corvedale"),
    ("2019-20", "005", "E66000005", "Thornshire", "Thornshire"),
    ("2024-25", "NV", "E62000001", "North Vale", "North Vale"),
    ("2024-25", "S", "", "Shire County", "Shire Counties"),
    ("2024-25", "", "", "TOTAL Tinyland", "Tinyland"),
    ("2024-25", "", "", "South Vale", "South Vale"),
]


@pytest.mark.parametrize(("period", "code", "gss", "name", "expected"), PLACES)
def test_rows_find_their_place(tiny: Register, period: str, code: str, gss: str, name: str, expected: str) -> None:
    assert named(Collector("f", tiny).area(period=period, code=code, gss=gss, name=name)) == expected


NO_PLACES = [
    ("2024-25", "005", "", "", "005 is Thornshire, which was not a council with these duties at the end of 2024-25."),
    ("2024-25", "", "E66000005", "Thornshire", "E66000005 is Thornshire, which was not"),
    ("2019-20", "T1N2Y", "", "", "T1N2Y is North Thornshire, which was not"),
    ("2024-25", "002", "E66000001", "", "The codes disagree: E66000001 is Ashvale, 002 is Brackwater."),
    ("2024-25", "005", "E66000001", "", "The codes disagree: 005 is Thornshire, E66000001 is Ashvale."),
    ("2024-25", "001", "", "Brackwater", "The code and the name disagree: 001 is Ashvale, and the name is that of"),
    ("2024-25", "NV", "", "South Vale", "The code and the name disagree: NV is North Vale"),
    ("2024-25", "NV", "", "Ashvale", "The code and the name disagree: NV is North Vale"),
    ("2024-25", "777", "E99", "Nowhere", "No council or area is known by 777, E99, Nowhere in 2024-25."),
]


@pytest.mark.parametrize(("period", "code", "gss", "name", "reason"), NO_PLACES)
def test_or_the_sentence_says_why_not(tiny: Register, period: str, code: str, gss: str, name: str, reason: str) -> None:
    found = Collector("f", tiny).area(period=period, code=code, gss=gss, name=name)
    assert isinstance(found, str)
    assert found.startswith(reason)


def test_a_former_council_is_not_its_successor_for_the_sake_of_its_name(england: Register) -> None:
    """Dorset County and Dorset both answer to Dorset; the ended one's ONS code settles which row it is."""
    found = Collector("f", england).area(period="2022-23", code="809", gss="E10000009", name="Dorset County")
    assert isinstance(found, str)
    assert "E10000009 is Dorset County" in found


def test_london_is_the_region_and_not_the_city(england: Register) -> None:
    c = Collector("f", england)
    for code, gss, name in (("L", "E12000007", "London"), ("", "E12000007", "London"), ("", "", "London")):
        assert c.area(period="2024-25", code=code, gss=gss, name=name) == england.area("E12000007")
    assert named(c.area(period="2024-25", name="City of London")) == "City of London"


# --- collecting ------------------------------------------------------------------------------------------------------


def give(c: Collector, cell: object, **other: object) -> None:
    """Add one cell, a count of people in Ashvale unless said otherwise."""
    said: dict[str, object] = {
        "area": c.area(period="2024-25", code="001"), "item": "i", "period": "2024-25", "part": "count",
        "unit": "people", "sheet": "T1", "row": 8, "column": "C",
    }  # fmt: skip
    c.add(cell, **{**said, **other})  # type: ignore[arg-type]


REFUSALS = [
    ("", {}, "This cell is empty."),
    ("lots", {}, "This is neither a number nor a symbol that the publisher uses."),
    (-1, {}, "A count cannot be negative."),
    (-1, {"unit": "providers"}, "A count cannot be negative."),
    ("45%", {}, "A percentage stands where a count belongs."),
    (4.5, {"whole": True}, "A count must be a whole number here; this looks like a percentage or a rate."),
    (100.1, {"unit": "percent", "part": "value"}, "A percentage of people must lie between 0 and 100."),
    (-0.1, {"unit": "percent", "part": "value"}, "A percentage of people must lie between 0 and 100."),
    ("5 (4)", {"unit": "pence", "part": "amount"}, "This is not an amount of money."),
    (5, {"area": "Nobody knows it."}, "Nobody knows it."),
]


@pytest.mark.parametrize(("cell", "other", "reason"), REFUSALS)
def test_what_is_refused_and_why(tiny: Register, cell: object, other: dict[str, object], reason: str) -> None:
    c = Collector("f.ods", tiny)
    give(c, cell, **other)
    assert c.observations().is_empty()
    assert c.rejects().rows() == [("rejected", "T1", 8, "C", cell_text(cell), reason)]


ACCEPTED = [
    (4.5, {}, 4.5), (0, {"whole": True}, 0), ("12.5%", {"unit": "percent", "part": "value"}, 12.5),
    (100, {"unit": "percent", "part": "value"}, 100), (-5, {"unit": "pence", "part": "amount"}, -500),
    (1.5, {"unit": "pence", "part": "amount", "thousands": True}, 150_000), (250, {"unit": "per_100000"}, 250),
]  # fmt: skip


@pytest.mark.parametrize(("cell", "other", "value"), ACCEPTED)
def test_what_is_accepted(tiny: Register, cell: object, other: dict[str, object], value: float) -> None:
    c = Collector("f.ods", tiny)
    give(c, cell, **other)
    assert c.observations()["value"].to_list() == [value]
    assert c.rejects().is_empty()
    assert c.periods() == ("2024-25",)


def test_a_symbol_of_no_council_is_passed_over(tiny: Register) -> None:
    c = Collector("f.ods", tiny)
    give(c, "[z]", area="Nobody knows it.")
    assert c.observations().is_empty()
    assert c.rejects().is_empty()


def test_the_readers_note_joins_the_cells_own(tiny: Register) -> None:
    c = Collector("f.ods", tiny)
    give(c, "[x]", note="with Dunmere: 5")
    give(c, "5 (4)", row=9, item="j")
    give(c, 5, row=10, item="k")
    assert c.observations()["note"].to_list() == ["[x]; with Dunmere: 5", "(4)", None]
    assert c.periods() == ("2024-25",)


def test_the_same_figure_twice_is_used_once(tiny: Register) -> None:
    c = Collector("f.ods", tiny)
    for row in (8, 9):
        give(c, 5, row=row)
    assert len(c.observations()) == 1
    assert c.rejects().select("severity", "row", "reason").rows() == [
        ("warning", 9, "This figure stands in row 8 too; it is used once.")
    ]


@pytest.mark.parametrize("second", [6, "[c]", 0])
def test_two_different_figures_for_one_thing_are_both_refused(tiny: Register, second: object) -> None:
    c = Collector("f.ods", tiny)
    for row, cell in ((8, 5), (9, second), (10, 5)):
        give(c, cell, row=row)
    give(c, 1, item="other")
    assert c.observations()["item"].to_list() == ["other"]
    assert c.rejects().select("severity", "row", "found").rows() == [
        ("rejected", 8, "5"), ("rejected", 9, str(second)), ("rejected", 10, "5"),
    ]  # fmt: skip
    assert "Row 9 gives another figure for the same count of ashvale; neither is used." in c.rejects()["reason"]


def test_ages_and_parts_are_no_duplicates(tiny: Register) -> None:
    c = Collector("f.ods", tiny)
    give(c, 5)
    give(c, 5, age="65+")
    give(c, 5, part="numerator")
    give(c, 5, period="2023-24")
    assert len(c.observations()) == 4


def test_a_file_of_nothing_but_faults_is_given_up(tiny: Register) -> None:
    c = Collector("f.ods", tiny)
    for _ in range(MAX_REJECTS):
        give(c, "?")
    with pytest.raises(UnreadableFile, match=r"f\.ods, sheet T1, row 8, column C: More than 5,000 cells"):
        give(c, "?")


@given(
    cells=st.lists(st.one_of(st.floats(), st.text(max_size=8), st.sampled_from(["[c]", "[x]", "1,000"])), max_size=30)
)
def test_every_cell_is_an_observation_or_a_reject(tiny: Register, cells: list[object]) -> None:
    c = Collector("f.ods", tiny)
    for n, cell in enumerate(cells):
        give(c, cell, row=n + 1, item=str(n))
    assert len(c.observations()) + len(c.rejects()) == len(cells)
    has_value = pl.col("value").is_not_null() == (pl.col("status") == "published")
    assert c.observations().select(has_value.all()).item()
