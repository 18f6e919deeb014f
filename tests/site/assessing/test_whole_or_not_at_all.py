"""A change and its event stand or fall together; two at once take turns; an erased record can still be opened."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from evenhand.facts.errors import EvenhandError
from evenhand.site.audit.models import Event
from evenhand.site.people.assessing import services
from evenhand.site.people.models import Answer, Assessment, Determination, Person, Wellbeing
from evenhand.site.people.models.assessment import Said
from tests.site.assessing.making import REASONS, CaseOf, a_case, answer_all, determined, fresh, today, with_person
from tests.site.records import signed_in


def everything() -> list[Any]:
    """Every row of an assessment and of the audit."""
    models = (Assessment, Answer, Wellbeing, Said, Determination, Event)
    return [sorted(map(str, model.objects.values())) for model in models]


BROKEN: dict[str, Callable[[CaseOf], Callable[[], object]]] = {}


def verb(name: str) -> Callable[[Callable[[CaseOf], Callable[[], object]]], None]:
    def keep(make: Callable[[CaseOf], Callable[[], object]]) -> None:
        BROKEN[name] = make

    return keep


@verb("begin")
def _begin(case: CaseOf) -> Callable[[], object]:
    return case.assessment


@verb("save outcomes")
def _save(case: CaseOf) -> Callable[[], object]:
    a = case.assessment()
    return lambda: services.save_outcomes(case.actor, a, a.version, {"toilet": {"endangers": True}})


@verb("say")
def _say(case: CaseOf) -> Callable[[], object]:
    a = with_person(case)
    return lambda: services.say(case.self, a, "toilet", 0, "x", ["can"])


@verb("turn in")
def _turn_in(case: CaseOf) -> Callable[[], object]:
    a = with_person(case)
    return lambda: services.turn_in(case.self, a)


@verb("determine")
def _determine(case: CaseOf) -> Callable[[], object]:
    a = answer_all(case, case.assessment())
    return lambda: services.determine(
        case.actor, a, a.version, eligible=True, reasons=REASONS, decided_on=today()
    )  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("name", BROKEN)
def test_when_the_event_cannot_be_written_nothing_is(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    work = BROKEN[name](a_case())
    before = everything()

    def broken(*given: Any, **more: Any) -> None:
        raise OSError("the disk is full")

    for module in ("held", "moving", "answering", "determining"):
        place = f"evenhand.site.people.assessing.services.{module}.record"
        monkeypatch.setattr(place, broken)
    with pytest.raises(OSError, match="disk is full"), transaction.atomic():
        work()
    assert everything() == before


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ["save", "determine", "say"])
def test_two_at_once_take_turns_and_one_is_told(what: str) -> None:
    case = a_case()
    a = with_person(case) if what == "say" else answer_all(case, case.assessment())
    actors = [case.self, case.self] if what == "say" else [case.actor, case.actor]
    start = threading.Barrier(2)
    told: list[int] = []
    done: list[int] = []

    def change(number: int) -> None:
        match what:
            case "save":
                services.save_own_words(actors[number], a, a.version, f"Words {number}.")
            case "say":
                services.say(actors[number], a, "toilet", 0, f"Words {number}.", ["can"])
            case "determine":
                services.determine(
                    actors[number], a, a.version, eligible=True, reasons=f"{REASONS} {number}", decided_on=today()
                )  # fmt: skip

    def work(number: int) -> None:
        start.wait(10)
        while not (number in done or number in told):
            try:
                change(number)
                done.append(number)
            except EvenhandError:
                told.append(number)
            except OperationalError as busy:  # SQLite in memory answers at once where a file would wait its turn
                if "locked" not in str(busy):
                    raise
                time.sleep(0.01)
        connection.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (len(done), len(told)) == (1, 1), (done, told)
    match what:
        case "save":
            assert fresh(a).own_words == f"Words {done[0]}."
        case "say":
            assert Said.objects.get().words == f"Words {done[0]}."
        case "determine":
            assert Determination.objects.get().reasons.endswith(str(done[0]))


@pytest.mark.django_db
def test_an_erased_record_can_be_opened_and_says_nothing() -> None:
    case = a_case()
    a = determined(case)
    Person.objects.filter(pk=case.person.pk).update(erased_at=timezone.now())
    Determination.objects.update(reasons="Erased", advice="", trace={"erased": True}, test_says=None)
    Answer.objects.update(own_words="", note="", needs_assistance=None)
    page = signed_in(case.worker).get(f"/work/people/{case.person.reference}/assessments/{a.reference}/")
    assert page.status_code == 200
    assert REASONS not in page.content.decode()
