"""``evenhand sample cld``: what it writes, what it says, and what it will not do."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from evenhand.cli.app import run
from evenhand.facts.cld.fields import fields


def sample(*words: str) -> int:
    with pytest.raises(SystemExit) as end:
        run(["sample", "cld", *words])
    return int(end.value.code or 0)


def test_it_writes_every_column_of_the_specification_in_order_and_says_that_all_is_invented(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "r.csv"
    assert sample("--councils", "2", "--people", "50", "--mess", "0", "--out", str(file)) == 0
    said = capsys.readouterr().out
    held = pl.read_csv(file, infer_schema=False)
    assert held.columns == [f.heading for f in fields().values()]
    assert held["LA Code"].n_unique() == 2
    assert held["LA Person Unique Identifier"].n_unique() == 100
    assert f"{held.height:,} rows of 2 councils" in said
    assert "SIMULATED" in said


def test_the_period_and_the_number_of_files_are_as_asked(tmp_path: Path) -> None:
    out = str(tmp_path / "q.parquet")
    period = ["--from", "2022-04-01", "--to", "2023-03-31"]
    assert sample("--people", "60", "--submissions", "2", *period, "--release", "1", "--out", out) == 0
    first, second = (pl.read_parquet(tmp_path / f"q-{i}.parquet") for i in (1, 2))
    assert first["Reporting Period End Date"].unique().to_list() == ["2022-12-31"]
    assert second["Reporting Period End Date"].unique().to_list() == ["2023-03-31"]
    assert "Service User" in second["Client Type"].to_list()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--councils", "154"], "has 153 councils, not 154"),
        (["--councils", "0"], "has 153 councils, not 0"),
        (["--people", "0"], "cannot have 0 people"),
        (["--people", "-3"], "cannot have -3 people"),
    ],
)
def test_what_cannot_be_is_a_sentence_and_exit_code_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], says: str
) -> None:
    assert sample(*words, "--out", str(tmp_path / "x.csv")) == 1
    assert says in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
