"""The button: one run at a time, in a process of its own, that always has a last word."""

from __future__ import annotations

import inspect
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from evenhand.facts.errors import EvenhandError
from evenhand.site.evidence import fetching
from evenhand.site.evidence.fetching import Progress, Step
from tests.site.editions import SmallEdition
from tests.site.test_pages import text


def python(label: str, code: str) -> Step:
    """A step that runs a line of Python instead of a verb."""
    return Step(label, (sys.executable, "-c", code))


def wait(home: Path, until: Callable[[Progress], bool], seconds: float = 20) -> Progress:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if until(told := fetching.progress(home)):
            return told
        time.sleep(0.02)
    raise AssertionError(f"still {fetching.progress(home)}")


def ended(told: Progress) -> bool:
    return not told.running


def test_before_any_run_there_is_nothing_to_tell(tmp_path: Path) -> None:
    assert fetching.progress(tmp_path).state == "never"


def test_a_run_does_its_steps_in_order_and_ends_with_the_last_sentence(tmp_path: Path) -> None:
    steps = (python("First", "print('one')"), python("Second", "print('two'); print('Edition built.')"))
    assert fetching.start(tmp_path, steps)
    told = wait(tmp_path, ended)
    assert (told.state, told.step, told.steps, told.sentence) == ("done", 2, 2, "Edition built.")
    assert told.lines == ["one", "two", "Edition built."]
    assert told.started <= told.finished
    assert "two" in (tmp_path / "site" / "fetch.log").read_text()


def test_a_step_that_fails_ends_the_run_with_its_own_sentence(tmp_path: Path) -> None:
    sentence = "There is no network: nothing was fetched."
    steps = (
        python("Getting", f"import sys; print({sentence!r}, file=sys.stderr); sys.exit(1)"),
        python("Building", "open('never', 'w')"),
    )
    fetching.start(tmp_path, steps)
    told = wait(tmp_path, ended)
    assert (told.state, told.step, told.sentence) == ("failed", 1, sentence)


def test_a_file_that_did_not_come_does_not_keep_the_others_from_being_built(tmp_path: Path) -> None:
    steps = (
        Step(
            "Getting",
            (sys.executable, "-c", "print('Error: One file did not come.'); raise SystemExit(1)"),
            needed=False,
        ),
        python("Building", "print('Edition built.')"),
    )
    fetching.start(tmp_path, steps)
    told = wait(tmp_path, ended)
    assert (told.state, told.sentence) == ("done", "Edition built. But: One file did not come.")


def test_when_nothing_came_the_last_word_is_the_first_thing_that_went_wrong(tmp_path: Path) -> None:
    steps = (
        replace(python("Getting", "print('There is no network.'); raise SystemExit(1)"), needed=False),
        python("Building", "print('No official files are loaded.'); raise SystemExit(1)"),
    )
    fetching.start(tmp_path, steps)
    told = wait(tmp_path, ended)
    assert (told.state, told.sentence) == ("failed", "There is no network.")


def test_a_step_that_fails_in_silence_still_has_a_last_word(tmp_path: Path) -> None:
    fetching.start(tmp_path, (python("Getting", "raise SystemExit(3)"),))
    assert wait(tmp_path, ended).sentence == "Getting ended with code 3 and said nothing."


def test_progress_can_be_read_while_a_run_works_and_a_second_run_is_not_started(tmp_path: Path) -> None:
    go = tmp_path / "go"
    slow = f"import os, time; print('working', flush=True)\nwhile not os.path.exists({str(go)!r}): time.sleep(0.02)"
    assert fetching.start(tmp_path, (python("Slow", slow),))
    told = wait(tmp_path, lambda p: p.lines == ["working"])
    assert (told.running, told.step, told.label) == (True, 1, "Slow")
    assert not fetching.start(tmp_path, (python("Other", "print('other')"),))
    go.touch()
    assert wait(tmp_path, ended).state == "done"
    wait(tmp_path, lambda p: fetching.start(tmp_path, (python("Again", "print('again')"),)))
    assert wait(tmp_path, ended).sentence == "again"


def test_a_run_that_was_killed_is_not_taken_for_one_at_work(tmp_path: Path) -> None:
    tell = f"import os, time; open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getppid())); print('up', flush=True)"
    fetching.start(tmp_path, (python("Slow", f"{tell}; time.sleep(30)"),))
    wait(tmp_path, lambda p: p.lines == ["up"])
    os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)
    told = wait(tmp_path, ended)
    assert told.state == "stopped"
    assert "stopped while it was at work: slow" in told.sentence
    assert fetching.start(tmp_path, (python("Again", "print('again')"),))
    assert wait(tmp_path, ended).state == "done"


