"""The five-minute demonstration, from ``make demo``: each step passes from the release that brings it, for ever after.

A step is one function below; a release that brings another adds it to ``STEPS``. Brought so far: 1; 2 without the
practice example and its cost, which need the records of improvement; 3 as far as the decision, without the indicative
sum and its signing off; of 4 the holder's record and who has looked; and 6.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from playwright.sync_api import Browser, expect

from evenhand.edition.read import Edition, open_current
from evenhand.facts.register import Council
from evenhand.measures.sample.writing import Asked, write
from tests.journeys.conftest import DESK, PHONE, Visit, visiting

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(shutil.which("make") is None, reason="no make on this machine"),
]
ROOT = Path(__file__).resolve().parents[2]
SAYS = re.compile(r"Evenhand is at (http://localhost:(\d+))/ \(press Ctrl\+C to stop\)")
PATIENCE = 180  # seconds until the address is said: a build on a busy machine


# --- make demo, as a person starts and stops it ---------------------------------------------------------------------


class Demo:
    """One ``make demo`` that runs, and every line that it has said so far."""

    def __init__(self, home: Path, *arguments: str) -> None:
        # This interpreter's own environment, taken as it is (-o): a test of the demonstration installs nothing.
        command = ["make", "-o", ".venv/.run", "demo", f"BIN={Path(sys.executable).parent}", *arguments]
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("EVENHAND_", "DJANGO_", "MAKE", "MFLAGS"))}
        self.log = home.with_name(f"said-{len(list(home.parent.glob('said-*')))}")  # each its own
        self.child = subprocess.Popen(
            command, cwd=ROOT, env={**clean, "EVENHAND_HOME": str(home), "DATABASE_URL": ""},
            stdout=self.log.open("wb"), stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip

    @property
    def said(self) -> str:
        """Everything on the screen."""
        return self.log.read_text(encoding="utf-8")

    def address(self) -> str:
        """Wait until the address is said, and give it."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if found := SAYS.search(self.said):
                return found[1]
            assert self.child.poll() is None, f"make demo ended: {self.said}"
            time.sleep(0.05)
        raise AssertionError(f"make demo said no address: {self.said}")

    def stop(self) -> None:
        """Press Ctrl+C, as the screen says; whatever is left after that is killed, make and its children."""
        for signal_, seconds in ((signal.SIGINT, 15), (signal.SIGKILL, 15)):
            try:
                os.killpg(self.child.pid, signal_)
                self.child.wait(seconds)
            except subprocess.TimeoutExpired:
                continue
            except ProcessLookupError:
                return


@contextmanager
def demonstration(home: Path, *arguments: str) -> Iterator[Demo]:
    """``make demo`` over a home, stopped at the end whatever happens."""
    demo = Demo(home, *arguments)
    try:
        yield demo
    finally:
        demo.stop()


def free_port() -> int:
    """A port that nobody uses at this moment."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder for what the demonstration keeps."""
    return tmp_path_factory.mktemp("demonstration") / "home"


@pytest.fixture(scope="module")
def demo(home: Path) -> Iterator[Demo]:
    """The demonstration, on a port that was asked for."""
    with demonstration(home, f"PORT={free_port()}") as running:
        running.address()
        yield running


# --- The steps of LOOK.md, one a function ---------------------------------------------------------------------------


def step_1_one_council_in_one_sentence(visit: Visit, edition: Edition) -> None:
    """Home, type a council, its page: the one sentence for direct payments, and why one should or shouldn't worry."""
    visit.go("/")
    expect(visit.page.get_by_text("Simulated.", exact=True)).to_be_visible()
    row = a_council(edition)
    box = visit.page.get_by_role("combobox", name="Name of a council")
    box.click()
    box.press_sequentially(row["area_name"][:6].lower())
    visit.page.get_by_role("option", name=row["area_name"], exact=True).click()
    expect(visit.page.get_by_role("heading", level=1)).to_contain_text(f"How does {row['area_name']} do")
    sentence = visit.page.locator(".evenhand-answer")
    expect(sentence).to_be_in_viewport(ratio=1)
    counts = f"{row['numerator']:,.0f} of {row['denominator']:,.0f}"
    expect(sentence).to_contain_text(re.compile(rf"^{row['value']:.1f}% of people .*: {counts}; in Simulated England"))
    worry = visit.page.locator(".evenhand-answer + p")
    expect(worry).to_contain_text("chance alone could explain a value from")
    expect(worry).to_contain_text(re.compile("by more than councils usually differ|counts as similar|is similar to"))


