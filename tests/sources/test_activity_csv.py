"""The activity report's long-form CSV files of 2024-25, as far as their layout is known, with invented councils."""

from collections.abc import Callable
from pathlib import Path

import pytest

from evenhand.facts.errors import UnreadableFile
from evenhand.facts.register import Register
from evenhand.sources import activity_csv
from evenhand.sources.model import ReadResult
from evenhand.sources.schema import check
from evenhand.sources.sniff import sniff

HEAD = (
    "UID,FYEnding,Measure,View,GeographyLevel,CASSRCode,GeographyCode,RegionGOCode,GeographyName,DHGeographyName,"
    "AggregationLevel,AgeBand,Gender,PrimarySupportReason,LongTermSupportSetting,DeliveryMechanism,ITEMVALUE"
)
ASHVALE = "Local authority,001,E66000001,E62000001,Ashvale,Ashvale"
REGION = "Region,,E62000001,E62000001,North Vale,"
COUNTRY = "England,,E99000001,,Tinyland,"
ROWS = [
    f"1,2025,LTS001B,1 - Clients,{ASHVALE},Total,99,99,99,99,99,\"1,235\"",
    f"2,2025,LTS001B,1 - Clients,{ASHVALE},Detail,18 to 64,Female,Learning Disability Support,Community,"
    "Direct Payment only,40",
    f"3,2025,LTS001B,1 - Clients,{ASHVALE},Detail,65 and over,99,99,Nursing,99,[c]",
    f"4,2025,LTS001B,1 - Clients,{REGION},Total,99,99,99,99,99,9000",
    f"5,2025,LTS001B,1 - Clients,{COUNTRY},Total,99,99,99,99,99,20000",
]  # fmt: skip
Load = Callable[..., ReadResult]


@pytest.fixture
def load(tmp_path: Path, tiny: Register) -> Load:
    def _load(rows: list[str], head: str = HEAD) -> ReadResult:
        path = tmp_path / "long-term-support-lts001-asc-activity-2024-to-2025.csv"
        path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
        file = sniff(path)
        assert activity_csv.recognise(file) == "Adult social care activity report: LTS001"
        return check(activity_csv.read(file, tiny), path.name)

    return _load


def test_people_by_area_age_sex_reason_setting_and_delivery(load: Load) -> None:
    result = load(ROWS)
    read = {r["row"]: r for r in result.observations.iter_rows(named=True)}
    assert (read[2]["item"], read[2]["value"], read[2]["age"]) == ("activity/lts001b/1-clients", 1235, "all")
    detail = read[3]
    assert detail["item"] == "activity/lts001b/1-clients[deliverymechanism=direct-payment-only]"
    assert (detail["age"], detail["sex"], detail["reason"], detail["setting"]) == (
        "18-64", "female", "psr:learning-disability", "community",
    )  # fmt: skip
    assert (read[4]["status"], read[4]["value"], read[4]["note"]) == ("suppressed", None, "[c]")
    assert (read[5]["level"], read[6]["level"]) == ("region", "country")
    assert (result.table, result.periods) == ("activity-lts001/2024-25", ("2024-25",))


@pytest.mark.parametrize("year", ["2025", "2024-25", "2025-03-31", "31/03/2025"])
def test_the_year_is_read_however_it_is_written(load: Load, year: str) -> None:
    assert load([r.replace(",2025,", f",{year},", 1) for r in ROWS]).periods == ("2024-25",)


def test_headings_may_be_plural_as_the_guide_says(load: Load) -> None:
    plural = HEAD.replace("Measure,View", "Measures,Views")
    assert load(ROWS, plural).observations.height == len(ROWS)


def test_requests_and_reviews_are_not_people_and_are_left_out(load: Load) -> None:
    rows = [*ROWS, f"6,2025,LTS002A,1-Reviews,{ASHVALE},Total,99,99,99,99,99,77"]
    rows.append(f"7,2025,LTS002A,1-Clients,{ASHVALE},Total,99,99,99,99,99,70")
    result = load(rows)
    assert "activity/lts002a/1-clients" in set(result.observations["item"])
    warning = result.rejects.filter(found="LTS002A 1-Reviews").row(0, named=True)
    assert "does not count people" in warning["reason"]
    assert 77 not in result.observations["value"].to_list()


def test_a_missing_column_is_refused_with_the_headings_found(load: Load) -> None:
    with pytest.raises(UnreadableFile) as fault:
        load(ROWS, HEAD.replace("GeographyCode", "AreaThing"))
    assert "no column headed 'GeographyCode' or 'ONS code'" in str(fault.value)
    assert "CASSRCode, AreaThing, RegionGOCode" in str(fault.value)


BAD_ROWS = [
    (
        ROWS[0].replace('"1,235"', "-5").replace(",99,99,99,99,99", ",99,99,99,Nursing,99"),
        "A count cannot be negative.",
    ),
    (ROWS[0].replace('"1,235"', "12.5").replace(",99,99,99,99,99", ",99,99,99,Nursing,99"), "must be a whole number"),
    (ROWS[0].replace("Total,99", "Total,old"), "This age is not one that Evenhand knows"),
    (ROWS[0].replace("001,E66000001", "005,E66000005").replace("Ashvale", "Thornshire"), "was not a council"),
    (ROWS[0].replace('"1,235"', "1236"), "neither is used"),
]


@pytest.mark.parametrize(("row", "says"), BAD_ROWS)
def test_a_bad_row_is_rejected_with_its_row(load: Load, row: str, says: str) -> None:
    bad = load([*ROWS, row]).rejects.filter(severity="rejected")
    assert bad["row"].to_list() == [7]
    assert says in bad["reason"].item()
