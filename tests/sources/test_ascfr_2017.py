"""The finance return of 2017-18 in long form and in pounds, on a small file with invented councils."""

from collections.abc import Callable
from pathlib import Path

import pytest

from evenhand.facts.errors import UnreadableFile
from evenhand.facts.register import Register
from evenhand.sources import ascfr_2017
from evenhand.sources.model import ReadResult
from evenhand.sources.schema import check
from evenhand.sources.sniff import sniff

HEAD = (
    "FY_ENDING,UUID,CASSR,GEOGRAPHY_CODE,DH_GEOGRAPHY_NAME,REGION_GO_CODE,CareType_Key,AgeBand_Key,"
    "PrimarySupportReason_Key,SupportSetting_Key,Purpose_Key,CarerSupportType_Key,ITEMVALUE"
)
ASHVALE = "2018,1,001,E66000001,Ashvale,E62000001"
BRACKWATER = "2018,1,002,E66000002,Brackwater,E62000001"
ROWS = [
    f"{ASHVALE},Long Term Care,18 to 64,Mental Health Support,Community: Direct Payments,,,119200.0",
    f"{BRACKWATER},Long Term Care,18 to 64,Mental Health Support,Community: Direct Payments,,,0.125",
    f"{ASHVALE},Short Term Care,65 and Over,Physical Support,,To Maximise Independence,,5",
    f"{ASHVALE},Other,,Social Support: Support to Carer,,,Community: Direct Payments,6",
    f"{ASHVALE},Other,,Commissioning and Service Delivery,,,,*",
    f"{ASHVALE},Other,,Social Care Activities,,,,:",
]
Load = Callable[..., ReadResult]


@pytest.fixture
def load(tmp_path: Path, tiny: Register) -> Load:
    def _load(rows: list[str], head: str = HEAD) -> ReadResult:
        path = tmp_path / "gross.csv"
        path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
        file = sniff(path)
        assert ascfr_2017.recognise(file)
        return check(ascfr_2017.read(file, tiny), path.name)

    return _load


def test_words_become_dimensions_and_pounds_become_pence(load: Load) -> None:
    result = load(ROWS)
    read = result.observations.select("area", "age", "reason", "setting", "value", "status").rows()
    assert read == [
        ("ashvale", "18-64", "psr:mental-health", "direct-payments", 11_920_000, "published"),
        ("brackwater", "18-64", "psr:mental-health", "direct-payments", 13, "published"),
        ("ashvale", "65+", "psr:physical", "short-term-max", 500, "published"),
        ("ashvale", "all", "psr:carer-support", "carer-direct-payments", 600, "published"),
        ("ashvale", "all", "other:commissioning-delivery", "all", None, "suppressed"),
        ("ashvale", "all", "other:social-care-activities", "all", None, "missing"),
    ]
    assert set(result.observations["item"]) == {"gross_current_expenditure"}
    assert (result.periods, result.table) == (("2017-18",), "ascfr-gross-current-expenditure/2017-18")


# A row that is added, the place and the words of the reject.
BAD_ROWS = [
    (f"{ASHVALE},Long Term Care,18 to 64,Sensory Support,Nursing,,,12%", "ITEMVALUE", "A percentage stands"),
    (f"{ASHVALE},Long Term Care,18 to 64,Sensory Support,Nursing,,,£1.2m", "ITEMVALUE", "sign of currency or size"),
    (f"{ASHVALE},Long Term Care,18 to 64,Sensory Support,Nursing,,,", "ITEMVALUE", "This cell is empty."),
    (f"{ASHVALE},Long Term Care,18 to 64,Sensory Support,Houseboat,,,1", "setting", "1 rows with it are not used"),
    (f"{ASHVALE},Long Term Care,young,Sensory Support,Nursing,,,1", "age", "is not one that the finance return has"),
    ("2018,1,001,E66000001,Brackwater,E62000001,Long Term Care,18 to 64,Sensory Support,Nursing,,,1", "ITEMVALUE",
     "disagree"),
    ("2018,1,T1N2Y,E66000006,North Thornshire,E62000002,Long Term Care,18 to 64,Sensory Support,Nursing,,,1",
     "ITEMVALUE", "was not a council with these duties"),
]  # fmt: skip


@pytest.mark.parametrize(("row", "column", "says"), BAD_ROWS)
def test_a_bad_row_is_rejected_with_its_place(load: Load, row: str, column: str, says: str) -> None:
    result = load([*ROWS, row])
    bad = result.rejects.filter(severity="rejected")
    assert bad.select("row", "column").rows() == [(8, column)]
    assert says in bad["reason"].item()
    assert result.observations.height == len(ROWS)


def test_a_renamed_and_a_doubled_column_are_refused(load: Load) -> None:
    with pytest.raises(UnreadableFile, match="no column headed 'AgeBand_Key'; the headings are"):
        load(ROWS, HEAD.replace("AgeBand_Key", "Age group"))
    with pytest.raises(UnreadableFile, match="Two columns are both headed"):
        load(ROWS, HEAD.replace("UUID", "ITEMVALUE"))


def test_the_same_line_twice_is_used_once_or_not_at_all(load: Load) -> None:
    assert load([*ROWS, ROWS[0]]).observations.height == len(ROWS)
    result = load([*ROWS, ROWS[0].replace("119200.0", "119.2")])
    assert result.observations.height == len(ROWS) - 1
    assert "neither is used" in result.rejects.filter(severity="rejected")["reason"].item()
