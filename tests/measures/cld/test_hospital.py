"""Hospital discharges that could only give 2D of nobody are refused in a sentence, without a word of a person."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from evenhand.facts.errors import EvenhandError
from evenhand.measures.cld import tables
from evenhand.measures.cld.engines import DuckDb
from evenhand.measures.cld.hospital import agree
from evenhand.sources.cld.discharges import HEADINGS, read_discharges
from tests.measures.cld import rows

PLAIN = {
    "nhs_number": "999 000 0018", "council_of_residence": "A", "spell_id": "S1", "last_episode": "1",
    "admission_date": "2024-05-09", "discharge_date": "2024-05-12", "birth_year": "1946", "birth_month": "1",
    "sex": "2", "admission_method": "21", "discharge_method": "1", "discharge_destination": "19",
    "management_type": "1P", "treatment_function": "300",
}  # fmt: skip


@pytest.fixture
def duck(tmp_path: Path) -> Iterator[DuckDb]:
    engine = DuckDb(tmp_path / "scratch", threads=1)
    yield engine
    engine.close()


def told(duck: DuckDb, tmp_path: Path, *stays: dict[str, str]) -> str:
    """What is said of these stays beside the records of person 9990000018 of council A."""
    path = tmp_path / "stays.csv"
    lines = [",".join(HEADINGS), *(",".join((PLAIN | stay)[name] for name in HEADINGS) for stay in stays)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    cells = [{**cell, "nhs": "9990000018", "la": "A"} for cell in rows.cells("STMax RB 2024-05-10→2024-06-20")]
    read: Any = SimpleNamespace(records=duck.keep("records", rows.table(cells, tables.RECORDS)))
    return agree(read_discharges(duck, path, None), read, path)


def test_stays_that_go_with_the_records_are_counted(duck: DuckDb, tmp_path: Path) -> None:
    said = told(duck, tmp_path, {}, {"spell_id": "S2"}, {"nhs_number": "9990000026"})
    assert said == "Hospital discharges: 3 rows of 2 people, 1 of whom are in the records."


@pytest.mark.parametrize(
    ("stays", "says"),
    [
        ([], "There are no discharges in it. Give a row for each episode"),
        ([{"last_episode": "0"}], "No row is the last episode of its stay. Write 1 in last_episode"),
        ([{"council_of_residence": "B"}], "Nobody in it lives in A. Write council_of_residence"),
        ([{"council_of_residence": ""}], "Nobody in it lives in A."),
        ([{"nhs_number": "9990000026"}], "No NHS number in it is in the records."),
        ([{"nhs_number": ""}], "No NHS number in it is in the records."),
    ],
)
def test_stays_that_do_not_are_refused(duck: DuckDb, tmp_path: Path, stays: list[dict[str, str]], says: str) -> None:
    with pytest.raises(EvenhandError) as caught:
        told(duck, tmp_path, *stays)
    assert str(caught.value).startswith(f"stays.csv: {says}")
    assert "999000" not in str(caught.value)
