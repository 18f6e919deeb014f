"""Whatever a file holds: counts add up to its rows, nothing breaks, and a second import changes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.site.people.importing import keeping
from evenhand.site.people.importing.plan import Fate
from evenhand.site.people.importing.rejects import FIRST, reject_file
from evenhand.site.people.models import Allocation, Assessment, Person
from evenhand.site.people.models.importing import What
from evenhand.site.people.refusals import Refused
from tests.site import records
from tests.site.importing.conftest import House
from tests.site.importing.making import csv_file, done, planned, ready

HEAD = ("Name", "NHS number", "Council id", "Date of birth", "Postcode", "Primary support reason", "Interpreter",
        "Email", "Date of death", "Moved to")  # fmt: skip
ASSESSED = ("Council id", "Assessment type", "Start date", "What matters", "Decision date", "Eligible", "Reasons",
            "Advice")  # fmt: skip
# Without NUL, which makes the whole file no text; and seldom a mess, so that most rows have only one fault or none.
MESS = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
NUMBERS = [records.nhs_number(9_000 + seed) for seed in range(5)]
ENOUGH = "Because of this and of that too."


def cell(*usual: str) -> st.SearchStrategy[str]:
    return st.integers(0, 29).flatmap(lambda roll: MESS if roll == 29 else st.sampled_from(usual))


PEOPLE = st.lists(
    st.tuples(
        cell("Ada Invented", "Bo Made", "Cy Meant", "=1+1"), cell("", "", *NUMBERS),
        cell("N1", "N2", "N3", "N4", "C1", "É1", "U1", ""),
        cell("1950", "17/05/1950", "05/1950", "", "18400", "2/2/1960"), cell("NE1 1EE", "ne22ee", ""),
        cell("Learning disability support", "Carer", ""), cell("Y", "no", ""), cell("a@example.org", ""),
        cell("", "", "", "2/2/2020", "1/1/1901"), cell("", "", "", "", "York"),
    ), min_size=1, max_size=7,
)  # fmt: skip
DECIDED = st.sampled_from([("", "", "", ""), ("1/4/2022", "Y", ENOUGH, ""), ("1/4/2022", "N", ENOUGH, ENOUGH),
                           ("1/4/2022", "Y", "", "")])  # fmt: skip
ASSESSMENTS = st.lists(
    st.builds(
        lambda first, last: (*first, *last),
        st.tuples(
            cell("C1", "C2", "C2", "U1"), cell("Adult", "Adult", "Carer"), cell("1/3/2020", "2/5/2021", "3/6/2022"),
            cell("My garden", "", "=1+1"),
        ),
        DECIDED,
    ), min_size=1, max_size=6,
)  # fmt: skip


def state() -> list[Any]:
    return [list(rows) for rows in (
        Person.objects.order_by("pk").values(), Allocation.objects.order_by("pk").values(),
        Assessment.objects.order_by("pk").values(),
    )]  # fmt: skip


def hold(house: House, rows: list[tuple[str, ...]], head: tuple[str, ...], what: str) -> bool:
    """The laws, for one file. Whether there was something to import."""
    raw, team = csv_file(rows, head), house.team.reference if what == What.PEOPLE else ""
    unseen, before = Person.objects.filter(pk=house.unseen.pk).values().get(), state()
    try:
        run = ready(house.actor, raw, what=what, team=team)
    except Refused:  # of the whole file, in words
        return False
    plan = planned(house.actor, run)
    assert state() == before, "a dry run writes nothing"
    assert sum(plan.counts.values()) == run.rows == len(plan.lines) == len({line.number for line in plan.lines})
    assert all(line.why for line in plan.of(Fate.REJECTED, Fate.DOUBLE, Fate.LEFT_OUT)), "each says what is wrong"
    lines = reject_file(keeping.kept_table(run.reference), plan).decode("utf-8-sig")
    assert lines.startswith(",".join(FIRST))
    try:
        done(house.actor, run)
    except Refused:
        assert not plan.counts["new"] + plan.counts["changed"]
        assert state() == before
        return False
    after = state()
    again = planned(house.actor, ready(house.actor, raw, what=what, team=team))
    assert again.counts["new"] == again.counts["changed"] == 0
    assert again.counts["same"] == plan.counts["same"] + plan.counts["new"] + plan.counts["changed"]
    assert state() == after
    assert Person.objects.filter(pk=house.unseen.pk).values().get() == unseen
    return True


@pytest.mark.django_db
def test_of_people(house: House) -> None:
    reached = []

    @settings(max_examples=40)
    @given(rows=PEOPLE)
    def law(rows: list[tuple[str, ...]]) -> None:
        reached.append(_apart(house, rows, HEAD, What.PEOPLE))

    law()
    assert sum(reached) >= 10, "enough of the files have something to import"


@pytest.mark.django_db
def test_of_assessments(house: House) -> None:
    reached = []

    @settings(max_examples=40)
    @given(rows=ASSESSMENTS)
    def law(rows: list[tuple[str, ...]]) -> None:
        reached.append(_apart(house, rows, ASSESSED, What.ASSESSMENTS))

    law()
    assert sum(reached) >= 10, "enough of the files have something to import"


def _apart(house: House, rows: list[tuple[str, ...]], head: tuple[str, ...], what: str) -> bool:
    """Each example begins with the same records."""
    with transaction.atomic():
        records.allocate(records.a_person(name="Bea Two", council_id="C2", is_carer=True), house.team)
        found = hold(house, rows, head, what)
        transaction.set_rollback(True)
    return found
