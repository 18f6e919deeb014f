"""The key-coded finance return of 2016-17, on small files in its layout with invented councils."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from evenhand.facts.errors import UnreadableFile
from evenhand.facts.register import Register
from evenhand.sources import ascfr_2016
from evenhand.sources.model import ReadResult
from evenhand.sources.schema import check
from evenhand.sources.sniff import sniff

TOTALS = (
    "FY_Ending,CASSR_CODE,GEOGRAPHY_CODE,REGION_GO_CODE,CareType_KEY,AgeBand_KEY,PrimarySupportReason_KEY,"
    "SupportSetting_KEY,Purpose_KEY,CarerSupportType_KEY,DataType_KEY,TOTALEXPENDITURE,TOTALINCOME,"
    "NETTOTALEXPENDITURE,GROSSTOTALEXPENDITURE,NETCURRENTEXPENDITURE,GROSSCURRENTEXPENDITURE"
)
ASHVALE, BRACKWATER = "2017,001,E66000001,E62000001", "2017,002,E66000002,E62000001"
ROWS = [
    f"{ASHVALE},2,1,4,1,,,1,12.5,2.5,10,11,9,10.123456",
    f"{ASHVALE},2,2,6,1,,,1,5,0,5,5,5,5",
    f"{ASHVALE},2,3,6,1,,,2,0,0,0,0,0,0",
    f"{BRACKWATER},2,2,6,1,,,1,5,0,5,5,5,5",
    f"{BRACKWATER},2,3,6,1,,,2,4,0,4,4,4,4",
    f"{BRACKWATER},2,4,6,1,,,2,0,0,0,0,0,0",
    f"{ASHVALE},3,,12,,,1,1,1,0,1,1,1,1",
    f"{ASHVALE},4,1,6,,2,,1,1,0,1,1,1,1",
    "2017,,,E62000001,2,1,4,1,,,1,100,0,100,100,100,100",
    "2017,,,E99000001,2,1,4,1,,,1,200,0,200,200,200,200",
]
Load = Callable[..., ReadResult]


@pytest.fixture
def load(tmp_path: Path, tiny: Register) -> Load:
    def _load(rows: list[str], head: str = TOTALS) -> ReadResult:
        path = tmp_path / "totals.csv"
        path.write_text("\r\n".join([head, *rows]) + "\r\n", encoding="utf-8")
        file = sniff(path)
        assert ascfr_2016.recognise(file)
        return check(ascfr_2016.read(file, tiny), path.name)

    return _load


def test_keys_become_words_and_thousands_become_pence(load: Load) -> None:
    o = load(ROWS).observations.filter(row=2)
    assert dict(o.select("item", "value").iter_rows()) == {
        "total_expenditure": 1_250_000, "total_income": 250_000, "net_total_expenditure": 1_000_000,
        "gross_total_expenditure": 1_100_000, "net_current_expenditure": 900_000,
        "gross_current_expenditure": 1_012_346,
    }  # fmt: skip
    assert o.select("age", "reason", "setting").unique().rows() == [
        ("18-64", "psr:learning-disability", "direct-payments")
    ]


def test_carers_and_short_term_care_take_their_setting_from_their_own_key(load: Load) -> None:
    o = load(ROWS).observations
    assert set(o.filter(row=8).select("age", "reason", "setting").rows()) == {
        ("all", "psr:carer-support", "carer-direct-payments")
    }
    assert set(o.filter(row=9).select("age", "reason", "setting").rows()) == {
        ("18-64", "psr:physical", "short-term-max")
    }


def test_rows_without_a_council_are_the_region_and_the_country(load: Load) -> None:
    o = load(ROWS).observations.filter(item="total_expenditure")
    assert o.filter(row=10).select("level", "area").row(0) == ("region", "E62000001")
    assert o.filter(row=11).select("level", "area").row(0) == ("country", "E99000001")


def test_a_voluntary_part_left_out_is_missing_and_a_zero_in_one_filled_in_is_zero(load: Load) -> None:
    o = load(ROWS).observations.filter(item="gross_current_expenditure")
    left_out = o.filter(area="ashvale", age="65-74").row(0, named=True)
    assert (left_out["value"], left_out["status"]) == (None, "missing")
    assert left_out["note"] == "voluntary part not filled in; 0 printed"
    filled = o.filter(area="brackwater", age="75-84").row(0, named=True)
    assert (filled["value"], filled["status"], filled["note"]) == (0, "published", "voluntary")


def test_a_key_without_a_meaning_is_left_out_and_counted(load: Load) -> None:
    strange = [ROWS[0].replace(",2,1,4,1,,,1,", ",2,1,4,8,,,1,"), *ROWS[1:]]
    result = load(strange)
    warning = result.rejects.filter(column="SupportSetting_KEY").row(0, named=True)
    assert (warning["severity"], warning["row"], warning["found"]) == ("warning", 2, "8")
    assert "its 1 rows are not used" in warning["reason"]
    assert result.observations.filter(row=2).is_empty()


def test_a_line_in_another_unit_is_noticed(load: Load) -> None:
    result = load([ROWS[0].replace("12.5,2.5,10", "12500,2.5,10"), *ROWS[1:]])
    assert any("another unit" in r for r in result.rejects["reason"])


# What is done to the file, and what is said.
BAD_ROWS = [
    (f"{ASHVALE},2,1,4,2,,,1,10%,0,0,0,0,0", "A percentage stands where"),
    (f"{ASHVALE},2,1,4,2,,,1,,0,0,0,0,0", "This cell is empty."),
    ("2017,T1N2Y,E66000006,E62000002,2,1,4,1,,,1,1,0,1,1,1,1", "was not a council with these duties"),
    ("2017,001,E66000002,E62000001,2,1,4,1,,,1,1,0,1,1,1,1", "The codes disagree"),
    (f"{ASHVALE},2,1,4,1,,,1,99,2.5,10,11,9,10.123456", "in row 2 as 1250000.0 and in row 12 as 9900000.0"),
]


@pytest.mark.parametrize(("row", "says"), BAD_ROWS)
def test_a_bad_cell_or_row_is_rejected_with_its_row(load: Load, row: str, says: str) -> None:
    bad = load([*ROWS, row]).rejects.filter(severity="rejected")
    assert bad.height == 1
    assert bad["row"].item() == 12
    assert says in bad["reason"].item()


def test_a_renamed_column_is_refused_with_the_headings_found(load: Load) -> None:
    with pytest.raises(UnreadableFile) as fault:
        load(ROWS, TOTALS.replace("GROSSCURRENTEXPENDITURE", "GROSSCURRENT"))
    assert "no column headed 'GROSSCURRENTEXPENDITURE'; the headings are: FY_Ending, CASSR_CODE" in str(fault.value)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (
            ROWS[0].replace("2017,", "2018,", 1),
            "row 12, column FY_Ending: This row is about 2017-18, the first 2016-17",
        ),
        (ROWS[0].replace("2017,", "soon,", 1), "'soon' is no financial year"),
        (ROWS[0] + ",7", "row 12: This row has 18 cells and the heading has 17"),
    ],
)
def test_rows_of_another_year_or_width_are_refused(load: Load, row: str, says: str) -> None:
    with pytest.raises(UnreadableFile) as fault:
        load([*ROWS, row])
    assert says in str(fault.value)


def test_another_year_is_refused_since_its_keys_are_not_known(load: Load) -> None:
    with pytest.raises(UnreadableFile, match="what its keys mean is known for 2016-17 only"):
        load([r.replace("2017,", "2018,", 1) for r in ROWS])


ACTIVITY = (
    "UUID,FY_Ending,CASSR_CODE,GEOGRAPHY_CODE,REGION_GO_CODE,DataType_KEY,AgeBand_KEY,PrimarySupportReason_KEY,"
    "CareType_KEY,SupportSetting_KEY,Purpose_KEY,ActivityProvision_KEY,ItemValue"
)


def test_activity_is_weeks_of_care_by_provider(load: Load) -> None:
    rows = [f"1,{ASHVALE},1,1,6,2,7,,3,295.86", f"2,{ASHVALE},2,3,6,2,6,,2,:", f"3,{ASHVALE},1,2,6,4,,2,2,-3"]
    result = load(rows, ACTIVITY)
    o = result.observations.select("item", "setting", "age", "unit", "value", "status").rows()
    assert o == [
        ("care_weeks_own_provision", "residential", "18-64", "weeks", 295.86, "published"),
        ("care_weeks_provision_by_others", "nursing", "65-74", "weeks", None, "missing"),
    ]
    assert "A count cannot be negative." in result.rejects["reason"].to_list()


ADDITIONAL = (
    "UUID,FY_Ending,CASSR_CODE,GEOGRAPHY_CODE,REGION_GO_CODE,DataSource_KEY,Datatype_KEY,AgeBand_KEY,FinanceType_KEY,"
    "PrimarySupportReason_KEY,ComparativeTotals_KEY,ItemValue"
)


def test_additional_totals_are_read_where_their_key_is_resolved(load: Load) -> None:
    corvedale = "2017,003,E66000003,E62000002"
    rows = [f"9,{p},2,1,2,3,,10,{v}" for p, v in ((ASHVALE, 100), (BRACKWATER, 200), (corvedale, 300))]
    rows += [f"8,{p},2,1,2,3,,1,{v}" for p, v in ((ASHVALE, 7), (BRACKWATER, 8), (corvedale, 9))]
    result = load(rows, ADDITIONAL)
    assert set(result.observations.select("item", "setting", "age").rows()) == {
        ("comparative_expenditure", "residential-nursing", "65+")
    }
    assert any("ComparativeTotals_KEY means is not known; its 3 rows" in r for r in result.rejects["reason"])
    copies = [r.replace("9,", "7,", 1).replace(",10,", ",5,") for r in rows[:3]]
    result = load([*rows, *copies], ADDITIONAL)
    assert any("have the same figures in every area" in r for r in result.rejects["reason"])
    assert result.observations.is_empty()


def test_the_table_of_keys_gives_each_key_one_meaning() -> None:
    path = Path(ascfr_2016.__file__).parent / "data" / "ascfr_2016_keys.csv"
    with path.open(encoding="utf-8", newline="") as f:
        rows = list(csv.DictReader(f))
    assert list(rows[0]) == ["dimension", "key", "meaning", "evidence", "status"]
    assert len({(r["dimension"], r["key"]) for r in rows}) == len(rows)
    assert all(bool(r["meaning"]) == (r["status"] != "unresolved") for r in rows)
    for dimension in {r["dimension"] for r in rows}:
        words = [r["meaning"] for r in rows if r["dimension"] == dimension and r["meaning"]]
        assert len(words) == len(set(words)), dimension