def test_output_of_any_size_keeps_only_its_last_short_lines(tmp_path: Path) -> None:
    fetching.start(tmp_path, (python("Loud", "[print(str(i) * 500) for i in range(200)]"),))
    told = wait(tmp_path, ended)
    assert len(told.lines) == 12
    assert max(map(len, told.lines)) == 200


def test_a_record_that_was_damaged_is_not_a_fault_of_the_page(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "fetch.json").write_text('{"half')
    assert fetching.progress(tmp_path).state == "stopped"


def test_a_home_that_cannot_be_written_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file is in the way")
    with pytest.raises(EvenhandError, match="cannot be written"):
        fetching.start(tmp_path / "home")


class TestThePage:
    """The same, through the pages."""

    @pytest.fixture
    def allowed(self, settings: Settings, edition: SmallEdition, monkeypatch: pytest.MonkeyPatch) -> None:
        settings.FETCH_BUTTON = True
        step = python("Getting the official files", "print('There is no network.'); raise SystemExit(1)")
        monkeypatch.setattr(fetching, "steps", lambda home: (step,))

    def test_the_button_starts_a_run_and_the_page_tells_how_it_ended(
        self, client: Client, allowed: None, own_home: Path
    ) -> None:
        assert "Fetch the real figures" in client.get("/fetch/").content.decode()
        answer = client.post("/fetch/")
        assert (answer.status_code, answer.headers["Location"]) == (302, "/fetch/")
        wait(own_home, ended)
        said = text(client.get("/fetch/").content)
        assert "It did not finish, and the figures you see are unchanged." in said
        assert "There is no network." in said

    def test_the_button_is_a_form_with_a_token_and_a_post_without_it_is_refused(self, allowed: None) -> None:
        strict = Client(enforce_csrf_checks=True)
        assert 'name="csrfmiddlewaretoken"' in strict.get("/fetch/").content.decode()
        answer = strict.post("/fetch/")
        assert answer.status_code == 403
        assert "nothing was changed" in text(answer.content)

    def test_the_one_command_stands_beside_the_button(self, client: Client, allowed: None) -> None:
        assert fetching.COMMAND in client.get("/fetch/").content.decode()

    def test_a_public_site_shows_the_command_and_lets_nobody_press(
        self, client: Client, edition: SmallEdition, own_home: Path
    ) -> None:
        html = client.get("/fetch/").content.decode()
        assert 'method="post"' not in html
        assert fetching.COMMAND in html
        assert client.post("/fetch/").status_code == 403
        assert fetching.progress(own_home).state == "never"

    def test_a_run_at_work_is_shown_with_its_step(self, client: Client, edition: SmallEdition, own_home: Path) -> None:
        hold = python("Getting the official files", "import time; print('ascof', flush=True); time.sleep(1)")
        fetching.start(own_home, (hold,))
        said = text(client.get("/fetch/").content)
        assert "At work: step 1 of 1. Getting the official files." in said
        wait(own_home, ended)

    def test_what_a_step_printed_cannot_become_markup(
        self, client: Client, edition: SmallEdition, own_home: Path
    ) -> None:
        fetching.folder(own_home).mkdir(parents=True)
        fetching.write(own_home, Progress(state="done", sentence="<b>x</b>", lines=["<i>y</i>"]))
        html = client.get("/fetch/").content.decode()
        assert "&lt;b&gt;x" in html
        assert "<i>" not in html


def test_the_button_fetches_loads_what_was_fetched_and_builds(tmp_path: Path) -> None:
    verbs = [s.argv[3:] for s in fetching.steps(tmp_path)]
    assert verbs == [("fetch",), ("load", f"{tmp_path}/downloads"), ("build",)]


def test_the_one_command_beside_the_button_is_one_that_exists() -> None:
    from evenhand.cli.app import app

    program, verb, switch = fetching.COMMAND.split()
    assert program == "evenhand"
    assert switch.removeprefix("--") in inspect.signature(app[verb].default_command).parameters


def test_the_verbs_of_a_run_are_verbs_of_the_command_line(tmp_path: Path) -> None:
    from evenhand.cli.app import app

    assert {s.argv[3] for s in fetching.steps(tmp_path)} <= set(app)
