"""``evenhand measure``: what a person types, what is printed and written, and what is refused in a sentence."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import polars as pl
import pytest

from evenhand.cli.app import run
from evenhand.cli.measured import said
from evenhand.measures.cld.figures import Figure
from tests.site.own_results import discharges

YEAR = ["--from", "2024-04-01", "--to", "2025-03-31"]


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One invented council's records, with faults."""
    path = tmp_path_factory.mktemp("records") / "records.csv"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EVENHAND_HOME", str(path.parent / "home"))
        run_well(["sample", "cld", "--people", "300", "--mess", "0.03", "--out", str(path), "--quiet"])
    return path


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EVENHAND_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def run_well(tokens: list[str]) -> None:
    """Run a command that must end well."""
    code: object = 0
    try:
        run(tokens)
    except SystemExit as ended:
        code = ended.code
    assert not code


def refused(tokens: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as ended:
        run(tokens)
    assert ended.value.code == 1
    return capsys.readouterr().err


def test_every_figure_is_printed_and_every_file_is_written(
    records: Path, tmp_path: Path, own_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, population = tmp_path / "out", tmp_path / "population.csv"
    population.write_text('council_code,18-64,65+\nV101,"100,000",20000\n', encoding="utf-8")
    run_well(
        ["measure", str(records), *YEAR, "--out", str(out), "--disclosure", "none", "--population", str(population)]
    )
    said = capsys.readouterr().out
    assert "3D(2a)  People with a direct payment" in said
    assert "not computable without hospital discharges" in said
    with (out / "measures.csv").open(encoding="utf-8", newline="") as file:
        rows = {(r["measure"], r["part"], r["group"]): r for r in csv.DictReader(file)}
    shown = rows["3D", "2a", "Total"]
    assert f"{shown['value']}%" in said
    assert rows["2C", "", "Total"]["denominator"] == "20000"
    assert rows["2D", "1", "Total"]["numerator"] == rows["2D", "1", "Total"]["value"] == ""
    people = pl.read_parquet(out / "people.parquet").filter((pl.col("measure") == "3D") & (pl.col("part") == "2a"))
    assert people["numerator"].sum() == int(shown["numerator"])
    assert people["denominator"].sum() == int(shown["denominator"])
    assert {one.name for one in out.iterdir()} == {
        "measures.csv", "people.parquet", "quality.html", "quality.json", "records_to_check.csv", "spend.csv", "tables",
    }  # fmt: skip
    assert json.loads((out / "quality.json").read_bytes())
    assert (own_home / "cld.key").stat().st_mode & 0o077 == 0, "the key is for this user alone"


def test_nothing_written_holds_an_id_or_a_name_of_a_person(records: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run_well(["measure", str(records), *YEAR, "--out", str(out)])
    with records.open(encoding="utf-8", newline="") as file:
        held = {
            r[key] for r in csv.DictReader(file) for key in ("NHS Number", "LA Person Unique Identifier", "Last Name")
        }
    held = {value for value in held if len(value) > 5}
    for path in out.rglob("*.*"):
        text = str(pl.read_parquet(path).to_dicts()) if path.suffix == ".parquet" else path.read_text(encoding="utf-8")
        assert not [value for value in held if value in text], path.name


def test_small_counts_are_hidden_unless_it_is_asked_otherwise(records: Path, tmp_path: Path) -> None:
    run_well(["measure", str(records), *YEAR, "--out", str(tmp_path / "out")])
    with (tmp_path / "out" / "measures.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for key in ("numerator", "denominator"):
                assert row[key] in ("", "[c]") or int(row[key]) % 5 == 0


def test_with_hospital_discharges_2d_is_computed(
    records: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stays = tmp_path / "stays.csv"
    linked = discharges(records, stays, strangers=3)
    run_well(["measure", str(records), *YEAR, "--discharges", str(stays)])
    said = capsys.readouterr().out
    assert linked
    assert "not computable" not in said
    assert re.search(r"2D\(1\) +Still at home after 84 days\n +[\d.]+% \([\d.]+ to [\d.]+\): \d+ of \d+", said)
    assert re.search(r"Note: Hospital discharges: \d+ rows of \d+ people, \d+ of whom are in the records\.", said)


def test_what_helps_with_records_is_offered_in_one_list_of_options(capsys: pytest.CaptureFixture[str]) -> None:
    run_well(["measure", "--help"])
    said = capsys.readouterr().out
    for option in (
        "--from", "--to", "--out", "--engine", "--population", "--discharges", "--as-of", "--joined", "--disclosure",
        "--council", "--release", "--mapping", "--key", "--keep-ids", "--option", "--threads", "--quiet",
    ):  # fmt: skip
        assert re.search(rf"{option}\b", said), option


NO_INTERVAL = [
    (Figure("A", "2D", "2", "Total", None, None), False, "not computable without hospital discharges (--discharges)"),
    (Figure("A", "2D", "2", "Total", None, None), True, "not known: no submission could be used"),
    (Figure("A", "2D", "2", "Total", 3, 2), True, "150.00%: 3 spells, 2 discharges of residents"),
    (Figure("A", "2D", "1", "Total", 0, 0), True, "nobody to count"),
    (Figure("A", "3D", "2a", "Total", None, None), False, "not known: no submission could be used"),
    (Figure("A", "2C", "", "Total", 7, None), False, "7 people; no population given"),
]


@pytest.mark.parametrize(("figure", "discharges", "words"), NO_INTERVAL)
def test_a_figure_without_an_interval_says_why(figure: Figure, discharges: bool, words: str) -> None:
    assert said(figure, discharges=discharges) == words


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (["nowhere.csv", *YEAR], "nowhere.csv: There is no such file."),
        (["{records}", "--from", "2025-04-01", "--to", "2025-03-31"], "Give the earlier day to --from."),
        (["{records}", *YEAR, "--option", "2A_WINDOW"], "Write it as NAME=VALUE."),
        (["{records}", *YEAR, "--option", "LUCK=on"], "There is no option LUCK."),
        (["{records}", *YEAR, "--option", "2BC_NULL_COMPONENT=perhaps"], "Say exclude or admit_null."),
        (
            ["{records}", *YEAR, "--population", "{odd}"],
            "odd.csv, row 2, column 65+: This is not a number of residents.",
        ),
        (["{odd}", *YEAR], "odd.csv"),
        (["{records}", *YEAR, "--discharges", "{odd}"], "odd.csv: The discharges have no nhs_number"),
        (["{records}", *YEAR, "--discharges", "none.csv"], "none.csv: There is no such file."),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    records: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str], says: str
) -> None:
    odd = tmp_path / "odd.csv"
    odd.write_text("council_code,18-64,65+\nV101,1000,many\n", encoding="utf-8")
    error = refused(["measure", *(one.format(records=records, odd=odd) for one in more)], capsys)
    assert says in error
    assert "Traceback" not in error
