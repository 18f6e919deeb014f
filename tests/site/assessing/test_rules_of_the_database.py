"""Raw SQL against what the database itself keeps: constraints and triggers, on whichever database the tests run."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from evenhand.site.people.assessing import services, triggers
from evenhand.site.people.models import Answer, Assessment, Determination, Wellbeing
from evenhand.site.people.models.assessment import Said
from tests.site.assessing.making import REASONS, a_case, answer_all, determined, today, with_person

pytestmark = pytest.mark.django_db


OURS = ("a determination never changes", "nothing in it changes", "changed by them alone")


def refused(sql: str, values: list[Any]) -> bool:
    """Whether a trigger of ours refuses the statement; what it let through is taken back."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, values)
            assert cursor.rowcount, "the statement touched no row, and proves nothing"
            raise _TakeBack
    except _TakeBack:
        return False
    except DatabaseError as fault:
        if not any(words in str(fault) for words in OURS):
            raise
        return True


class _TakeBack(Exception):
    pass


AFTER = [
    ("UPDATE people_determination SET test_says = NULL WHERE assessment_id = %s"),
    ("UPDATE people_determination SET reasons = 'other reasons altogether' WHERE assessment_id = %s"),
    ("UPDATE people_determination SET decided_on = '2020-01-01' WHERE assessment_id = %s"),
    ("DELETE FROM people_determination WHERE assessment_id = %s"),
    ("UPDATE people_answer SET needs_assistance = NULL WHERE assessment_id = %s"),
    ("UPDATE people_answer SET note = 'x' WHERE assessment_id = %s"),
    ("DELETE FROM people_answer WHERE assessment_id = %s"),
    ("UPDATE people_wellbeing SET significant = NULL WHERE assessment_id = %s"),
    ("DELETE FROM people_wellbeing WHERE assessment_id = %s"),
    ("UPDATE people_assessment SET state = 'open' WHERE id = %s"),
    ("UPDATE people_assessment SET own_words = 'x' WHERE id = %s"),
    ("UPDATE people_assessment SET cause = NULL WHERE id = %s"),
    ("UPDATE people_said SET words = 'x' WHERE assessment_id = %s"),
    ("DELETE FROM people_said WHERE assessment_id = %s"),
    (
        "INSERT INTO people_wellbeing (assessment_id, part, significant, own_words, note) "
        "SELECT id, 'wealth', NULL, '', '' FROM people_assessment WHERE id = %s"
    ),
    (
        "INSERT INTO people_answer (assessment_id, outcome, own_words, note) "
        "SELECT id, 'wealth', '', '' FROM people_assessment WHERE id = %s"
    ),
]


def decided_with_voice() -> Assessment:
    """A determined assessment in which the person had said something."""
    case = a_case()
    a = with_person(case)
    services.say(case.self, a, "words", 0, "Singing.")
    services.turn_in(case.self, a)
    a = answer_all(case, Assessment.objects.select_related("person").get(pk=a.pk))
    services.determine(case.actor, a, a.version, eligible=True, reasons=REASONS, decided_on=today())
    return a


@pytest.mark.parametrize("sql", AFTER)
def test_nothing_of_a_determined_assessment_changes(sql: str) -> None:
    assert refused(sql, [decided_with_voice().pk])


@pytest.mark.parametrize("sql", [s for s in AFTER if "people_determination" not in s and "people_said" not in s])
def test_the_same_statements_are_let_through_before(sql: str) -> None:
    """Otherwise the test above would prove nothing."""
    case = a_case()
    a = answer_all(case, case.assessment())
    sql = sql.replace("own_words = 'x'", "own_words = 'y'").replace("state = 'open'", "state = 'to_determine'")
    assert not refused(sql, [a.pk])


@pytest.mark.parametrize("sql", [s for s in AFTER if not s.startswith("INSERT")])
def test_an_erased_record_may_be_emptied(sql: str) -> None:
    a = decided_with_voice()
    a.person.erased_at = timezone.now()
    a.person.save()
    assert not refused(sql, [a.pk])


def test_a_migration_can_take_the_triggers_off_and_make_them_again() -> None:
    a = decided_with_voice()
    assert triggers.missing(connection) == []
    connection.check_constraints()  # what waits for the end of the transaction is done first
    triggers.drop(connection)
    assert len(triggers.missing(connection)) == 13
    assert not refused("UPDATE people_determination SET reasons = 'forged' WHERE assessment_id = %s", [a.pk])
    connection.check_constraints()
    triggers.make(connection)
    assert triggers.missing(connection) == []
    assert refused("UPDATE people_determination SET reasons = 'forged' WHERE assessment_id = %s", [a.pk])


