"""Building: the same inputs give the same bytes anywhere, and whatever goes wrong, the edition in use stays in use."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import evenhand
from evenhand.edition import build as building
from evenhand.edition.build import Built, NothingLoaded, build, build_from, edition_id, newest_period
from evenhand.edition.home import Busy, NoRoom, writing
from evenhand.edition.library import Kept, Loader
from evenhand.edition.read import Edition, open_current
from evenhand.edition.store import current_id, shelf
from evenhand.facts.register import Register
from evenhand.sources.model import ReadResult
from tests.edition.conftest import ROOT, Child
from tests.edition.tables import direct_payments, kept, populations, result, row, spread_of_bytes, tiny_files
from tests.sources.ascof_files import LONG_NAME, long_rows, sheets, workbook, write_csv

# In a child process: build the tiny country in HOME, stopping where the script says.
CHILD = """
from evenhand.edition import build
from evenhand.edition.home import writing
from evenhand.facts.register import Register
from tests.edition.test_build import worldly
def make():
    with writing(HOME):
        return build.build_from(HOME, worldly(), Register.from_folder(Path("tests/tiny"), simulated=True))
"""


def worldly() -> list[tuple[Kept, ReadResult]]:
    """The tiny country with figures whose sum hangs on the order of adding: populations estimated from shares."""
    years = range(2011, 2018)
    early = [r for y in years[3:] for r in direct_payments("ascof2011/1C(2A)", f"{y}-{y - 1999}")]
    people = [r | {"value": r["value"] * (i % 7 + 1) ** 3 + i} for i, r in enumerate(populations("mid-2020"))]
    areas = sorted({r["area"] for r in people})
    for i, area in enumerate(areas):
        people.append(row("population_series", "mid-2020", area, "count", 97_003.0 + 7 * i))
        people += [row("population_series", f"mid-{y}", area, "count", 90_001.0 + 13 * i + y) for y in years]
    made = [result("ascof/2024-25", direct_payments()), result("ascof/2017-18", early),
            result("population/2020", people)]  # fmt: skip
    return [(kept(r), r) for r in made]


def make(home: Path, tiny: Register, files: list[tuple[Kept, ReadResult]] | None = None) -> Built:
    with writing(home):
        return build_from(home, files or tiny_files(), tiny)


def with_figure(value: float) -> list[tuple[Kept, ReadResult]]:
    """The tiny files with another numerator of 3D(2a) for Ashvale."""
    rows = direct_payments()
    rows[0] = rows[0] | {"value": value}
    r = result("ascof/2024-25", rows)
    return [(kept(r), r), tiny_files()[1]]


# The same inputs give the same bytes


def test_the_same_files_under_other_names_loaded_in_another_order_give_the_same_bytes(
    tiny: Register, tmp_path: Path
) -> None:
    ods, long = workbook(tmp_path), write_csv(tmp_path / LONG_NAME, long_rows())
    other = Path(shutil.copy(ods, tmp_path / "downloaded (1).ods"))
    built = []
    for name, paths in (("one", [ods, long]), ("two", [long, other])):
        home = tmp_path / name
        assert [d.outcome for d in Loader(home, tiny).load(paths)] == ["loaded", "loaded"]
        built.append(build(home, tiny))
    assert built[0].id == built[1].id
    assert spread_of_bytes(built[0].folder) == spread_of_bytes(built[1].folder)
    assert len(spread_of_bytes(built[0].folder)) > 15


def test_building_twice_in_one_home_finds_the_same_bytes(home: Path, tiny: Register) -> None:
    first = make(home, tiny)
    before = spread_of_bytes(home)
    again = make(home, tiny)
    assert again.id == first.id
    assert spread_of_bytes(home) == before


def test_another_process_with_other_hashes_threads_language_and_time_zone_makes_the_same_bytes(
    home: Path, tiny: Register
) -> None:
    here = make(home, tiny, worldly())
    for seed, zone, threads in (("1", "Asia/Tokyo", "1"), ("2", "America/Lima", "4")):  # these two sum in two orders
        there = home.with_name(f"home-{seed}")
        script = f"import sys\nfrom pathlib import Path\nHOME = Path(sys.argv[1])\n{CHILD}\nprint(make().id)"
        env = os.environ | {
            "PYTHONHASHSEED": seed, "TZ": zone, "POLARS_MAX_THREADS": threads, "LC_ALL": "C",
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-c", script, str(there)], env=env, cwd=ROOT, capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == here.id
        was, now = spread_of_bytes(here.folder), spread_of_bytes(shelf(there) / here.id)
        assert [name for name in was if was[name] != now[name]] == []


# What the id stands for


def ids(files: list[tuple[Kept, ReadResult]]) -> list[Kept]:
    return [k for k, _ in files]


def test_the_id_does_not_depend_on_the_order_of_the_files(tiny: Register) -> None:
    assert edition_id(ids(tiny_files()), tiny) == edition_id(ids(tiny_files())[::-1], tiny)


def test_another_figure_makes_another_edition(home: Path, tiny: Register) -> None:
    first, second = make(home, tiny), make(home, tiny, with_figure(121.0))
    assert first.id != second.id
    assert sorted(p.name for p in shelf(home).iterdir()) == sorted(["current", first.id, second.id])
    assert current_id(home) == second.id


def test_another_revision_of_the_same_bytes_makes_another_edition(tiny: Register) -> None:
    files = ids(tiny_files())
    assert edition_id([replace(files[0], revision="2026-01-23"), files[1]], tiny) != edition_id(files, tiny)


@pytest.mark.parametrize(
    ("file", "was", "now"),
    [("councils.csv", "Ashvale", "Ashdale"), ("council_codes.csv", "E66000004", "E66000044"),
     ("areas.csv", "Northern Vale", "Vale of the North")],
)  # fmt: skip
def test_a_corrected_register_makes_another_edition(
    tiny: Register, tmp_path: Path, file: str, was: str, now: str
) -> None:
    shutil.copytree(ROOT / "tests" / "tiny", tmp_path / "register")
    path = tmp_path / "register" / file
    path.write_text(path.read_text(encoding="utf-8").replace(was, now), encoding="utf-8")
    other = Register.from_folder(tmp_path / "register", simulated=True)
    assert edition_id(ids(tiny_files()), other) != edition_id(ids(tiny_files()), tiny)


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the program, whose files the id is worked out from: a test may change one."""
    root = tmp_path / "evenhand"
    source = Path(evenhand.__file__).parent
    for room in building.ROOMS:
        shutil.copytree(source / room, root / room, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(building, "files", lambda _: root)
    building.code_digest.cache_clear()
    yield root
    building.code_digest.cache_clear()


@pytest.mark.parametrize(
    "changed", ["measures/definitions/ascof-3d-2a.yaml", "facts/data/councils.csv", "compare/funnel.py"]
)
def test_a_changed_definition_fact_or_formula_makes_another_edition(copied: Path, tiny: Register, changed: str) -> None:
    before = edition_id(ids(tiny_files()), tiny)
    (copied / "__pycache__").mkdir()
    (copied / "__pycache__" / "x.pyc").write_bytes(b"compiled")
    (copied / "edition" / "notes.txt").write_text("words that decide nothing")
    building.code_digest.cache_clear()
    assert edition_id(ids(tiny_files()), tiny) == before
    path = copied / changed
    path.write_bytes(path.read_bytes() + b"\n# another thought\n")
    building.code_digest.cache_clear()
    assert edition_id(ids(tiny_files()), tiny) != before


def test_an_edition_of_an_invented_country_says_so_in_its_id_and_inside(
    tiny_edition: Edition, tiny: Register, england: Register
) -> None:
    assert tiny_edition.id.startswith("sim-")
    assert tiny_edition.simulated
    assert edition_id(ids(tiny_files()), england).startswith("e-")


def test_an_edition_names_its_sources_by_what_they_are_and_not_by_what_they_were_called_here(
    tiny_edition: Edition,
) -> None:
    for source in tiny_edition.built_from:
        assert {"publisher", "title", "table", "periods", "revision", "licence", "sha256"} <= set(source)
        assert not {"file", "path"} & set(source)


# When something goes wrong


@pytest.fixture
def in_use(home: Path, tiny: Register) -> Built:
    """An edition in use, with another figure than the one that a test tries to build."""
    return make(home, tiny, with_figure(99.0))


def untouched(home: Path, old: Built, before: dict[str, bytes]) -> None:
    assert spread_of_bytes(home) == before
    assert sorted(p.name for p in shelf(home).iterdir()) == sorted(["current", old.id])
    assert open_current(home).values("ascof-3d-2a").height > 0


@pytest.mark.parametrize("stage", ["judge_all", "measure_dict", "_json"])
def test_a_build_that_fails_in_the_middle_leaves_the_edition_in_use(
    home: Path, tiny: Register, in_use: Built, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    before = spread_of_bytes(home)

    def broken(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(building, stage, broken)
    with pytest.raises(ZeroDivisionError):
        make(home, tiny)
    untouched(home, in_use, before)


@pytest.mark.parametrize("after", [0, 3])
def test_a_full_disk_while_writing_leaves_the_edition_in_use(
    home: Path, tiny: Register, in_use: Built, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    before, written, real = spread_of_bytes(home), [], Path.write_bytes

    def full(path: Path, data: Any) -> int:
        written.append(path)
        if len(written) > after:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(NoRoom, match=r"No space left on device.*What was there before is untouched"):
        make(home, tiny)
    monkeypatch.undo()
    untouched(home, in_use, before)


@pytest.mark.skipif(not hasattr(signal, "SIGXFSZ"), reason="this system has no limit on the size of a file")
def test_a_real_limit_while_a_table_is_written_is_a_sentence(home: Path, in_use: Built) -> None:
    before = spread_of_bytes(home)
    script = (
        f"import resource, signal, sys\nfrom pathlib import Path\nHOME = Path(sys.argv[1])\n{CHILD}\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1500, 1500))\n"
        "from evenhand.facts.errors import EvenhandError\n"
        "try: make()\nexcept EvenhandError as fault: print(type(fault).__name__, fault)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(home)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("NoRoom ")
    assert "File too large" in done.stdout
    untouched(home, in_use, before)


KILLED = """
real = build._parquet
def slow(path, table):
    real(path, table)
    if path.stem == "values":
        ready(); wait()
build._parquet = slow
make()
"""


def test_a_build_that_is_killed_half_way_leaves_the_old_edition_and_the_next_clears_up(
    home: Path, tiny: Register, in_use: Built, child: Child
) -> None:
    other = child(CHILD + KILLED)
    assert len(list(shelf(home).glob(".building-*/values.parquet"))) == 1, "it was in the middle of writing"
    assert open_current(home).id == in_use.id
    other.send_signal(signal.SIGKILL)
    other.wait()
    assert list(shelf(home).glob(".building-*")), "nobody could clear up after it"
    assert open_current(home).id == in_use.id
    built = make(home, tiny)
    assert sorted(p.name for p in shelf(home).iterdir()) == sorted(["current", in_use.id, built.id])


def test_a_second_build_is_told_that_the_first_is_at_work(
    home: Path, tiny: Register, in_use: Built, child: Child
) -> None:
    child(CHILD + KILLED)
    with pytest.raises(Busy, match="Another Evenhand command is loading or building here"):
        build(home, tiny)
    assert open_current(home).id == in_use.id


def test_a_reader_goes_on_with_the_old_edition_after_a_build(home: Path, tiny: Register, in_use: Built) -> None:
    reader = open_current(home)
    make(home, tiny)

    def numerator(e: Edition) -> float:
        return float(e.rows("ascof-3d-2a", "2024-25").filter(area="ashvale")["numerator"][0])

    assert numerator(reader) == 99.0
    assert reader.register.council("ashvale").name == "Ashvale"
    assert numerator(open_current(home)) == 120.0


# Too little to build from


def test_an_empty_library_says_what_to_do(home: Path, tiny: Register) -> None:
    with pytest.raises(NothingLoaded, match=r"No official files are loaded\. Run `evenhand fetch`"):
        build(home, tiny)
    assert not shelf(home).exists()


PRICES = [row("gdp_deflator", "2024-25", "E99000001", "value", 100.0, unit="index", level="country")]


@pytest.mark.parametrize("rows", [[], PRICES], ids=["no figure of any period", "prices alone"])
def test_files_without_any_measures_figures_make_no_edition(
    home: Path, tiny: Register, in_use: Built, rows: list[dict[str, Any]]
) -> None:
    r = result("gdp-deflator", rows)
    before = spread_of_bytes(home)
    with pytest.raises(NothingLoaded, match=r"hold no figure of any measure\. Load the ASCOF tables first\."):
        make(home, tiny, [(kept(r), r)])
    untouched(home, in_use, before)


@pytest.mark.parametrize(
    ("periods", "newest"),
    [(["2023-24", "2024-25", "mid-2026"], "2024-25"), (["mid-2020", "mid-2023"], "mid-2023"), (["2019"], "2019")],
)
def test_the_newest_period_is_a_financial_year_where_there_is_one(periods: list[str], newest: str) -> None:
    pair = tiny_files()[0]
    assert newest_period([(replace(pair[0], periods=periods), pair[1])]) == newest


# What is in it


def test_every_table_says_how_many_rows_it_has(tiny_built: Built, tiny_edition: Edition) -> None:
    for name, n in tiny_edition.about["rows"].items():
        assert pl.read_parquet(tiny_built.folder / f"{name}.parquet").height == n
    assert tiny_edition.about["rows"]["values"] == tiny_built.rows


def test_no_council_without_a_figure_has_an_interval_a_band_or_a_rank(tiny_edition: Edition) -> None:
    gone = tiny_edition.table("values").filter(pl.col("value").is_null()).collect()
    assert {"suppressed", "missing"} <= set(gone["status"])
    judged = ["lower95", "upper95", "lower998", "upper998", "interval", "z", "band", "differs", "rank_median",
              "rank_low", "rank_high", "ranked"]  # fmt: skip
    assert all(gone[c].is_null().all() for c in judged)
    assert gone["reason"].is_not_null().all()


def test_england_as_published_and_as_the_sum_are_two_rows_and_the_measure_shows_the_published(
    tiny_edition: Edition,
) -> None:
    rows = tiny_edition.rows("ascof-3d-2a", "2024-25").filter(level="country")
    assert dict(rows.select("area", "status").iter_rows()) == {"E99000001": "published", "sum-of-councils": "derived"}
    assert tiny_edition.definition("ascof-3d-2a")["england_value"] == 31.4


def test_survey_figures_are_held_against_the_publishers_own_national_figure(home: Path, tiny: Register) -> None:
    rows = []
    figures = [("ashvale", 19.0), ("brackwater", 17.0), ("corvedale", 18.5), ("E99000001", 18.9)]
    for area, value in figures:
        level = "country" if area.startswith("E") else "council"
        rows += [row("ascof2023/1A", "2024-25", area, p, v, unit=u, level=level)
                 for p, v, u in (("value", value, "score"), ("margin_of_error", 0.4, "score"),
                                 ("respondents", 200.0, "people"))]  # fmt: skip
    r = result("ascof/2024-25", rows)
    make(home, tiny, [(kept(r), r)])
    edition = open_current(home)
    bench = edition.table("benchmarks").filter(measure="ascof-1a").collect().row(0, named=True)
    assert (bench["value"], bench["published"], bench["kind"], bench["councils"]) == (18.9, 18.9, "score", 3)
    assert edition.definition("ascof-1a")["england_value"] == 18.9


def test_figures_on_which_two_tables_differ_are_told_and_kept(home: Path, tiny: Register) -> None:
    later = result("ascof/2025-26", [
        row("ascof2023/3D(2a)", "2024-25", "ashvale", "value", 15.1, unit="percent"),
        row("ascof2023/3D(2a)", "2025-26", "ashvale", "value", 16.0, unit="percent"),
    ])  # fmt: skip
    built = make(home, tiny, [*tiny_files(), (kept(later), later)])
    assert built.conflicts.select("area", "used_value", "other_value").rows() == [("ashvale", 15.1, 15.0)]
    assert open_current(home).table("conflicts").collect().equals(built.conflicts)


def test_a_cell_changed_in_the_publishers_file_is_changed_in_the_edition(
    home: Path, tiny: Register, tmp_path: Path
) -> None:
    content = sheets()
    content["Table_3d(2a)"][6][3:6] = [91.0, 182.0, 50.0]
    Loader(home, tiny).load([workbook(tmp_path, content)])
    build(home, tiny)
    rows = {r["area"]: r for r in open_current(home).rows("ascof-3d-2a", "2024-25").to_dicts()}
    assert (rows["ashvale"]["value"], rows["ashvale"]["numerator"]) == (50.0, 91.0)
    assert rows["corvedale"]["status"] == "suppressed"
    assert rows["dunmere"]["status"] == "missing"
    assert rows["north-thornshire"]["value"] == 0.0
