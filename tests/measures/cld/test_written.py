"""The files of a run: what is in them, the same bytes for the same rows, and all of them or none."""

from __future__ import annotations

import csv
import datetime as dt
import random
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow.parquet as pq
import pytest

from evenhand.compare.disclosure import Profile
from evenhand.facts.errors import EvenhandError
from evenhand.measures.cld import tables
from evenhand.measures.cld.engines import DuckDb
from evenhand.measures.cld.logic import Period
from evenhand.measures.cld.run import Asked, measured
from evenhand.measures.cld.written import outputs, whole_or_nothing, write
from tests.measures.cld import rows

ASKED = Asked(Period(dt.date(2024, 4, 1), dt.date(2025, 3, 31)))
SUPPORT = [
    "Comm DP HS 2023-05-01→∞, cost 700 WEEKLY", "Comm COM HS 2023-05-01→∞, cost 20 HOURLY 10",
    "Res LR 2024-06-01→∞, cost 800 FOUR_WEEKLY", "STMax RB 2024-05-10→2024-06-20, outcome ENDED_AS_PLANNED",
    "DTC DP RESP 2024-05-01→∞",
]  # fmt: skip


def _cells() -> list[dict[str, Any]]:
    """Two councils: sixty people in A, one in B."""
    lines = [
        f"{SUPPORT[n % 5]}, person {n}, born {1930 + n}-0{1 + n % 9}, psr {1 + n % 9}, gender {1 + n % 2}, "
        f"ethnicity {1 + n % 19}"
        for n in range(60)
    ]
    lines.append(f"{SUPPORT[0]}, person 99, born 1950-01, la B, submission 2")
    return rows.cells("\n".join(lines))


def _written(tmp_path: Path, found: list[dict[str, Any]], profile: Profile = "none", threads: int = 2) -> Path:
    """The run's folder."""
    duck = DuckDb(tmp_path / "scratch", threads=threads)
    read: Any = SimpleNamespace(
        records=duck.keep("records", rows.table(found, tables.RECORDS)),
        submissions=rows.table([{"submission": 1, "la": "A"}, {"submission": 2, "la": "B"}], tables.SUBMISSIONS),
    )
    done = measured(duck, read, ASKED)
    write(tmp_path / "out", duck, done, outputs(duck, done, read), profile)
    duck.close()
    return tmp_path / "out"


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _written(tmp_path_factory.mktemp("whole"), _cells())


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Path:
    alike = "born 1950-01, psr 1, gender 1, ethnicity 1"  # few cells, so that few are to be protected
    lines = [f"{SUPPORT[n % 3 % 2]}, person {n}, {alike}" for n in range(60)]
    lines.append(f"{SUPPORT[0]}, person 99, born 1950-01, la B, submission 2")
    return _written(tmp_path_factory.mktemp("public"), rows.cells("\n".join(lines)), "hes")


def test_the_files_of_a_run(out: Path) -> None:
    assert sorted(str(path.relative_to(out)) for path in out.rglob("*.*")) == [
        "measures.csv", "people.parquet", "spend.csv", "tables/equity.csv", "tables/lts001a.csv",
        "tables/lts001b_1.csv", "tables/lts001b_2.csv", "tables/lts001b_3.csv", "tables/lts001c.csv",
        "tables/lts003.csv", "tables/lts004_1.csv", "tables/lts004_2.csv", "tables/measures_more.csv",
        "tables/spend_shares.csv",
    ]  # fmt: skip
    assert not [path for path in out.parent.iterdir() if path.name.startswith(".")]


def test_every_council_has_every_row_and_what_is_not_defined_is_empty(out: Path) -> None:
    held = _table(out / "measures.csv")
    of = {name: [tuple(row.values())[1:4] for row in held if row["council_code"] == name] for name in "AB"}
    assert of["A"] == of["B"]
    assert [row["value"] for row in held if row["measure"] in ("2B", "2D")] == [""] * 6
    carers = {row["council_code"]: row for row in held if (row["part"], row["group"]) == ("2b", "Total")}
    assert (carers["A"]["numerator"], carers["A"]["value"], carers["B"]["value"]) == ("12", "100.0", "")


def test_a_share_of_spend_says_that_it_is_not_official(out: Path) -> None:
    assert {row["note"] for row in _table(out / "tables" / "spend_shares.csv")} == {"Not an official statistic"}


def test_people_are_told_apart_by_pseudonym_and_nobody_without_support_is_listed(out: Path) -> None:
    held = pq.read_table(out / "people.parquet").to_pylist()
    assert {row["pseudonym"] for row in held} == {f"N{n}" for n in (*range(60), 99)}
    direct = [row for row in held if (row["part"], row["council_code"]) == ("2a", "A") and row["measure"] == "3D"]
    assert sum(row["numerator"] for row in direct) == 12
    assert not {row["why"] for row in held} & {"no_long_term_support", "not_a_carer", "no_care_home", "no_reablement"}


def test_the_same_rows_in_another_order_give_the_same_bytes(out: Path, tmp_path: Path) -> None:
    found = _cells()
    random.Random(7).shuffle(found)
    other = _written(tmp_path, found, threads=1)
    for path in sorted(out.rglob("*.*")):
        assert path.read_bytes() == (other / path.relative_to(out)).read_bytes(), path.name


def test_a_public_run_withholds_small_counts(public: Path) -> None:
    held = _table(public / "measures.csv")
    of_b = next(row for row in held if row["council_code"] == "B" and (row["measure"], row["part"]) == ("3D", "2a"))
    assert (of_b["numerator"], of_b["denominator"], of_b["value"]) == ("[c]", "[c]", "[c]")
    money = [row for row in _table(public / "spend.csv") if row["council_code"] == "B"]
    assert {row["people"] for row in money} == {"[c]"}
    assert {row["weekly"] for row in money} == {"", "[c]"}


def test_counts_of_the_many_are_shown_rounded(public: Path) -> None:
    """Forty of sixty have a direct payment."""
    of = {
        (row["council_code"], row["measure"], row["part"], row["group"]): row for row in _table(public / "measures.csv")
    }
    direct = of["A", "3D", "2a", "Total"]
    assert (direct["numerator"], direct["denominator"], direct["value"]) == ("40", "60", "66.7")


def test_no_small_count_is_in_any_public_file(public: Path) -> None:
    counts = {"people", "numerator", "denominator", "rows"}
    for path in sorted(public.rglob("*.csv")):
        for row in _table(path):
            assert not {row[name] for name in counts & set(row)} & {str(n) for n in range(1, 5)}, path.name


def test_a_run_that_fails_leaves_the_earlier_one(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with whole_or_nothing(out) as folder:
        (folder / "measures.csv").write_text("first")

    def fails() -> None:
        with whole_or_nothing(out) as folder:
            (folder / "measures.csv").write_text("second")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert (out / "measures.csv").read_text() == "first"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_folder_that_holds_anything_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "diary.txt").write_text("mine")
    with pytest.raises(EvenhandError, match=r"holds diary\.txt, which is not of a run"), whole_or_nothing(tmp_path):
        pass
    assert (tmp_path / "diary.txt").read_text() == "mine"


def test_a_file_in_the_folders_place_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(EvenhandError, match="is a file"), whole_or_nothing(tmp_path / "out"):
        pass