def step_2_who_is_like_it_and_does_better(visit: Visit, edition: Edition) -> None:
    """The councils most like it, and which of them do better beyond chance."""
    name = a_council(edition)["area_name"]
    visit.page.get_by_role("link", name="Who is like us", exact=True).click()
    expect(visit.page.get_by_role("heading", name=f"Who is like {name}")).to_be_in_viewport()
    expect(visit.page.get_by_text(re.compile(r"^These \d+ councils are most like"))).to_be_visible()
    visit.page.get_by_role("link", name="Who like us does better").click()
    heading = visit.page.get_by_role("heading", name="Which of them do better?")
    expect(heading).to_be_in_viewport()
    expect(heading.locator("xpath=following::p[1]")).to_contain_text(f"does better than {name} beyond chance.")
    expect(heading.locator("xpath=following::ul[1]/li[1]")).to_contain_text("95% interval")


def sign_in_as(visit: Visit, what: str) -> None:
    """Sign in with the first card of this kind: "Practitioner". Whoever was signed in is gone."""
    visit.page.context.clear_cookies()
    visit.go("/account/login/")
    card = (
        visit.page.locator(".evenhand-cards li").filter(has=visit.page.get_by_role("heading", name=f", {what}")).first
    )
    card.get_by_role("button").click()
    expect(visit.page.get_by_text("Every person here is invented.")).to_be_visible()


def good(visit: Visit, name: str) -> None:
    """A page without barriers that fits the screen, kept as a picture."""
    assert visit.barriers() == [], name
    assert visit.sideways() == 0, name
    visit.keep(f"demonstration-{name}", 3_000)


def step_3_a_new_person_an_assessment_a_decision(visit: Visit, edition: Edition) -> None:
    """As a practitioner: a new person, an assessment with the test's working, and a decision with reasons."""
    sign_in_as(visit, "Practitioner")
    page = visit.page
    page.get_by_role("link", name="Make a new record").first.click()
    page.get_by_label("What does the person want to be called?").fill("Ida Newcombe-Lark")
    for part, value in (("Day", "2"), ("Month", "3"), ("Year", "1948")):
        page.get_by_label(part, exact=True).fill(value)
    page.get_by_role("button", name="Make the record").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ida Newcombe-Lark")
    page.get_by_role("link", name="Assessments", exact=True).click()
    page.get_by_role("link", name="Begin an assessment").click()
    page.get_by_label("Light: every question").check()
    page.get_by_role("button", name="Begin", exact=True).click()
    page.get_by_role("link", name="What matters to them").click()
    page.get_by_label("What they told you, in their words").fill(
        "I want to see my sister again. She is two buses away."
    )
    page.get_by_role("button", name="Save and go on").click()
    page.get_by_label("Yes", exact=True).check()
    page.get_by_role("button", name="Save and go on").click()
    outcomes = page.locator(".evenhand-outcome")
    for number in range(outcomes.count()):
        words = "They cannot do it without assistance" if number in (0, 6) else "None of these: they can do it"
        outcomes.nth(number).get_by_label(words).check()
    page.get_by_role("button", name="Save and go on").click()
    parts = page.locator("fieldset:has(input[type=radio])")
    for number in range(parts.count()):
        parts.nth(number).get_by_label("Yes" if number == 0 else "No", exact=True).check()
    page.get_by_role("button", name="Save and go to the list").click()
    page.get_by_role("link", name="See the working, and determine").click()
    page.get_by_label("Yes, eligible").check()
    reasons = "She cannot cook or keep up with her sister without help, and it wears her down."
    page.get_by_label("Your reasons").fill(reasons)
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_text(reasons).first).to_be_visible()
    good(visit, "3-decided")


def step_4_on_a_phone_as_the_holder(visit: Visit, edition: Edition) -> None:
    """On a phone, as the holder: their record, and who has looked at it."""
    visit.page.set_viewport_size(PHONE)
    visit.page.context.clear_cookies()
    visit.go("/account/login/")
    good(visit, "4-cards")
    cards = visit.page.locator(".evenhand-cards button").all_inner_texts()
    for button in reversed(cards):  # citizens stand last; a holder is one who has a record of their own
        visit.page.context.clear_cookies()
        visit.go("/account/login/")
        visit.page.get_by_role("button", name=button, exact=True).click()
        own = visit.page.locator("main li").filter(has_text="This is your own record").get_by_role("link")
        if own.count():
            own.click()
        if visit.page.get_by_role("heading", level=1, name="Hello, ").count():
            break
    expect(visit.page.get_by_role("heading", name="Who works with you")).to_be_in_viewport()
    good(visit, "4-my-record")
    visit.page.get_by_role("link", name="Who has looked at your record").click()
    expect(visit.page.get_by_role("heading", level=1)).to_have_text("Who has looked at this record?")
    expect(visit.page.get_by_text("You", exact=True).first).to_be_visible()
    expect(visit.page.get_by_text(re.compile(r", practitioner \(Askerfield")).first).to_be_visible()
    good(visit, "4-looked")
    visit.page.set_viewport_size(DESK)


