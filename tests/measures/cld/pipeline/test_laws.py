"""What holds of any rows at all: their order changes nothing, every row is accounted for, every person is told once.

A row's number is its place in the file, so rows in another order have other numbers; what they hold is the same.

The same rows through Spark give the same tables; that test needs Java and PySpark.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import ibis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.measures.cld import tables
from evenhand.measures.cld.engines import DuckDb, Spark
from evenhand.measures.cld.options import Options
from evenhand.measures.cld.pipeline import account, identify, main_table, people_table, single_table
from tests.measures.cld import rows
from tests.measures.cld.pipeline.stages import OFFICIAL, YEAR, Cells, read, using

SELECTION = using(
    "A 1 2024-04-01→2024-06-30; A 2 2024-07-01→2025-03-31; B 3 2024-04-01→2024-09-30; B 4 2024-07-01→2024-09-30"
)
COUNCIL = {1: "A", 2: "A", 3: "B", 4: "B", 5: "C"}  # submission 5 is not used

# Few days and few values, so that rows often are one event, tie, or contradict each other.
DAYS = st.sampled_from(
    [dt.date(2023, 12, 31), dt.date(2024, 4, 1), dt.date(2024, 6, 30), dt.date(2024, 7, 1), dt.date(2025, 3, 31)]
)
SMALL = st.one_of(st.none(), st.integers(0, 3))
RECORD: dict[str, st.SearchStrategy[Any]] = {
    "submission": st.integers(1, 5), "nhs": st.sampled_from([None, "N1", "N2"]),
    "la_person": st.sampled_from([None, "p", "q"]), "link1": st.sampled_from([None, "p", "q"]),
    "birth_year": st.sampled_from([None, 1950, 1960]), "birth_month": st.sampled_from([None, 1, 12]),
    "death": st.one_of(st.none(), st.none(), DAYS), "start": st.one_of(st.none(), DAYS, DAYS),
    "end": st.one_of(st.none(), DAYS), "event": st.sampled_from([None, 0, 1, 2, 3, 3, 3, 3, 4]),
    "service": st.sampled_from([None, 0, 1, 2, 3, 4, 7, 8]), "component": st.sampled_from([None, 6, 7, 12, 13, 14]),
    "outcome": st.sampled_from([None, 0, 4, 12]), "conversation": st.sampled_from([None, 0, 1]),
    "unit_cost": st.sampled_from([None, 1, 2]), "accommodation": st.sampled_from([None, 0, 1, 16, 20]),
    "psr": st.sampled_from([None, 0, 2, 7, 12, 13]), "ethnicity": st.sampled_from([None, 0, 1, 20, 21]),
    **dict.fromkeys(("client", "gender", "mechanism", "has_carer", "funding", "employment"), SMALL),
    **dict.fromkeys(("route_raw", "assessment_raw", "service_raw"), SMALL),
}  # fmt: skip
ROWS = st.lists(st.fixed_dictionaries(RECORD), min_size=20, max_size=80)
# The same row told again with one field otherwise, or with none: the place in ROWS, the field, and a row to take it of.
AGAIN = st.lists(st.tuples(st.integers(0, 99), st.sampled_from([None, *RECORD]), st.integers(0, 99)), max_size=40)
OPTIONS = st.sampled_from(
    [OFFICIAL, Options(raw_keys=False, death_sticky=False, crop_missing_next=False, drop_no_person_id=False)]
)


def numbered(drawn: list[Cells]) -> list[Cells]:
    """The rows with their council and a number each; raw words that follow the codes where not drawn."""
    return [
        {**row, "la": COUNCIL[row["submission"]], "record": number, "event_raw": row["event"],
         "client_raw": row["client"], "component_raw": row["component"]}
        for number, row in enumerate(drawn, start=1)
    ]  # fmt: skip


def told_again(drawn: list[Cells], again: list[tuple[int, str | None, int]]) -> list[Cells]:
    """The rows with others that are like one of them but for one field."""
    out = list(drawn)
    for place, field, other in again:
        row = drawn[place % len(drawn)]
        out.append(row if field is None else row | {field: drawn[other % len(drawn)][field]})
    return out


def by_content(made: dict[str, list[Cells]], records: list[Cells]) -> dict[str, list[str]]:
    """Every table as sorted lines, in which what a record holds stands for its number."""
    held = {row["record"]: [row.get(name) for name in tables.RECORDS if name != "record"] for row in records}
    return {
        name: sorted(str(row | ({"record": held[row["record"]]} if "record" in row else {})) for row in table)
        for name, table in made.items()
    }


def everything(engine: DuckDb | Spark, records: Any, options: Options) -> dict[str, list[Cells]]:
    """Every table that the pipeline makes, each in one order of rows."""
    known, ids = identify(engine, records, options)
    main = main_table(engine, known, SELECTION, options)
    made = {
        "ids": read(ids, "person"),
        "main": read(main, "record"),
        "single": read(single_table(known, SELECTION, options), "record"),
        "account": read(account(engine, known, SELECTION, main, options), "la", "submission", "reason"),
    }
    return made | {"people": read(people_table(engine, main, YEAR, options), "la", "person")}


@settings(max_examples=3)
@given(drawn=ROWS, again=AGAIN, options=OPTIONS, data=st.data())
def test_order_changes_nothing_every_row_is_accounted_for_and_every_person_told_once(
    duck: DuckDb, drawn: list[Cells], again: list[tuple[int, str | None, int]], options: Options, data: st.DataObject
) -> None:
    drawn = told_again(drawn, again)
    records = numbered(drawn)
    made = everything(duck, rows.table(records, tables.RECORDS), options)

    shuffled = numbered(data.draw(st.permutations(drawn)))
    otherwise = everything(duck, rows.table(shuffled, tables.RECORDS), options)
    assert by_content(otherwise, shuffled) == by_content(made, records)

    told = {submission: sum(1 for row in records if row["submission"] == submission) for submission in COUNCIL}
    for submission, count in told.items():
        assert sum(row["rows"] for row in made["account"] if row["submission"] == submission) == count
    assert sum(row["rows"] for row in made["account"] if row["reason"] == "kept") == len(made["main"])
    assert all(row["rows"] > 0 for row in made["account"])

    there = {(row["la"], row["person"]) for row in made["main"]}
    assert [(row["la"], row["person"]) for row in made["people"]] == sorted(there)


@pytest.mark.spark
def test_both_engines_make_the_same_tables_of_messy_rows(duck: DuckDb, spark: Spark, tmp_path: Path) -> None:
    # Many drawn sets at once: councils of one set are not those of another, and Spark's time goes on starting jobs.
    found: list[Cells] = []

    @settings(max_examples=15)
    @given(ROWS)
    def collect(drawn: list[Cells]) -> None:
        found.extend(drawn)

    collect()
    assert len(found) > 100
    for place, row in enumerate(found):
        row["nhs"] = row["nhs"] and f"{row['nhs']}-{place // 40}"
        row["la_person"] = row["la_person"] and f"{row['la_person']}-{place // 40}"
    file = tmp_path / "records.parquet"
    rows.table(numbered(found), tables.RECORDS).to_parquet(file)
    # The one option that Spark and DuckDB could read apart, and all else official.
    options = Options(death_sticky=False)
    here = everything(duck, duck.con.read_parquet(str(file)), options)
    there = everything(spark, spark.con.read_parquet(str(file)), options)
    assert min(len(here["main"]), len(here["people"])) > 20
    for name, table in here.items():
        assert there[name] == table, name


def test_the_declared_columns_are_what_comes_out(duck: DuckDb) -> None:
    records = rows.records("Comm HS 2024-05-01→, cost 1 WEEKLY")
    known, ids = identify(duck, records, OFFICIAL)
    main = main_table(duck, known, using("A 1 2024-04-01→2025-03-31"), OFFICIAL)
    single = single_table(known, using("A 1 2024-04-01→2025-03-31"), OFFICIAL)
    for table, schema in (
        (ids, tables.IDS), (main, tables.MAIN), (single, tables.SINGLE),
        (people_table(duck, main, YEAR, OFFICIAL), tables.PEOPLE),
        (account(duck, known, using("A 1 2024-04-01→2025-03-31"), main, OFFICIAL), tables.ACCOUNT),
    ):  # fmt: skip
        assert table.schema() == ibis.schema(schema)