def test_a_merge_may_move_a_determined_assessment_to_the_record_that_is_kept() -> None:
    a = determined(a_case())
    kept = a_case().person
    assert not refused("UPDATE people_assessment SET person_id = %s WHERE id = %s", [kept.pk, a.pk])


def test_a_row_cannot_be_moved_into_a_determined_assessment() -> None:
    a, case = decided_with_voice(), a_case()
    other = answer_all(case, case.assessment())
    sql = "UPDATE people_answer SET assessment_id = %s, outcome = 'x' WHERE assessment_id = %s AND outcome = 'toilet'"
    assert refused(sql, [a.pk, other.pk])


def test_putting_another_in_its_place_does_not_slip_past_the_triggers_of_removal() -> None:
    """SQLite's REPLACE removes a row without asking them; PostgreSQL's upsert changes it."""
    a = decided_with_voice()
    columns = "assessment_id, eligible, test_says, reasons, advice, trace, decided_on, decided_by_id, made_at"
    replace, upsert = ("OR REPLACE", "") if connection.vendor == "sqlite" else (
        "", "ON CONFLICT (assessment_id) DO UPDATE SET reasons = 'forged'"
    )  # fmt: skip
    sql = (
        f"INSERT {replace} INTO people_determination ({columns}) SELECT {columns.replace('reasons', repr('forged'))} "
        f"FROM people_determination WHERE assessment_id = %s {upsert}"
    )
    assert refused(sql, [a.pk])


@pytest.mark.parametrize("verb", ["INSERT", "UPDATE", "DELETE"])
def test_what_the_person_said_is_written_only_while_it_is_with_them(verb: str) -> None:
    case = a_case()
    a = with_person(case)
    services.say(case.self, a, "words", 0, "Singing.")
    sql = {
        "INSERT": (
            "INSERT INTO people_said (assessment_id, part, version, words, chosen, by_id, at) "
            "SELECT assessment_id, 'toilet', 1, 'x', chosen, by_id, at FROM people_said WHERE assessment_id = %s"
        ),
        "UPDATE": "UPDATE people_said SET words = 'x' WHERE assessment_id = %s",
        "DELETE": "DELETE FROM people_said WHERE assessment_id = %s",
    }[verb]
    assert refused(sql, [a.pk]) is (verb == "DELETE")
    services.turn_in(case.self, a)
    assert refused(sql, [a.pk])


ROWS: list[tuple[type[Any], dict[str, Any], str]] = [
    (Assessment, {"kind": "child"}, "people_assessment_kind_known"),
    (Assessment, {"depth": "deep"}, "people_assessment_depth_known"),
    (Assessment, {"state": "lost"}, "people_assessment_state_known"),
    (Assessment, {"state": "stopped", "stopped_why": ""}, "people_assessment_stop_says_why"),
    (Assessment, {"returned_at": timezone.now()}, "people_assessment_return_says_who"),
    (Answer, {"applies": False, "endangers": True}, "people_answer_that_applies"),
]


@pytest.mark.parametrize(("model", "fields", "name"), ROWS)
def test_a_row_that_says_what_cannot_be_is_refused(model: type[Any], fields: dict[str, Any], name: str) -> None:
    case = a_case()
    a = case.assessment()
    Answer.objects.create(assessment=a, outcome="nutrition")
    key = "pk" if model is Assessment else "assessment_id"
    with pytest.raises(DatabaseError, match=name), transaction.atomic():
        model.objects.filter(**{key: a.pk}).update(**fields)


def test_two_of_a_kind_are_refused() -> None:
    case = a_case()
    a = with_person(case)
    Answer.objects.create(assessment=a, outcome="nutrition")
    Wellbeing.objects.create(assessment=a, part="dignity")
    Said.objects.create(assessment=a, part="words", by=case.holder)
    again: list[tuple[type[Any], dict[str, Any]]] = [
        (Assessment, {"person": case.person, "kind": "adult", "begun_on": today()}),
        (Answer, {"assessment": a, "outcome": "nutrition"}),
        (Wellbeing, {"assessment": a, "part": "dignity"}),
        (Said, {"assessment": a, "part": "words", "by": case.holder}),
    ]
    for model, fields in again:
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.create(**fields)


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"reasons": ""}, "people_determination_says_why"),
        ({"eligible": False, "advice": ""}, "people_determination_advises"),
    ],
)
def test_a_determination_says_why_and_advises_whoever_is_not_eligible(fields: dict[str, Any], name: str) -> None:
    case = a_case()
    given: dict[str, Any] = {
        "assessment": case.assessment(), "eligible": True, "reasons": REASONS, "trace": [], "decided_on": today(),
        "decided_by": case.worker,
    }  # fmt: skip
    with pytest.raises(DatabaseError, match=name), transaction.atomic():
        Determination.objects.create(**(given | fields))
