"""A measure as a file to take away: every ending, the same figures, and sentences where it cannot be."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
from pathlib import Path

import polars as pl
import pytest
from python_calamine import CalamineWorkbook

from evenhand.cli.app import run
from evenhand.edition.read import Edition
from evenhand.site.evidence.present.tables import FIELDS

M = "ascof-3d-2a"


@pytest.fixture
def here(sample_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EVENHAND_HOME", str(sample_home))
    return tmp_path


def export(*words: str) -> int:
    with pytest.raises(SystemExit) as end:
        run(["export", *words])
    return int(end.value.code or 0)


def a_council(sample: Edition) -> dict[str, object]:
    rows = sample.rows(M, "2024-25").filter((pl.col("level") == "council") & (pl.col("value") > 0))
    return rows.row(0, named=True)


def test_csv_holds_every_row_and_has_a_second_file_about_it(here: Path, sample: Edition) -> None:
    assert export(M, str(here / "dp.csv")) == 0
    got = pl.read_csv(io.BytesIO((here / "dp.csv").read_bytes()), infer_schema_length=None)
    assert got.columns[:7] == list(FIELDS[:7])
    assert got.height == sample.rows(M, "2024-25").height
    about = (here / "dp_about.csv").read_text(encoding="utf-8")
    assert "Simulated" in about
    assert sample.id in about


def test_workbooks_open_again_with_the_councils_figure(here: Path, sample: Edition) -> None:
    council = a_council(sample)
    for ending in ("ods", "xlsx"):
        assert export(M, str(here / f"dp.{ending}"), "--dated", "2026-11-21") == 0
        book = CalamineWorkbook.from_path(str(here / f"dp.{ending}"))
        cells = [row for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python()]
        own = next(row for row in cells if council["area_name"] in row and "council" in row)
        assert council["value"] in own


def test_the_same_day_gives_the_same_bytes(here: Path) -> None:
    for name in ("a.ods", "b.ods"):
        export(M, str(here / name), "--dated", "2026-11-21")
    assert (here / "a.ods").read_bytes() == (here / "b.ods").read_bytes()


def test_parquet_and_json_keep_figures_unrounded(here: Path, sample: Edition) -> None:
    export(M, str(here / "dp.parquet"))
    export(M, str(here / "dp.json"))
    stored = {r["area"]: r for r in sample.rows(M, "2024-25").to_dicts()}
    council = a_council(sample)
    for frame in (pl.read_parquet(here / "dp.parquet"), pl.read_json(here / "dp.json", infer_schema_length=None)):
        row = frame.filter(pl.col("slug") == council["slug"]).to_dicts()[0]
        assert row["lower95"] == pytest.approx(stored[council["area"]]["lower95"], abs=1e-12)


@pytest.mark.parametrize("chart", ["funnel", "intervals", "map", "trend"])
def test_each_chart_is_well_formed_named_and_marked_as_simulated(here: Path, sample: Edition, chart: str) -> None:
    name = str(a_council(sample)["area_name"])
    assert export(M, str(here / "c.svg"), "--chart", chart, "--area", name) == 0
    text = (here / "c.svg").read_text(encoding="utf-8")
    ET.fromstring(text)
    assert name in text
    assert "SIMULATED" in text.upper()


def test_png_is_a_picture(here: Path) -> None:
    assert export(M, str(here / "c.png"), "--chart", "map") == 0
    assert (here / "c.png").read_bytes().startswith(b"\x89PNG")


def test_money_is_written_in_pounds(here: Path, sample: Edition) -> None:
    assert export("dp-spend-per-adult", str(here / "m.csv")) == 0
    assert (here / "m.csv").stat().st_size > 10_000


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((M, "out.docx"), "cannot write .docx"),
        ((M, "out"), "without an ending"),
        ((M, "out.svg", "--chart", "trend"), "one council"),
        (("dp-share-of-spend", "out.svg"), "needs a count"),
        (("context-65-plus", "out.svg", "--chart", "map"), "has a band"),
        (("no-such", "out.csv"), "no measure called"),
    ],
)
def test_what_cannot_be_written_is_a_sentence_and_leaves_nothing(
    here: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(here)
    code = export(*words)
    said = capsys.readouterr()
    assert code == 1
    assert says in said.err
    assert "Traceback" not in said.err
    assert said.out == ""
    assert list(here.iterdir()) == []
