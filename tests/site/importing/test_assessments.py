"""A file of assessments: matched to people by their numbers, never changed once they are there."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from evenhand.site.audit.models import Event
from evenhand.site.people.models import Assessment, Determination, Import
from evenhand.site.people.models.importing import What
from evenhand.site.people.refusals import Refused
from tests.site import records
from tests.site.importing.conftest import House
from tests.site.importing.making import csv_file, done, planned, ready

pytestmark = pytest.mark.django_db
HEAD = ("Council id", "Assessment type", "Start date", "What matters", "Nutrition", "Decision date", "Eligible",
        "Reasons", "Advice", "Assessor")  # fmt: skip
WHY = "Two outcomes cannot be achieved."
ADVICE = "The lunch club and a grabber."


def row(**over: Any) -> list[Any]:
    held = {"id": "C1", "kind": "Adult", "begun": "01/03/2020", "words": "", "food": "", "decided": "", "eligible": "",
            "why": "", "advice": "", "by": ""}  # fmt: skip
    return list((held | over).values())


DECIDED = row(words="My garden", food="I eat cold", decided="2020-04-01", eligible="Y", why=WHY, by="Pat Old")


def waiting(house: House, *rows: list[Any]) -> Import:
    return ready(house.actor, csv_file(rows, HEAD), what=What.ASSESSMENTS)


def test_an_assessment_with_its_decision(house: House) -> None:
    run = done(house.actor, waiting(house, DECIDED, row(id="c1", begun="2.5.2025")))
    new, old = Assessment.objects.all()
    assert (old.state, old.own_words, old.begun_on, old.depth) == ("determined", "My garden", date(2020, 3, 1), "full")
    assert (new.state, new.begun_on) == ("open", date(2025, 5, 2))
    assert [(one.outcome, one.own_words) for one in old.answers.all()] == [("nutrition", "I eat cold")]
    made = old.determination
    assert made.reasons == f"{WHY}\n\nDecided by Pat Old; imported from Old system."
    assert (made.eligible, made.test_says, made.decided_by) == (True, None, house.manager)
    events = Event.objects.filter(verb="people.import", case=house.person.reference)
    assert {one.subject for one in events} == {f"assessment:{new.reference}", f"assessment:{old.reference}"}
    assert run.counts["new"] == 2


def test_its_pages_open(house: House) -> None:
    done(house.actor, waiting(house, DECIDED))
    client = records.signed_in(house.manager)
    address = f"/work/people/{house.person.reference}/assessments/{Assessment.objects.get().reference}/"
    page = client.get(address)
    assert page.status_code == 200
    assert "My garden" in page.content.decode()
    assert "Pat Old" in page.content.decode()


def test_the_same_file_twice_changes_nothing(house: House) -> None:
    rows = (DECIDED, row(begun="2.5.2025"))
    done(house.actor, waiting(house, *rows))
    again = waiting(house, *rows)
    assert planned(house.actor, again).counts["same"] == 2
    with pytest.raises(Refused, match="nothing to import"):
        done(house.actor, again)
    assert Assessment.objects.count() == 2
    assert Determination.objects.count() == 1


CASES: list[tuple[list[Any], str]] = [
    (row(id="C404"), "Nobody whose record you can open"),
    (row(id="U1"), "A record that you cannot open has this number"),
    (row(id=""), "neither an NHS number nor a council id"),
    (row(kind="Review"), "Nobody has said what “Review” means"),
    (row(kind=""), "adult's or a carer's"),
    (row(kind="Carer"), "does not say that they are a carer"),
    (row(begun=""), "day on which it began is missing"),
    (row(begun="1/1/2999"), "still to come"),
    (row(begun="1/1/2010"), "did not apply"),
    (row(decided="1/4/2020", eligible="Y"), "needs its reasons"),
    (row(decided="1/4/2020", eligible="Y", why="short"), "needs its reasons"),
    (row(decided="1/4/2020", why=WHY), "not said whether the person is eligible"),
    (row(decided="1/4/2020", eligible="N", why=WHY), "owed advice"),
    (row(decided="1/2/2020", eligible="Y", why=WHY), "decided before it began"),
    (row(decided="1/1/2999", eligible="Y", why=WHY), "still to come"),
    (row(why=WHY), "not the day on which it was decided"),
    (row(words="x" * 8001), "8,001 letters"),
]


@pytest.mark.parametrize(("given", "said"), CASES)
def test_a_row_that_cannot_be_is_rejected_with_its_reason(house: House, given: list[Any], said: str) -> None:
    (line,) = planned(house.actor, waiting(house, given)).lines
    assert line.fate == "rejected"
    assert said in " ".join(line.why)


def test_somebody_not_eligible_with_advice_is_taken(house: House) -> None:
    done(house.actor, waiting(house, row(decided="1/4/2020", eligible="N", why=WHY, advice=ADVICE)))
    assert Determination.objects.get().advice == ADVICE


def test_one_at_work_is_enough(house: House) -> None:
    Assessment.objects.create(person=house.person, kind="adult", begun_on=timezone.localdate())
    plan = planned(house.actor, waiting(house, row(), DECIDED))
    assert [line.fate.value for line in plan.lines] == ["rejected", "rejected"]
    assert "at work already" in plan.lines[0].why[0]
    assert "Row 2 is of the same assessment" in plan.lines[1].why[0]
    assert planned(house.actor, waiting(house, DECIDED)).counts["new"] == 1, "a decided one is in nobody's way"


def test_one_that_is_there_is_never_changed(house: House) -> None:
    done(house.actor, waiting(house, DECIDED))
    other = [*DECIDED]
    other[3] = "Something else"
    (line,) = planned(house.actor, waiting(house, other)).lines
    assert line.fate == "rejected"
    assert "is not changed" in line.why[0]
