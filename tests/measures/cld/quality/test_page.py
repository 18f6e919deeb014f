"""What is said: in numbers that agree, of nobody by name, the same whatever the order of the rows."""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
from dataclasses import replace
from typing import Any

import ibis
import polars as pl
import pytest

from evenhand.facts.errors import EvenhandError
from evenhand.measures.cld import run, tables
from evenhand.measures.cld.engines import DuckDb
from evenhand.measures.cld.quality import Quality, quality
from evenhand.measures.cld.quality.checks import BY_KEY
from evenhand.sources.cld.model import DICTIONARY, Read
from tests.measures.cld import rows
from tests.measures.cld.quality import cases

NAME, NHS, OWN, LINK = "Zebedee Quill", "9434765919", "OWN-77341", "LINK-88"
ROWS = f"""Comm HS 2024-05-01→, born 1950-06, nhs {NHS}, la_person {OWN}
Comm DP DS 2024-05-01→, born 1987-03, person 2, la_person P2; DTC 2024-05-01→, person 3, links {LINK}
Res 2024-05-01→, person 4; Comm 2024-05-01→2024-04-01, born 1950-06, person 5; Request, person 6"""
WORDS = [
    ("A", 3, "gender", 1, NAME, 0, "invalid", 2), ("A", 3, "nhs", None, None, None, "valid", 6),
    ("A", 3, "description", None, NAME, None, "valid", 6),
]  # fmt: skip


def given(cells: list[cases.Cells], la: str = "A") -> Read:
    return cases.read({la: cells}, dictionary=pl.DataFrame(WORDS, schema=DICTIONARY, orient="row"))


def made(duck: DuckDb, read: Read) -> Quality:
    return quality(duck, read, cases.measured(duck, read))


@pytest.fixture(scope="module")
def found(duck: DuckDb) -> Quality:
    return made(duck, given(rows.cells(ROWS)))


def test_no_value_of_a_person_stands_on_the_page_or_in_the_json(found: Quality) -> None:
    for text in (found.to_html().decode(), found.to_json().decode()):
        for value in (NAME, NHS, OWN, LINK, "1987", "1950"):
            assert value not in text


def test_the_list_of_rows_names_them_by_pseudonym_file_and_row_only(found: Quality) -> None:
    lines = list(csv.DictReader(found.to_csv().decode().splitlines()))
    assert list(lines[0]) == ["council", "file", "row", "check", "field", "figures", "pseudonym"]
    assert {
        "council": "A", "file": "A.csv", "row": "2", "check": "mechanism_community", "field": "mechanism",
        "figures": "3D(1a) 3D(2a)", "pseudonym": NHS,
    } in lines  # fmt: skip
    # Ids are pseudonyms already when they come here. The headings are row 1, as in a spreadsheet.
    assert OWN not in found.to_csv().decode()
    assert LINK not in found.to_csv().decode()


def test_words_on_the_page_agree_with_the_numbers(found: Quality) -> None:
    page = re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", found.to_html().decode()))
    told = json.loads(found.to_json())["councils"][0]
    assert told["checks"]
    for check in told["checks"]:
        assert check["says"] == BY_KEY[check["check"]].counted(check["count"])
        assert check["says"] in page
        for effect in check["effects"]:
            low, high = effect["lowest"], effect["highest"]
            if (
                effect["measure"] in ("2B", "2C")
                or low["value"] == high["value"]
                or None in (low["value"], high["value"])
            ):
                continue
            name = f"{effect['measure']}({effect['part']})" if effect["part"] else effect["measure"]
            assert f"{name} would be between {low['value']}% and {high['value']}%." in page


def test_one_is_a_singular() -> None:
    assert BY_KEY["mechanism_community"].counted(1).startswith("1 community service on")
    assert BY_KEY["mechanism_community"].counted(1041).startswith("1,041 community services on")


def test_the_page_needs_nothing_else(found: Quality) -> None:
    page = found.to_html().decode()
    assert "<script" not in page
    assert "http" not in page
    assert "url(" not in page
    assert "@import" not in page


