"""The command line as people meet it: what each verb says, where it says it, and with which exit code.

Everything runs over the simulated edition. Most tests call ``run`` inside this process; a few start Python anew,
because an exit code and a start-up are only real in a process of their own.
"""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from evenhand.cli.app import run
from evenhand.cli.common import SIMULATED
from evenhand.edition.read import Edition
from evenhand.site.evidence.present.tables import FIELDS

M = "ascof-3d-2a"
PROMISED = {
    "area_code", "area_name", "level", "period", "numerator", "denominator", "value", "lower95", "upper95", "lower998",
    "upper998", "band", "rank_median", "rank_low", "rank_high", "status",
}  # fmt: skip


@dataclass(frozen=True)
class Said:
    """What one command did: its exit code and its two streams."""

    code: int
    out: str
    err: str


Say = Callable[..., Said]


@pytest.fixture
def say(sample_home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Run a command over the simulated edition (which is read and never written to)."""
    monkeypatch.setenv("EVENHAND_HOME", str(sample_home))

    def command(*words: str) -> Said:
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            run(list(words))
        got = capsys.readouterr()
        return Said(int(end.value.code or 0), got.out, got.err)

    return command


@pytest.fixture
def own(tmp_path: Path, sample_home: Path, say: Say, monkeypatch: pytest.MonkeyPatch) -> Say:
    """The same over a copy of the home that a test may change; the second edition on its shelf is a copy too."""
    folder = tmp_path / "home"
    shutil.copytree(sample_home, folder)
    shelf = folder / "editions"
    first = (shelf / "current").read_text().strip()
    second = shelf / "sim-000000000000"
    shutil.copytree(shelf / first, second)
    about = json.loads((second / "edition.json").read_text(encoding="utf-8"))
    (second / "edition.json").write_text(json.dumps(about | {"id": second.name}), encoding="utf-8")
    monkeypatch.setenv("EVENHAND_HOME", str(folder))
    return say


@pytest.fixture
def council(sample: Edition) -> str:
    """The name of a council with a figure and a rank."""
    rows = sample.rows(M, "2024-25").filter((pl.col("level") == "council") & pl.col("rank_low").is_not_null())
    return str(rows.sort("area_name")["area_name"][7])


def one_sentence_on_stderr(said: Said) -> str:
    assert said.code == 1
    assert said.out == ""
    assert said.err.startswith("Error: ")
    assert said.err.count("\n") == 1
    assert "Traceback" not in said.err
    return said.err


def is_marked(said: Said) -> bool:
    return SIMULATED in said.out.splitlines()


# show


def test_the_list_names_every_measure_with_its_newest_period(say: Say, sample: Edition) -> None:
    said = say("show", "--list")
    assert is_marked(said)
    for id_, d in sample.definitions.items():
        assert f"{id_:<28}{d['title']}" in said.out
    assert say("show").out == said.out
    assert [m["measure"] for m in json.loads(say("show", "--list", "--format", "json").out)] == list(sample.definitions)
    head, *body = csv.reader(io.StringIO(say("show", "--list", "--format", "csv").out))
    assert [r[0] for r in body] == list(sample.definitions)
    assert {len(r) for r in body} == {len(head)}
    assert {r[-1] for r in body} == {"True"}  # simulated


def test_a_measure_is_shown_with_its_question_breaks_notes_and_edition(say: Say, sample: Edition) -> None:
    said = say("show", M)
    d = sample.definition(M)
    assert said.code == 0
    assert is_marked(said)
    assert f"{d['title']}, 2024-25 ({d['date_basis']})" in said.out
    for line in (d["question"], f"Edition {sample.id}.", *(f"Note: {c}" for c in d["caveats"])):
        assert line in said.out.splitlines()
    councils = sample.rows(M, "2024-25").filter(pl.col("level") == "council")["area_name"]
    assert all(name in said.out for name in councils)


def test_json_is_the_edition_row_for_row(say: Say, sample: Edition) -> None:
    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is not JSON")

    rows = json.loads(say("show", M, "--format", "json").out, parse_constant=refuse)
    assert set(rows[0]) == set(FIELDS)
    assert set(FIELDS) >= PROMISED
    stored = {(r["level"], r["area_name"]): r for r in sample.rows(M, "2024-25").to_dicts()}
    assert len(rows) == len(stored)
    for r in rows:
        assert r["value"] == stored[r["level"], r["area_name"]]["value"]
        assert (r["value"] is None) == (r["status"] in ("missing", "suppressed", "not_applicable"))
        assert (r["value"] is None) == (r["reason"] is not None)


@pytest.mark.parametrize("measure", [M, "ascof-1a", "dp-spend-per-adult", "ascof-2b"])
def test_csv_opened_again_says_what_json_says(say: Say, measure: str) -> None:
    """The same figures, in the same unit: money per head is pounds in both."""
    rows = json.loads(say("show", measure, "--format", "json").out)
    again = list(csv.DictReader(io.StringIO(say("show", measure, "--format", "csv").out, newline="")))
    assert len(again) == len(rows)
    for a, r in zip(again, rows, strict=True):
        assert tuple(a) == FIELDS
        for name in ("area_code", "area_name", "level", "status", "band"):
            assert a[name] == (r[name] or "")
        for name in ("value", "lower95", "upper998", "numerator", "rank_low", "real_value"):
            assert (float(a[name]) if a[name] else None) == pytest.approx(r[name], abs=1e-9)


def test_one_area_is_shown_beside_the_country_in_sentences(say: Say, council: str, sample: Edition) -> None:
    said = say("show", M, "--area", council)
    assert is_marked(said)
    assert f"{council}: " in said.out
    assert "highest of " in said.out
    rows = json.loads(say("show", M, "--area", council, "--format", "json").out)
    assert {r["level"] for r in rows} == {"country", "council"}
    two = json.loads(say("show", M, "--area", council, "--area", "Marle Coast", "--format", "json").out)
    assert {r["area_name"] for r in two if r["level"] == "council"} == {council, "Marle Coast"}
    region = sample.areas().filter(pl.col("level") == "region")["name"][0]
    assert f"{region}: " in say("show", M, "--area", region).out


def test_an_area_is_known_by_code_and_however_it_is_written(say: Say, council: str, sample: Edition) -> None:
    code = sample.areas().filter(pl.col("name") == council)["code"][0]
    wanted = say("show", M, "--area", council, "--format", "json").out
    for other in (code, council.upper(), council.lower()):
        assert say("show", M, "--area", other, "--format", "json").out == wanted


def test_a_period_and_a_group_of_people_are_named_in_the_heading(say: Say) -> None:
    said = say("show", M, "--period", "2020-21", "--group", "65+")
    assert "People with a direct payment: aged 65 and over, 2020-21 (on 31 March)" in said.out
    said = say("variation", "dp-clients-per-1000-adults", "--group", "mental-health-18-64")
    assert ": Mental health, 18 to 64, 2013-14 (on 31 March)" in said.out


def test_without_a_period_a_group_is_shown_for_the_latest_that_has_it(say: Say) -> None:
    rows = json.loads(say("show", M, "--group", "18-64", "--format", "json").out)
    assert {r["period"] for r in rows} == {"2020-21"}
    assert {r["group"] for r in rows} == {"18-64"}


@pytest.mark.parametrize("against", ["region", "type", "peers"])
def test_against_another_set_the_ranks_are_within_it(say: Say, council: str, against: str) -> None:
    rows = json.loads(say("show", M, "--area", council, "--against", against, "--format", "json").out)
    own = next(r for r in rows if r["area_name"] == council)
    assert 2 <= own["ranked"] < 100
    assert "the councils compared" in say("show", M, "--area", council, "--against", against).out


def test_against_named_councils(say: Say, council: str) -> None:
    said = say("show", M, "--against", f"{council}, Marle Coast,East Quernshire")
    assert "The councils named, together: " in said.out
    assert "Compared with the 3 councils named." in said.out


def test_money_is_never_said_to_be_judged_against_chance(say: Say) -> None:
    for measure in ("dp-share-of-spend", "dp-spend-per-adult", "context-65-plus", "ascof-6a"):
        said = say("show", measure)
        assert "Limits allow for" not in said.out
        assert "by more than chance" not in said.out


def test_a_figure_to_treat_with_care_has_a_dagger_and_the_dagger_is_explained(say: Say, sample: Edition) -> None:
    rows = sample.rows("ascof-2e-1", "2024-25").filter(pl.col("level") == "council")
    doubtful = rows.filter(pl.col("value").is_not_null() & (pl.col("reliability") > 0))["area_name"]
    assert doubtful.len() > 0
    said = say("show", "ascof-2e-1")
    with_dagger = [line for line in said.out.splitlines() if " †" in line and not line.startswith("†")]
    assert len(with_dagger) == doubtful.len()
    assert "† Treat with care" in said.out


# faults

FAULTS = [
    (("show", "nonsense"), "There is no measure called 'nonsense'"),
    (("show", "ascof-3d-2b-"), "Did you mean "),
    (("show", M, "--period", "1999-00"), "Periods in this edition: 2020-21, 2024-25."),
    (("show", M, "--period", "soon"), "has no figures for soon"),
    (("show", M, "--area", "Atlantis"), "Atlantis"),
    (("show", M, "--area", ""), "''"),
    (("show", M, "--area", "Quernshire"), "Its area is now served by East Quernshire; West Quernshire."),
    (("show", M, "--group", "babies"), "Its groups are all, 18-64, 65+."),
    (("show", M, "--group", "65+", "--period", "2024-25"), "Periods that have it: 2020-21."),
    (("show", M, "--against", "Marle Coast"), "at least two councils"),
    (("show", M, "--against", ",,"), "at least two councils"),
    (("show", M, "--against", "Atlantis,Camelot"), "Atlantis"),
    (("council", "Atlantis"), "Atlantis"),
    (("council", "Simulated England"), "is not a council"),
    (("variation", "nonsense"), "There is no measure called 'nonsense'"),
    (("variation", M, "--period", "2011-12"), "2011-12"),
    (("variation", M, "--group", "babies"), "Its groups are all, 18-64, 65+."),
    (("editions", "use"), "Say which edition to use."),
    (("editions", "use", "zzz"), "No edition is called 'zzz'."),
    (("editions", "remove", "sim-"), "is the edition in use"),
    (("editions", "diff"), "Say which edition to diff."),
    (("load",), "Say which files or folders to load."),
    (("fetch", "nosuch"), "nosuch"),
]


@pytest.mark.parametrize(("words", "says"), FAULTS, ids=[" ".join(w) for w, _ in FAULTS])
def test_a_fault_is_one_sentence_on_standard_error(say: Say, words: tuple[str, ...], says: str) -> None:
    assert says in one_sentence_on_stderr(say(*words))


@pytest.mark.parametrize("words", [("show", M), ("council", "Marle Coast"), ("variation", M), ("show", "--list")])
def test_without_an_edition_one_learns_how_to_make_one(
    say: Say, home: Path, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVENHAND_HOME", str(home))
    assert "evenhand build --sample" in one_sentence_on_stderr(say(*words))


@pytest.mark.parametrize(
    "words",
    [
        ("show", M, "--format", "xml"), ("council", "Marle Coast", "--format", "csv"), ("show", M, "more"),
        ("variation", M, "--format", "csv"), ("editions", "list", "--format", "csv"), ("editions", "burn"),
        ("sources", "--format", "csv"), ("frobnicate",), ("build", "--hard"),
    ],
)  # fmt: skip
def test_a_word_that_no_verb_knows_is_refused_and_nothing_is_shown(say: Say, words: tuple[str, ...]) -> None:
    said = say(*words)
    assert said.code == 2
    assert said.out == ""
    assert "Traceback" not in said.err


# council and variation


def test_a_councils_profile_has_a_line_for_every_measure_and_its_peers(say: Say, council: str, sample: Edition) -> None:
    said = say("council", council)
    assert is_marked(said)
    assert said.out.splitlines()[2].startswith(council)
    assert "measures were looked at" in said.out
    assert "Most like it: " in said.out
    rows = json.loads(say("council", council, "--format", "json").out)
    assert {r["area_name"] for r in rows} == {council}
    held = {m for m, d in sample.definitions.items() if d["latest_period"]}
    assert {r["measure"] for r in rows} <= held
    assert len(rows) == len({r["measure"] for r in rows}) > 25


def test_a_council_that_has_gone_is_still_shown_with_a_command_that_works(say: Say) -> None:
    said = say("council", "Quernshire")
    assert said.code == 0
    assert "Quernshire ended on 31 March 2021; after it: East Quernshire and West Quernshire." in said.out
    advice = said.out.rsplit("`", 2)[1]
    assert "--area 'Quernshire' --period " in advice
    period = advice.rsplit(" ", 1)[1]
    measure = json.loads(say("council", "Quernshire", "--format", "json").out)[-1]["measure"]
    assert say("show", measure, "--area", "Quernshire", "--period", period).code == 0


def test_every_council_that_ever_stood_has_a_profile(say: Say, sample: Edition) -> None:
    for name in sample.areas().filter(pl.col("level") == "council")["name"].to_list()[::12]:
        assert say("council", name).code == 0, name


def test_variation_is_sentences_with_breaks_and_notes(say: Say, sample: Edition) -> None:
    said = say("variation", M)
    assert is_marked(said)
    assert "times (95% interval" in said.out
    assert "councils are above 30.0%" in said.out
    assert "Break at 2024-25: " in said.out
    stored = json.loads(say("variation", M, "--format", "json").out)
    assert stored["measure"] == M
    assert stored["benchmark"]["phi"] > 1
    assert sample.id in said.out


def test_a_score_is_never_said_to_be_so_many_times_another(say: Say) -> None:
    for measure in ("ascof-1a", "ascof-1b"):
        assert " times" not in say("variation", measure).out.split("Note: ")[0]


def test_thresholds_for_everybody_are_not_held_against_a_group(say: Say) -> None:
    assert "above 3.00" in say("variation", "dp-clients-per-1000-adults").out
    assert "above 3.00" not in say("variation", "dp-clients-per-1000-adults", "--group", "mental-health-18-64").out


# editions, sources, load, fetch


def test_the_editions_are_listed_and_the_one_in_use_has_a_star(own: Say, sample: Edition) -> None:
    said = own("editions")
    assert f"* {sample.id}  newest period 2024-25" in said.out
    assert "  sim-000000000000  newest period 2024-25" in said.out
    assert said.out.count("simulated") == 2
    listed = json.loads(own("editions", "list", "--format", "json").out)
    assert {e["id"]: e["current"] for e in listed} == {sample.id: True, "sim-000000000000": False}


def test_another_edition_is_put_in_use_and_the_old_one_removed(own: Say, sample: Edition) -> None:
    assert own("editions", "use", "sim-0000").out == "Edition sim-000000000000 is in use.\n"
    assert "* sim-000000000000" in own("editions").out
    assert "Edition sim-000000000000." in own("show", M).out
    assert own("editions", "remove", sample.id[:8]).out == f"Edition {sample.id} was removed.\n"
    assert sample.id not in own("editions").out
    assert "is the edition in use" in one_sentence_on_stderr(own("editions", "remove", "sim-0000"))


def test_two_editions_with_the_same_figures_do_not_differ(own: Say) -> None:
    said = own("editions", "diff", "sim-0000")
    assert is_marked(said)
    assert "No figure differs." in said.out
    assert json.loads(own("editions", "diff", "sim-0000", "--format", "json").out)["figures"] == []


def test_the_first_letters_of_two_editions_choose_neither(own: Say) -> None:
    assert "begins several editions' ids" in one_sentence_on_stderr(own("editions", "use", "sim-"))


def test_sources_says_that_nothing_is_loaded_and_what_could_be(say: Say) -> None:
    assert say("sources").out.startswith("Nothing is loaded in ")
    assert json.loads(say("sources", "--format", "json").out) == []
    known = say("sources", "--known").out
    from evenhand.sources import READERS

    assert all(f"{name}  (" in known for name in READERS)


def test_a_file_that_nobody_knows_is_refused_and_one_in_a_folder_passed_over(own: Say, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "shopping.csv").write_text("milk,2\nbread,1\n")
    said = own("load", str(folder / "shopping.csv"))
    assert said.code == 1
    assert "Refused: shopping.csv: " in said.out
    said = own("load", str(folder))
    assert said.code == 0
    assert "1 file: 1 passed over." in said.out
    assert own("load", str(tmp_path / "nowhere.csv")).code == 1
    assert own("sources").out.startswith("Nothing is loaded in ")


def test_fetch_lists_its_sources_without_a_network(say: Say) -> None:
    said = say("fetch", "--list")
    assert said.code == 0
    assert any(line.startswith("ascof ") for line in said.out.splitlines())


# a process of its own


def started(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "evenhand.cli", *words],
        env={**os.environ, "EVENHAND_HOME": str(home), "PYTHONIOENCODING": "utf-8"},
        capture_output=True, text=True, encoding="utf-8", check=False, timeout=120,
    )  # fmt: skip


def test_started_anew_it_answers_and_ends_with_0(sample_home: Path) -> None:
    done = started(sample_home, "show", M, "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    assert len(json.loads(done.stdout)) > 150


def test_started_anew_a_fault_ends_with_1_and_a_wrong_word_with_2(sample_home: Path) -> None:
    fault = started(sample_home, "show", "nonsense")
    assert (fault.returncode, fault.stdout) == (1, "")
    assert fault.stderr.startswith("Error: There is no measure called 'nonsense'.")
    wrong = started(sample_home, "show", M, "--format", "xml")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "Traceback" not in fault.stderr + wrong.stderr


def test_a_pipe_that_closes_early_is_nobodys_fault(sample_home: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "evenhand.cli", "show", M, "--format", "json"],
        env={**os.environ, "EVENHAND_HOME": str(sample_home)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdout
        assert process.stderr
        process.stdout.read(10)
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()


def test_showing_a_measure_does_not_wait_for_the_readers_or_the_web(sample_home: Path) -> None:
    """What start-up must not import; how long it takes is measured in benchmarks."""
    code = (
        "import sys\nfrom evenhand.cli.app import run\n"
        f"try:\n    run(['show', {M!r}])\nexcept SystemExit as end:\n    assert not end.code\n"
        "heavy = {'django', 'scipy', 'pandera', 'vl_convert', 'python_calamine', 'yaml'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "EVENHAND_HOME": str(sample_home)},
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