def step_6_next_years_figure_today(visit: Visit, edition: Edition) -> None:
    """Upload the council's client-level data: next year's official figure today, and the records that would move it."""
    council = edition.find(a_council(edition)["area"])
    assert isinstance(council, Council)
    with tempfile.TemporaryDirectory() as folder:
        records = Path(folder) / "records.csv"
        code = edition.register.code_of(council.id, "cassr", date(2025, 3, 31))
        write(Asked([code], people=200, mess=0.3), records)
        sign_in_as(visit, "Analyst")
        visit.go("/workspace/measure/")
        visit.page.get_by_label("The records", exact=True).set_input_files(records)
        visit.page.get_by_label("Which council are they of?").fill(council.name)
        visit.page.get_by_label("First day").fill("1/4/2024")
        visit.page.get_by_label("Last day").fill("31/3/2025")
        visit.page.get_by_role("button", name="Measure", exact=True).click()
        for _ in range(2 * PATIENCE):
            if not visit.page.get_by_role("link", name="Look again").count():
                break
            visit.page.wait_for_timeout(500)
            visit.page.reload()
        visit.page.get_by_role("link", name=f"See the figures of {council.name}").click()
    expect(visit.page.get_by_text(re.compile(r"People with a direct payment: [\d.]+%, \d+ of \d+\."))).to_be_visible()
    visit.page.locator(".evenhand-answer").get_by_role("link", name=re.compile(r"^\d+ records$")).click()
    expect(visit.page.get_by_role("cell", name=re.compile("^Fill|^Find|^Give|^Check")).first).to_be_visible()
    visit.go(f"/workspace/councils/{council.id}/")
    expect(visit.page.get_by_role("heading", name="Provisional: your own records, not published")).to_be_visible()


STEPS: tuple[Callable[[Visit, Edition], None], ...] = (
    step_1_one_council_in_one_sentence,
    step_2_who_is_like_it_and_does_better,
    step_3_a_new_person_an_assessment_a_decision,
    step_4_on_a_phone_as_the_holder,
    step_6_next_years_figure_today,
)


def a_council(edition: Edition) -> dict[str, Any]:
    """The first council by name that has a figure on direct payments and peers."""
    peopled = edition.table("peers").select("area").unique()
    rows = edition.rows("ascof-3d-2a", "2024-25").lazy().filter(pl.col("value").is_not_null())
    return rows.join(peopled, on="area").sort("area_name").collect().row(0, named=True)


def test_the_demonstration(browser: Browser, demo: Demo, home: Path) -> None:
    with visiting(browser, demo.address(), DESK) as visit:
        for step in STEPS:
            step(visit, open_current(home))
            assert not visit.faults, step.__name__


# --- What make demo says when it is not the only one ----------------------------------------------------------------


def test_a_port_that_is_taken_is_said_at_once_with_a_way_out(demo: Demo, tmp_path: Path) -> None:
    port = demo.address().rsplit(":", 1)[1]
    with demonstration(tmp_path / "home", f"PORT={port}") as second:
        assert second.child.wait(60) != 0
        assert f"Error: Another program uses port {port}. For example: make demo PORT=" in second.said
        assert "Traceback" not in second.said
    assert not (tmp_path / "home").exists(), "nothing was built for an address that could not be had"


@pytest.mark.parametrize("port", ["tea", "0x50", "70000"])
def test_what_is_no_port_is_said(port: str, tmp_path: Path) -> None:
    with demonstration(tmp_path / "home", f"PORT={port}") as demo:
        assert demo.child.wait(60) != 0
        assert re.search(rf"Error: '?{port}'? is not a port\. For example: make demo PORT=8080", demo.said)
        assert "Traceback" not in demo.said


def test_a_second_one_beside_the_first_takes_another_port_and_both_answer(
    browser: Browser, demo: Demo, home: Path
) -> None:
    with demonstration(home) as second:
        assert second.address() != demo.address()
        for address in (demo.address(), second.address()):
            with visiting(browser, address, DESK) as visit:
                visit.go("/")
                expect(visit.page.get_by_text(f"Edition {open_current(home).id}")).to_be_visible()
        second.stop()
        assert "Stopped." in second.said
        assert "Traceback" not in second.said