def test_the_order_of_rows_changes_nothing(duck: DuckDb, found: Quality) -> None:
    cells = given(rows.cells(ROWS))
    shuffled = cells.records.to_pyarrow().to_pylist()[::-1]
    again = made(duck, replace(cells, records=rows.table(shuffled, tables.RECORDS)))
    assert (again.to_json(), again.to_html(), again.to_csv()) == (found.to_json(), found.to_html(), found.to_csv())


def test_asking_leaves_the_measured_tables_as_they_are(duck: DuckDb) -> None:
    read = given(rows.cells(ROWS))
    measured = cases.measured(duck, read)
    held = [table.order_by(*table.columns).to_pyarrow() for table in (measured.main, measured.people)]
    quality(duck, read, measured)
    assert [table.order_by(*table.columns).to_pyarrow() for table in (measured.main, measured.people)] == held


def test_rows_add_up_on_the_page(found: Quality) -> None:
    assert "6 rows were read: 6 could be used and 0 could not. They add up." in found.to_html().decode()
    assert sum(found.councils[0].rows.values()) == found.usable


def test_clean_records_say_so(duck: DuckDb) -> None:
    clean = made(duck, given(rows.cells("Comm DP HS 2024-05-01→, born 1950-06, accommodation 1")))
    assert clean.councils[0].found == ()
    assert clean.to_check.is_empty()
    assert "Nothing that was found in these records could move a figure." in clean.to_html().decode()


def test_somebody_with_more_rows_than_ways_are_tried_may_count_in_any_way(duck: DuckDb) -> None:
    stays = "; ".join(f"Res 2024-{month:02}-01→, born 1950-06, accommodation 16" for month in range(5, 10))
    (check,) = made(duck, given(rows.cells(stays))).councils[0].found
    assert check.count == 5
    (older,) = [one for one in check.effects if one.measure == "2C"]
    assert [one.numerator for one in (older.low, older.high) if one] == [0, 1]


def test_of_many_councils_the_page_is_a_table_and_one_can_be_asked_for(duck: DuckDb) -> None:
    read = cases.read({la: rows.cells(ROWS, la=la) for la in ("A", "B")})
    both = made(duck, read)
    assert b"2 councils" in both.to_html()
    assert b"Council B," in both.to_html("B")
    with pytest.raises(EvenhandError, match="There is no council C"):
        both.to_html("C")


def test_a_service_that_the_next_file_no_longer_shows_may_have_gone_on(duck: DuckDb) -> None:
    cells = rows.cells(
        "Comm DP HS 2024-05-01→, born 1950-06, accommodation 1, submission 1\n"
        "Comm COM HS 2024-05-01→, born 1950-06, accommodation 1, person 2, submission 2"
    )
    read = given(cells)
    spans = [(1, "2024-04-01", "2024-06-30", "2024-07-15"), (2, "2024-07-01", "2025-03-31", "2025-04-20")]
    held: dict[str, list[Any]] = {name: [] for name in tables.SUBMISSIONS}
    for number, start, end, received in spans:
        told = {
            "submission": number, "la": "A", "file": "A.csv", "rows": 1, "derived_start": dt.date.fromisoformat(start),
            "derived_end": dt.date.fromisoformat(end), "imported": dt.datetime.fromisoformat(received),
        }  # fmt: skip
        for name, values in held.items():
            values.append(told.get(name))
    cells = [{**cell, "record": 10_002 + place} for place, cell in enumerate(cells)]
    read = replace(
        read, records=rows.table(cells, tables.RECORDS), submissions=ibis.memtable(held, schema=tables.SUBMISSIONS)
    )
    measured = run.measured(duck, read, run.Asked(cases.YEAR, joined=True))
    (check,) = quality(duck, read, measured).councils[0].found
    assert (check.check.key, check.count) == ("cropped", 1)
    (paid,) = [one for one in check.effects if (one.measure, one.part) == ("3D", "2a")]
    assert [(one.numerator, one.denominator) for one in (paid.low, paid.high) if one] == [(0, 1), (1, 2)]
    assert check.examples == (("A.csv", 2),)
