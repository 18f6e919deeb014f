"""Direct payments at 31 March 2010 to 2014 from the publisher's real files."""

from pathlib import Path

import polars as pl
import pytest

from evenhand.facts.register import Register
from evenhand.sources import pssex1_activity
from evenhand.sources.model import ReadResult
from evenhand.sources.schema import check
from evenhand.sources.sniff import sniff

pytestmark = pytest.mark.official

PRINTED = {"2009-10": 130_900, "2010-11": 114_090, "2011-12": 108_105, "2012-13": 115_930, "2013-14": 122_380}


@pytest.fixture(scope="module")
def years(official_data: Path, england: Register) -> dict[str, ReadResult]:
    out = {}
    for path in sorted((official_data / "activity").glob("*.csv")):
        file = sniff(path)
        assert pssex1_activity.recognise(file)
        result = check(pssex1_activity.read(file, england), path.name)
        out[result.table.split("/")[1]] = result
    return out


def one(result: ReadResult, **where: str) -> float:
    return result.observations.filter(**where)["value"].item()  # type: ignore[no-any-return]


def test_england_totals_are_read_as_printed(years: dict[str, ReadResult]) -> None:
    read = {y: one(r, item="dp_clients", age="all", level="country") for y, r in years.items()}
    assert read == PRINTED


def test_every_year_has_152_councils_and_nothing_is_refused(years: dict[str, ReadResult]) -> None:
    for year, result in years.items():
        assert result.observations.filter(level="council")["area"].n_unique() == 152, year
        assert result.rejects.filter(severity="rejected").is_empty()
    warnings = {y: r.rejects["reason"].to_list() for y, r in years.items() if len(r.rejects)}
    assert warnings == {
        "2010-11": ["The heading says 31 March 2010 in the table of 2010-11; it is read as 31 March 2011."]
    }


def test_statuses_are_what_the_notes_say(years: dict[str, ReadResult]) -> None:
    """482 small numbers are hidden in 2009-10 (three more stand in columns that are not read) and none later."""
    suppressed = {y: r.observations.filter(status="suppressed").height for y, r in years.items()}
    assert suppressed == {"2009-10": 482, "2010-11": 0, "2011-12": 0, "2012-13": 0, "2013-14": 0}
    hidden = years["2009-10"].observations.filter(status="suppressed")
    assert hidden["note"].unique().to_list() == ["-"]
    assert hidden["value"].null_count() == hidden.height


# (item, the parts that make up a total: age and reason, the total's age, the years it holds for)
SUMS = [
    ("dp_clients", [("18-64", "all"), ("65+", "all")], "all", ("2010-11", "2011-12", "2012-13", "2013-14")),
    ("dp_clients", [("18-64", "all"), ("65-74", "all"), ("75-84", "all"), ("85+", "all")], "all", ("2009-10",)),
]


# Councils whose printed ages do not add up to their printed total: counted in the publisher's files.
ODD_SUMS = {"2009-10": 4, "2010-11": 2, "2011-12": 5, "2012-13": 5, "2013-14": 4}
ODD_GROUPS = {"2009-10": 1, "2010-11": 1, "2011-12": 2, "2012-13": 9, "2013-14": 3}


@pytest.mark.parametrize(("item", "parts", "total", "when"), SUMS)
def test_ages_add_up_to_the_total_within_rounding(
    years: dict[str, ReadResult], item: str, parts: list[tuple[str, str]], total: str, when: tuple[str, ...]
) -> None:
    """Each figure is rounded to 5, so n parts and a total may differ by 2.5 (n + 1)."""
    for year in when:
        o = years[year].observations.filter(item=item, level="council")
        wide = o.filter(pl.col("status") == "published", reason="all").pivot(on="age", index="area", values="value")
        ages = [a for a, _ in parts]
        full = wide.drop_nulls([*ages, total])
        gap = full.select("area", (pl.sum_horizontal(ages) - pl.col(total)).alias("gap"))
        odd = gap.filter(pl.col("gap").abs() > 2.5 * (len(ages) + 1))
        print(f"{year}: {full.height} councils with every part, {odd.height} do not add up: {odd.head(8).rows()}")
        assert full.height >= 149
        assert odd.height == ODD_SUMS[year]


def test_client_groups_never_exceed_adults_under_65_by_more_than_rounding(years: dict[str, ReadResult]) -> None:
    """Substance misuse and other vulnerable people are in the total and not in the three groups."""
    for year, result in years.items():
        o = result.observations.filter(item="dp_clients", level="council", age="18-64", status="published")
        wide = o.pivot(on="reason", index="area", values="value").drop_nulls()
        groups = [c for c in wide.columns if c.startswith("rap:")]
        assert len(groups) == 3
        odd = wide.filter(pl.sum_horizontal(groups) - pl.col("all") > 2.5 * 4)
        print(f"{year}: {wide.height} councils, {odd.height} with groups above the total: {odd.rows()[:5]}")
        assert odd.height == ODD_GROUPS[year]


def test_the_three_layouts_put_the_total_under_three_codes(years: dict[str, ReadResult]) -> None:
    """A4.14 is people of 65 to 74 in 2009-10 and of 65 and over from 2010-11: the heading decides, not the code."""
    columns = {
        y: r.observations.filter(item="dp_clients", age="all", level="country")["column"].item()
        for y, r in years.items()
    }
    assert columns == {"2009-10": "AF", "2010-11": "AD", "2011-12": "AD", "2012-13": "AD", "2013-14": "AD"}
    assert "65+" not in years["2009-10"].observations.filter(item="dp_clients")["age"].unique().to_list()
    assert one(years["2009-10"], item="dp_clients", age="65-74", level="country") < one(
        years["2010-11"], item="dp_clients", age="65+", level="country"
    )


def test_a_council_is_read_as_its_row_prints_it(years: dict[str, ReadResult]) -> None:
    """Gateshead's row of 2009-10, copied by eye from the file; two of its carers' figures are ``-``."""
    here = years["2009-10"].observations.filter(area="gateshead")
    clients = here.filter(item="dp_clients").sort("row", "column")
    read = {(r["age"], r["reason"].removeprefix("rap:")): r["value"] for r in clients.iter_rows(named=True)}
    assert read == {
        ("18-64", "physical-disability"): 110, ("18-64", "mental-health"): 25, ("18-64", "learning-disability"): 50,
        ("18-64", "all"): 195, ("65-74", "all"): 20, ("75-84", "all"): 25, ("85+", "all"): 15, ("all", "all"): 255,
    }  # fmt: skip
    carers = here.filter(item="dp_carers_in_year").select("age", "value", "status").rows()
    assert carers == [
        ("16-17", 0, "published"), ("18-64", 15, "published"), ("65-74", None, "suppressed"),
        ("75-84", 0, "published"), ("85+", None, "suppressed"),
    ]  # fmt: skip
    assert one(years["2009-10"], item="dp_carers_snapshot", area="gateshead") == 15


def test_the_break_is_said_with_both_headings(years: dict[str, ReadResult]) -> None:
    for result in years.values():
        breaks = result.comparability.filter(kind="break")
        assert breaks["period"].to_list() == ["2011-12"]
        assert "Existing / new Direct payments and Personal Budgets" in breaks["text"].item()
    headings = {y: " ".join(r.notes.filter(note="a4.3")["text"]) for y, r in years.items()}
    assert ["Personal Budgets" in headings[y] for y in sorted(headings)] == [True, True, False, False, False]
