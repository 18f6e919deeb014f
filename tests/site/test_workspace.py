"""The council workspace: for this machine only, records gone when measured, whole results or none, and who looked."""

from __future__ import annotations

import importlib
import json
import os
import stat
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import clear_url_caches
from pytest_django.fixtures import Settings

from evenhand.facts.errors import EvenhandError
from evenhand.site import serve
from evenhand.site.config import environment, urls
from evenhand.site.evidence import pages
from evenhand.site.workspace import access, forms, guard, queries, receiving, running, runs, services
from evenhand.site.workspace.apps import only_here
from tests.site.editions import SmallEdition
from tests.site.own_results import FIRST, SECOND, keep
from tests.site.test_pages import text

HERE = {"host": "localhost"}
CSV = b"LA Code,Event Type\n102,Service\n"
FORM = {"council": "E66000001", "start": "1/4/2024", "end": "31/3/2025", "joined": "no", "disclosure": "ascof"}


@pytest.fixture
def workspace(settings: Settings, edition: SmallEdition, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The site with an open workspace, over the small edition."""
    settings.WORKSPACE = True
    monkeypatch.setattr(forms, "council_of", lambda edition, code: None)
    monkeypatch.setattr(forms, "_known", lambda edition, typed: None)
    monkeypatch.setattr(queries, "council_of", lambda edition, code: None)
    monkeypatch.setattr(queries, "standing", lambda *a: None)
    importlib.reload(urls)
    clear_url_caches()
    yield
    settings.WORKSPACE = False
    importlib.reload(urls)
    clear_url_caches()


@pytest.fixture
def browser(workspace: None) -> Client:
    """A browser on this machine."""
    return Client(headers=HERE)


def records(name: str = "records.csv", held: bytes = CSV) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, held)


def ended(home: Path, seconds: float = 20) -> running.Progress:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        told = running.progress(home)
        if not told.running:
            return told
        time.sleep(0.02)
    raise AssertionError(f"still {running.progress(home)}")


def left(home: Path) -> list[str]:
    """What unfinished runs and uploads have left in the workspace."""
    return [p.name for p in runs.folder(home).iterdir() if p.name.startswith((runs.INCOMING, runs.MAKING))]


def works(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(running, "WORK", f"tests.site.own_results:{name}")


# --- For this machine only ------------------------------------------------------------------------------------------


def test_without_the_switch_there_is_no_workspace(client: Client, edition: SmallEdition) -> None:
    assert client.get("/workspace/").status_code == 404
    assert client.post("/workspace/measure/").status_code == 404


REFUSED: list[tuple[str, dict[str, str], dict[str, str], int]] = [
    ("another machine", {"REMOTE_ADDR": "192.0.2.7"}, HERE, 403),
    ("another machine, by IPv6", {"REMOTE_ADDR": "2001:db8::1"}, HERE, 403),
    ("no address at all", {"REMOTE_ADDR": ""}, HERE, 403),
    ("through a proxy on this machine", {}, {**HERE, "x-forwarded-for": "192.0.2.7"}, 403),
    ("through a proxy of another kind", {}, {**HERE, "forwarded": "for=192.0.2.7"}, 403),
    ("a stranger's name that leads here", {}, {"host": "rebound.example"}, 400),
    ("a name that only begins like ours", {}, {"host": "localhost.example"}, 400),
    ("a page of another site", {}, {**HERE, "sec-fetch-site": "cross-site"}, 403),
    ("a page of another program of this machine", {}, {**HERE, "sec-fetch-site": "same-site"}, 403),
]


@pytest.mark.parametrize(("environ", "headers", "status"), [c[1:] for c in REFUSED], ids=[c[0] for c in REFUSED])
def test_whoever_is_not_at_this_machine_is_refused(
    workspace: None, settings: Settings, environ: dict[str, Any], headers: dict[str, str], status: int
) -> None:
    settings.ALLOWED_HOSTS = ["*"]  # the guard does not lean on Django's own list of names
    answer = Client(headers=headers).get("/workspace/", **environ)
    assert answer.status_code == status
    assert "govuk-heading-l" in answer.content.decode(), "a page, in plain words"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.0.0.1:8000", "[::1]:8000"])
@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_this_machine_is_answered_and_no_answer_is_kept(workspace: None, host: str, address: str) -> None:
    answer = Client(headers={"host": host}).get("/workspace/", REMOTE_ADDR=address)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_an_open_workspace_closes_the_public_pages_to_others_too(workspace: None) -> None:
    assert Client(headers=HERE).get("/", REMOTE_ADDR="192.0.2.7").status_code == 403
    assert Client(headers={"host": "rebound.example"}).get("/").status_code == 400


def test_a_form_without_its_token_does_nothing_and_leaves_nothing(workspace: None, own_home: Path) -> None:
    strict = Client(enforce_csrf_checks=True, headers=HERE)
    strict.get("/workspace/measure/")  # has the cookie now, and still no token
    answer = strict.post("/workspace/measure/", {**FORM, "records": records()})
    assert answer.status_code == 403
    assert left(own_home) == []
    kept = keep(own_home)
    assert strict.post(f"/workspace/runs/{kept.id}/delete/").status_code == 403
    assert [run.id for run in runs.all_runs(own_home)] == [kept.id]


OPEN = [
    {"EVENHAND_ALLOWED_HOSTS": "evenhand.example"},
    {"EVENHAND_HTTPS": "1"},
    {"EVENHAND_FORWARDED_FOR": "1"},
    {"SERVER_SOFTWARE": "gunicorn/23.0.0"},
]


@pytest.mark.parametrize("said", OPEN, ids=lambda said: next(iter(said)))
def test_settings_that_let_others_in_refuse_the_workspace(said: dict[str, str]) -> None:
    assert not environment.workspace(said)
    with pytest.raises(ImproperlyConfigured, match="no sign-in yet"):
        environment.workspace({**said, "EVENHAND_WORKSPACE": "1"})
    assert environment.workspace({"EVENHAND_WORKSPACE": "1"})


def test_the_system_check_finds_a_workspace_that_is_open_to_others(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["evenhand.example"]
    assert only_here(None) == []
    settings.WORKSPACE = True
    assert [found.id for found in only_here(None)] == ["workspace.E001"]
    settings.ALLOWED_HOSTS = ["localhost"]
    assert only_here(None) == []
    settings.MIDDLEWARE = [m for m in settings.MIDDLEWARE if "guard" not in m]
    assert [found.id for found in only_here(None)] == ["workspace.E002"]


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "evenhand.example"])
def test_the_workspace_is_never_served_at_an_address_of_others(host: str) -> None:
    with pytest.raises(EvenhandError, match="for this machine only"):
        serve.serve(host, 0, workspace=True)


# --- Receiving records ----------------------------------------------------------------------------------------------

NAMES = [
    ("records.csv", "records.csv"),
    ("../../etc/passwd", "passwd"),
    ("C:\\own\\records.csv", "records.csv"),
    ("..", "records"),
    (".hidden.csv", "hidden.csv"),
    ("<script>alert(1)</script>.csv", "script.csv"),
    ("a\x00b\n.csv", "a_b.csv"),
    ("x" * 300 + ".csv", "x" * 80 + ".csv"),
    ("Größe März.csv", "Größe März.csv"),
]


@pytest.mark.parametrize(("given", "name"), NAMES)
def test_a_name_of_a_file_can_do_nothing(given: str, name: str) -> None:
    got = receiving.plain_name(given, set())
    assert got == name
    assert Path(got).name == got


def test_two_files_of_one_name_are_two_files() -> None:
    assert receiving.plain_name("a.csv", {"A.csv", "a (2).csv"}) == "a (3).csv"


def test_records_become_a_result_and_are_gone(browser: Client, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    works(monkeypatch, "quick")
    answer = browser.post("/workspace/measure/", {**FORM, "records": records()})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/workspace/progress/")
    told = ended(own_home)
    assert told.state == "done", told
    assert left(own_home) == []
    (run,) = runs.all_runs(own_home)
    assert run.id == told.run
    for path in (runs.folder(own_home), run.place):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert {stat.S_IMODE(p.stat().st_mode) for p in run.place.rglob("*") if p.is_file()} == {0o600}
    assert f"/workspace/runs/{run.id}/" in browser.get("/workspace/progress/").content.decode()


MISTAKES: list[tuple[str, dict[str, Any], str]] = [
    ("no file", {}, "Choose at least one CSV or Parquet file"),
    ("no council", {"council": " ", "records": 1}, "Write which council the records are of."),
    ("an unknown council", {"council": "At-lantis?", "records": 1}, "No council has this name."),
    ("no such day", {"start": "31/2/2024", "records": 1}, "Write the first day of the period as a day that there is."),
    ("the end before the beginning", {"end": "1/4/2020", "records": 1}, "The period ends before it begins."),
    ("sent tomorrow", {"received": "1/1/2999", "records": 1}, "The records were sent on a day still to come."),
]


@pytest.mark.parametrize(("change", "said"), [c[1:] for c in MISTAKES], ids=[c[0] for c in MISTAKES])
def test_a_mistake_in_the_form_is_said_and_the_records_are_gone(
    browser: Client, own_home: Path, change: dict[str, Any], said: str
) -> None:
    sent = {**FORM, **change, **({"records": records()} if "records" in change else {})}
    answer = browser.post("/workspace/measure/", sent)
    assert answer.status_code == 400
    assert said in text(answer.content)
    assert "There is a problem" in text(answer.content)
    assert not runs.folder(own_home).is_dir() or left(own_home) == []


def test_an_upload_that_is_too_large_is_refused_before_and_while_it_comes(
    browser: Client, own_home: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WORKSPACE_UPLOAD_LIMIT = 2_000
    answer = browser.post("/workspace/measure/", {**FORM, "records": records(held=b"x" * 3_000)})
    assert answer.status_code == 413
    assert not runs.folder(own_home).is_dir()
    # What is counted while it comes is what is written: here the guard at the door is told nothing.
    monkeypatch.setattr(guard, "too_large", lambda request: False)
    answer = browser.post("/workspace/measure/", {**FORM, "records": records(held=b"x" * 3_000)})
    assert answer.status_code == 400
    assert "The files are larger than the limit." in text(answer.content)
    assert left(own_home) == []


def test_too_many_files_are_refused(browser: Client, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "MOST_FILES", 2)
    answer = browser.post("/workspace/measure/", {**FORM, "records": [records(f"{n}.csv") for n in range(3)]})
    assert answer.status_code == 400
    assert "More than 2 files were sent" in text(answer.content)
    assert left(own_home) == []


def test_no_more_results_are_kept_than_the_limit(
    browser: Client, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "KEPT", 1)
    run = keep(own_home)
    answer = browser.post("/workspace/measure/", {**FORM, "records": records()})
    assert "1 results are kept, which is the most" in text(answer.content)
    assert [r.id for r in runs.all_runs(own_home)] == [run.id], "no result goes without being asked"


# --- Runs -----------------------------------------------------------------------------------------------------------


def test_a_second_run_waits_its_turn_and_progress_outlives_a_reload(
    browser: Client, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    works(monkeypatch, "waits")
    browser.post("/workspace/measure/", {**FORM, "records": records()})
    end = time.monotonic() + 20
    while running.progress(own_home).stage != "Measures" and time.monotonic() < end:
        time.sleep(0.02)
    said = text(browser.get("/workspace/progress/").content)
    assert "step 6 of 10, measures" in said
    assert runs.all_runs(own_home) == []
    answer = browser.post("/workspace/measure/", {**FORM, "records": records()})
    assert "Another run is at work" in text(answer.content)
    assert len(left(own_home)) == 2, "the first run's records and half result, and nothing of the second"
    (own_home / "go").touch()
    assert ended(own_home).state == "done"
    assert len(runs.all_runs(own_home)) == 1


def test_a_run_that_was_killed_leaves_nothing_half_done(
    browser: Client, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    children: list[Any] = []
    popen = running.subprocess.Popen
    monkeypatch.setattr(running.subprocess, "Popen", lambda *a, **k: children.append(popen(*a, **k)) or children[-1])
    works(monkeypatch, "waits")
    browser.post("/workspace/measure/", {**FORM, "records": records()})
    end = time.monotonic() + 20
    while running.progress(own_home).stage != "Measures" and time.monotonic() < end:
        time.sleep(0.02)
    children[0].kill()
    children[0].wait()
    assert ended(own_home).state == "stopped"
    assert left(own_home) == []
    assert runs.all_runs(own_home) == []
    assert "It stopped at “Measures”" in text(browser.get("/workspace/progress/").content)


def test_what_a_dead_site_left_behind_goes_when_the_site_starts(own_home: Path) -> None:
    runs.private(runs.private(runs.folder(own_home)) / f"{runs.INCOMING}abc")
    running.tidy(own_home)
    assert left(own_home) == []


def test_a_fault_that_can_be_mended_is_told_and_cannot_become_markup(
    browser: Client, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    works(monkeypatch, "refuses")
    browser.post("/workspace/measure/", {**FORM, "records": records()})
    assert ended(own_home).state == "failed"
    html = browser.get("/workspace/progress/").content.decode()
    assert "&lt;b&gt;This is no file of records.&lt;/b&gt; Give another." in html


def test_a_fault_of_ours_is_told_without_a_word_of_the_records(
    browser: Client, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    works(monkeypatch, "breaks")
    browser.post("/workspace/measure/", {**FORM, "records": records()})
    told = ended(own_home)
    assert "ValueError" in told.sentence
    for path in runs.folder(own_home).rglob("*"):
        assert not path.is_file() or b"943" not in path.read_bytes()


def test_two_runs_of_one_second_have_two_ids() -> None:
    assert runs.fresh_id() != runs.fresh_id()


@pytest.mark.parametrize("run_id", ["nothing", "..", "20260101-000000-abcdef", "access.jsonl"])
def test_an_id_that_is_none_is_not_found(browser: Client, own_home: Path, run_id: str) -> None:
    keep(own_home)
    assert browser.get(f"/workspace/runs/{run_id}/").status_code == 404


# --- Results and the people behind them -----------------------------------------------------------------------------


def test_a_result_says_each_figure_in_a_sentence(browser: Client, own_home: Path) -> None:
    run = keep(own_home)
    said = text(browser.get(f"/workspace/runs/{run.id}/").content)
    chance = "Chance alone could explain a value from 15.0% to 85.0%."
    assert f"People with a direct payment: 50.0%, 2 of 4. {chance}" in said
    assert "People aged 18 to 64 newly admitted: 10.0 per 100,000, 1 of 10,000." in said
    assert "no figure. It needs a file of hospital discharges." in said
    assert "1 record would move a figure if it was put right." in said
    assert "If the records in doubt were put right, it could be between 50.0% and 75.0%." in said


def test_a_figure_is_taken_apart_into_reasons_that_add_up(browser: Client, own_home: Path) -> None:
    run = keep(own_home)
    reasons = queries.reasons(run, "E66000001", "3d-2a")
    assert [(r.key, r.people, r.inside, r.counted) for r in reasons] == [
        ("counted", 2, True, True),
        ("managed", 1, True, False),
        ("no_mechanism", 1, True, False),
        ("care_home", 1, False, False),
        ("no_long_term_support", 1, False, False),
    ]
    figure = queries.total(run, "E66000001", "3d-2a")
    assert figure.numerator == sum(r.people for r in reasons if r.counted)
    assert figure.denominator == sum(r.people for r in reasons if r.inside)
    said = text(browser.get(f"/workspace/runs/{run.id}/figures/3d-2a/").content)
    assert "In the denominator only, because the council manages the budget." in said
    assert access.openings(own_home)[0] == [], "counts name nobody"


def test_opening_a_list_of_people_is_written_down_without_their_ids(browser: Client, own_home: Path) -> None:
    run = keep(own_home)
    answer = browser.get(f"/workspace/runs/{run.id}/figures/3d-2a/counted/")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "row 2 of records.csv" in text(answer.content)
    ((entry,), whole) = access.openings(own_home)
    assert whole
    assert (entry.who, entry.people, entry.run) == (access.local_user(), 2, run.id)
    assert "3D(2a) People with a direct payment: Counted in the numerator." in entry.what
    log = runs.folder(own_home) / "access.jsonl"
    assert "p01" not in log.read_text(encoding="utf-8")
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert "3D(2a) People with a direct payment" in text(browser.get("/workspace/access/").content)


def test_the_records_that_would_move_a_figure_are_named_by_their_rows(browser: Client, own_home: Path) -> None:
    run = keep(own_home)
    said = text(browser.get(f"/workspace/runs/{run.id}/records/?figure=3d-2a").content)
    assert "1 record, if it was put right." in said
    assert "row 5 of records.csv" in said
    assert "Fill the delivery mechanism of these services. 3D(1a), 3D(2a)" in said
    ((entry,), _) = access.openings(own_home)
    assert entry.what.startswith("3D(2a) People with a direct payment: records that would move it")
    assert "0 records" in text(browser.get(f"/workspace/runs/{run.id}/records/?figure=2b").content)


def test_nobody_is_shown_when_it_cannot_be_written_down(browser: Client, own_home: Path) -> None:
    run = keep(own_home)
    (runs.folder(own_home) / "access.jsonl").mkdir()
    answer = browser.get(f"/workspace/runs/{run.id}/figures/3d-2a/counted/")
    assert answer.status_code == 400
    assert "row 2" not in text(answer.content)


def test_nobody_is_shown_to_a_user_whose_folder_it_is_not(
    browser: Client, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = keep(own_home)
    monkeypatch.setattr(services.os, "getuid", lambda: os.geteuid() + 1)
    assert browser.get(f"/workspace/runs/{run.id}/figures/3d-2a/counted/").status_code == 403


def test_a_log_that_was_changed_says_so(own_home: Path) -> None:
    for number in range(3):
        access.add(own_home, what=f"opening {number}", run="r", people=number)
    assert access.openings(own_home)[1]
    log = runs.folder(own_home) / "access.jsonl"
    log.write_text(log.read_text(encoding="utf-8").replace("opening 1", "opening 9"), encoding="utf-8")
    assert not access.openings(own_home)[1]


def test_people_come_a_page_at_a_time(browser: Client, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "PAGE", 1)
    run = keep(own_home)
    address = f"/workspace/runs/{run.id}/figures/3d-2a/counted/"
    assert "row 2 of" in text(browser.get(address).content)
    second = text(browser.get(f"{address}?page=2").content)
    assert "row 3 of" in second
    assert "row 2 of" not in second
    assert "Page 2 of 2" in text(browser.get(f"{address}?page=99").content)
    assert access.openings(own_home)[0][0].people == 1, "as many as were shown"


ABSENT = [
    "figures/9z/",
    "figures/3d-2a/nonsense/",
    "?council=X",
    "files/../run.json",
    "files/%2e%2e/run.json",
    "files/x",
]


@pytest.mark.parametrize("address", ABSENT)
def test_what_a_result_does_not_have_is_not_found(browser: Client, own_home: Path, address: str) -> None:
    run = keep(own_home)
    assert browser.get(f"/workspace/runs/{run.id}/{address}").status_code == 404


def test_files_are_taken_away_and_that_is_written_down(browser: Client, own_home: Path) -> None:
    run = keep(own_home)
    answer = browser.get(f"/workspace/runs/{run.id}/files/measures.csv")
    assert b"".join(answer).startswith(b"council_code")  # type: ignore[arg-type]
    assert "attachment" in answer.headers["Content-Disposition"]
    report = browser.get(f"/workspace/runs/{run.id}/files/quality.html")
    assert "sandbox" in report.headers["Content-Security-Policy"]
    assert [e.what.split(" (")[0] for e in access.openings(own_home)[0]] == [
        "Took the file quality.html",
        "Took the file measures.csv",
    ]


def test_deleting_asks_first_and_leaves_the_log(browser: Client, own_home: Path) -> None:
    run = keep(own_home)
    assert "It goes for good" in text(browser.get(f"/workspace/runs/{run.id}/delete/").content)
    assert runs.all_runs(own_home)
    assert browser.post(f"/workspace/runs/{run.id}/delete/").status_code == 302
    assert runs.all_runs(own_home) == []
    assert left(own_home) == []
    assert "Deleted the result: Ashvale" in access.openings(own_home)[0][0].what


def test_words_of_a_council_and_names_of_files_cannot_become_markup(browser: Client, own_home: Path) -> None:
    run = keep(own_home, council="<script>x</script>", file="<img src=x>.csv")
    other = keep(own_home, SECOND, council="<script>x</script>", file="<img src=x>.csv")
    pair = f"?before={run.id}&after={other.id}&council=E66000001"
    for address in (
        "", f"runs/{run.id}/", f"runs/{run.id}/figures/3d-2a/", f"runs/{run.id}/figures/3d-2a/counted/", "access/",
        f"runs/{run.id}/delete/", f"compare/{pair}", f"compare/3d-2a/{pair}", f"compare/3d-2a/left_counted/{pair}",
    ):  # fmt: skip
        answer = browser.get(f"/workspace/{address}")
        assert answer.status_code == 200, address
        html = answer.content.decode()
        assert "<script>x" not in html, address
        assert "<img" not in html, address


def test_a_result_of_another_version_is_not_read_as_ours(browser: Client, own_home: Path) -> None:
    run = keep(own_home)
    held = json.loads((run.place / "run.json").read_text(encoding="utf-8"))
    (run.place / "run.json").write_text(json.dumps(held | {"format": 99}), encoding="utf-8")
    assert "made by another version" in text(browser.get(f"/workspace/runs/{run.id}/").content)
    assert browser.get("/workspace/").status_code == 200


# --- Comparing ------------------------------------------------------------------------------------------------------


def test_who_moved_a_figure_adds_up_to_its_change(browser: Client, own_home: Path) -> None:
    one, other = keep(own_home), keep(own_home, SECOND)
    pair = f"?before={one.id}&after={other.id}&council=E66000001"
    said = text(browser.get(f"/workspace/compare/3d-2a/{pair}").content)
    assert "It went from 50.0% (2 of 4) to 50.0% (2 of 4): 0 percentage points." in said
    got = queries.movement(one, other, "E66000001", "3d-2a")
    assert got is not None
    assert [(m.key, m.people, m.numerator, m.denominator) for m in got.movements] == [
        ("entered_not_counted", 1, 0, 1),
        ("left_counted", 1, -1, -1),
        ("became_counted", 1, 1, 0),
    ]
    assert "p02" in text(browser.get(f"/workspace/compare/3d-2a/left_counted/{pair}").content)
    assert "Left the measure, and had been counted" in access.openings(own_home)[0][0].what
    assert "Who moved" not in text(browser.get(f"/workspace/compare/{pair}").content)


def test_printed_parts_add_up_to_the_printed_change(own_home: Path) -> None:
    one = keep(own_home, FIRST[:3] + FIRST[-1:])
    other = keep(own_home, SECOND)
    got = queries.movement(one, other, "E66000001", "3d-2a")
    assert got is not None
    parts, change = queries.steps(got)
    number = [float(p.points.replace("−", "-")) for p in parts]
    assert len(number) > 2
    assert sum(number) == pytest.approx(float(change.replace("−", "-")), abs=1e-9)


CANNOT = [
    ("hidden in different ways", {"key": "b" * 16}),
    ("no council in common", {"la": "E66000002"}),
]


@pytest.mark.parametrize(("said", "more"), CANNOT)
def test_results_whose_people_cannot_be_matched_are_not_compared(
    browser: Client, own_home: Path, said: str, more: dict[str, str]
) -> None:
    one, other = keep(own_home), keep(own_home, SECOND, **more)  # type: ignore[arg-type]
    answer = browser.get(f"/workspace/compare/?before={one.id}&after={other.id}")
    assert answer.status_code == 400
    assert said in text(answer.content)


# --- The form's words -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "first"),
    [
        (date(2026, 3, 31), date(2024, 4, 1)),
        (date(2026, 4, 1), date(2025, 4, 1)),
        (date(2026, 11, 22), date(2025, 4, 1)),
    ],
)
def test_the_form_begins_with_the_last_financial_year_that_is_over(today: date, first: date) -> None:
    start, end = forms.last_financial_year(today)
    assert (start, end) == (first, date(first.year + 1, 3, 31))
    assert end < today


class TestOverTheSample:
    """The pages that put own figures beside the published ones, over the simulated edition."""

    @pytest.fixture
    def over(self, over_the_sample: None, settings: Settings, tmp_path: Path) -> Iterator[Client]:
        home = tmp_path / "own"
        home.mkdir()
        (home / "editions").symlink_to(settings.EVENHAND_HOME / "editions")
        settings.EVENHAND_HOME = home
        settings.WORKSPACE = True
        importlib.reload(urls)
        clear_url_caches()
        yield Client(headers=HERE)
        settings.WORKSPACE = False
        importlib.reload(urls)
        clear_url_caches()

    def test_own_figures_stand_beside_the_published_ones_and_are_never_kept(
        self, over: Client, a_council: str, settings: Settings
    ) -> None:
        address = f"/councils/{a_council}/"
        public = over.get(address)
        assert "Provisional" not in public.content.decode()
        assert public.headers["Cache-Control"] == "public, no-cache"
        held = len(pages.KEPT)
        code = pages.queries.open_current(settings.EVENHAND_HOME).register.code_of(
            a_council, "cassr", date(2025, 3, 31)
        )
        keep(settings.EVENHAND_HOME, la=code, council=a_council)
        own = over.get(address)
        assert "Provisional: your own records, not published" in text(own.content)
        assert "50.0% 2 of 4" in text(own.content)
        assert own.headers["Cache-Control"] == "no-store"
        assert "ETag" not in own.headers
        assert len(pages.KEPT) == held, "the store of drawn pages knows nothing of it"
        beside = text(over.get(f"/workspace/beside/{a_council}/").content)
        assert "Provisional: your own records, not published" in beside
        settings.WORKSPACE = False
        importlib.reload(urls)
        clear_url_caches()
        assert "Provisional" not in Client(headers=HERE).get(address).content.decode()

    def test_a_result_says_where_its_figures_would_stand(
        self, over: Client, a_council: str, settings: Settings
    ) -> None:
        code = pages.queries.open_current(settings.EVENHAND_HOME).register.code_of(
            a_council, "cassr", date(2025, 3, 31)
        )
        run = keep(settings.EVENHAND_HOME, la=code, council=a_council)
        said = text(over.get(f"/workspace/runs/{run.id}/").content)
        assert "Among councils it would be between" in said
        assert "in 2024-25; 1st is the highest." in said

    def test_a_council_is_known_by_its_name_or_its_code(self, over: Client, settings: Settings) -> None:
        edition = pages.queries.open_current(settings.EVENHAND_HOME)
        known = edition.register.councils(date(2025, 3, 31))[0]
        code = edition.register.code_of(known.id, "cassr", date(2025, 3, 31))
        for typed in (known.name, known.name.upper(), code):
            form = forms.Measure({**FORM, "council": typed}, edition=edition, today=date(2026, 5, 1))
            assert form.is_valid(), form.errors
            assert form.cleaned_data["council"] == (known.name, code, known.id)
