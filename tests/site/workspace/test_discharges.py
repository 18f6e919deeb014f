"""2D in the workspace: computed from hospital discharges, taken apart into people, and not computable without them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from django.test import Client

from evenhand.measures.cld.written import OURS
from evenhand.measures.sample.writing import Asked, write
from evenhand.site.workspace import access, queries, runs
from evenhand.site.workspace.running import STAGES, Wanted
from evenhand.site.workspace.work import work
from tests.site.own_results import FIRST, SECOND, STAYS, STRANGER, discharges, keep
from tests.site.test_pages import text

LA = "E66000001"
COUNCIL = "V101"
WANTED = Wanted(
    run="20260501-100000-abcdef", by="tester", council=COUNCIL, code=COUNCIL, slug="", start=date(2024, 4, 1),
    end=date(2025, 3, 31), received=date(2025, 5, 1), joined=False, release=None, disclosure="none",
    files=("records.csv",), discharges="discharges.csv",
)  # fmt: skip


@pytest.fixture(scope="module")
def told() -> list[str]:
    """The stages that the run told of."""
    return []


@pytest.fixture(scope="module")
def linked() -> dict[str, int]:
    """How many people with reablement had been in hospital."""
    return {}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, told: list[str], linked: dict[str, int]) -> runs.Run:
    """Invented records and discharges, measured as the process of a run measures them."""
    home = tmp_path_factory.mktemp("home")
    incoming, out = home / "incoming", home / WANTED.run
    for place in (incoming / "records", incoming / "discharges", out):
        place.mkdir(parents=True)
    records = incoming / "records" / "records.csv"
    write(Asked([COUNCIL], people=600), records)
    linked["reabled"] = discharges(records, incoming / "discharges" / "discharges.csv", strangers=7)
    work(home, incoming, out, WANTED, told.append)
    return runs.Run(out)


def test_2d_is_computed_and_is_the_sum_of_its_people(run: runs.Run, linked: dict[str, int]) -> None:
    for key in ("2d-1", "2d-2"):
        figure, rows = queries.total(run, COUNCIL, key), queries.decided(run, COUNCIL, key)
        assert figure.numerator == rows["numerator"].sum()
        assert figure.denominator == rows["denominator"].sum()
        assert figure.numerator
    part2 = queries.decided(run, COUNCIL, "2d-2").filter(pl.col("denominator"))
    assert part2["person"].null_count() == 7
    assert part2.height <= linked["reabled"] + 7


def test_whoever_the_records_know_is_named_and_led_to_their_row(run: runs.Run) -> None:
    counted = queries.behind(run, COUNCIL, "2d-1", "counted")
    assert counted.height
    assert counted["row"].null_count() == counted["person"].null_count() == 0
    assert counted["file"].unique().to_list() == ["records.csv"]


def test_it_says_how_many_of_the_discharged_the_records_know(run: runs.Run) -> None:
    assert any(note.startswith("Hospital discharges:") for note in run.about.notes)


def test_the_files_are_those_of_the_command(run: runs.Run) -> None:
    assert {name.split("/")[0] for name in run.files()} == set(OURS)


def test_every_stage_that_is_told_is_one_of_the_page(run: runs.Run, told: list[str]) -> None:
    assert told == list(STAGES[:-1])


def test_without_discharges_2d_is_not_computable_and_the_page_says_what_to_do(browser: Client, own_home: Path) -> None:
    run = keep(own_home)
    html = browser.get(f"/workspace/runs/{run.id}/").content
    assert "not computable without hospital discharges. Measure again, with a file of them." in text(html)
    assert b'href="/workspace/measure/#discharges"' in html
    assert b'id="discharges"' in browser.get("/workspace/measure/").content
    assert b"figures/2d-1/" not in html, "there is nobody behind it"


def test_2d_is_taken_apart_and_strangers_are_counted_and_not_listed(browser: Client, own_home: Path) -> None:
    run = keep(own_home, FIRST + STAYS)
    said = text(browser.get(f"/workspace/runs/{run.id}/figures/2d-2/").content)
    assert "Discharges with reablement: 50.00%, 1 of 2." in said
    assert "1 of the discharges is of people whom the records do not know." in said
    page = f"/workspace/runs/{run.id}/figures/2d-2/no_reablement/"
    assert "They have no name here." in text(browser.get(page).content)
    assert access.openings()[0][0].people == 0
    assert "row 3 of records.csv" in text(browser.get(f"/workspace/runs/{run.id}/figures/2d-2/counted/").content)


def test_more_reablement_than_discharges_of_residents_has_no_interval(browser: Client, own_home: Path) -> None:
    rows = tuple(row for row in STAYS if row[5] != "no_reablement")
    run = keep(own_home, (*FIRST, *rows, ("p04", "2D", "2", False, True, "counted", 5)))
    said = text(browser.get(f"/workspace/runs/{run.id}/").content)
    assert "200.00%, 2 of 1. The two are of different areas, so it can pass 100%." in said


def test_strangers_of_two_results_are_matched_by_their_number(browser: Client, own_home: Path) -> None:
    one, other = keep(own_home, FIRST + STAYS), keep(own_home, (*SECOND, *STAYS, STRANGER))
    got = queries.movement(one, other, LA, "2d-2")
    assert got is not None
    assert [(m.key, m.people, m.denominator) for m in got.movements] == [("entered_not_counted", 1, 1)]
    pair = f"?before={one.id}&after={other.id}&council={LA}"
    said = text(browser.get(f"/workspace/compare/2d-2/entered_not_counted/{pair}").content)
    assert "1 of them left hospital and is not known to the records." in said
    assert queries.NOBODY not in said
    assert access.openings()[0][0].people == 0
    none = keep(own_home)
    assert queries.movement(one, none, LA, "2d-2") is None
    assert browser.get(f"/workspace/compare/?before={one.id}&after={none.id}").status_code == 200
