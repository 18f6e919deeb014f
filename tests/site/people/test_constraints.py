"""The database itself refuses what cannot be, whoever writes to it: each rule is tried in raw SQL."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import CheckConstraint, Model, UniqueConstraint

from evenhand.site.accounts.models import User
from evenhand.site.people.models import (
    Access,
    Allocation,
    BreakGlass,
    CapacityDecision,
    ErasureRequest,
    Link,
    Merge,
    NamedReader,
    NameGram,
    Person,
    SafeguardingConcern,
)
from tests.site import records
from tests.site.people.conftest import House

pytestmark = pytest.mark.django_db
NOW, LATER = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
DAY, BEFORE = date(2026, 1, 1), date(2025, 1, 1)


def change(row: Model, **columns: Any) -> None:
    """UPDATE in raw SQL, past every check of Python's."""
    assigned = ", ".join(f'"{name}" = %s' for name in columns)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f'UPDATE "{row._meta.db_table}" SET {assigned} WHERE id = %s', [*columns.values(), row.pk])


def copy(row: Model, **columns: Any) -> None:
    """INSERT in raw SQL of a row like this one."""
    fields = [field for field in row._meta.concrete_fields if field.column not in ("id",)]
    if "reference" in [field.column for field in fields]:
        columns = {"reference": "zzzzzzzzzzz1"} | columns
    names = ", ".join(f'"{field.column}"' for field in fields)
    chosen = ", ".join("%s" if field.column in columns else f'"{field.column}"' for field in fields)
    values = [columns[field.column] for field in fields if field.column in columns]
    with transaction.atomic(), connection.cursor() as cursor:
        table = row._meta.db_table
        cursor.execute(
            f'INSERT INTO "{table}" ({names}) SELECT {chosen} FROM "{table}" WHERE id = %s', [*values, row.pk]
        )


@pytest.fixture
def rows(house: House) -> dict[str, Any]:
    person, other, user = house.person, records.a_person(), house.practitioner
    citizen = records.citizen(person)
    NameGram.objects.filter(person=person).delete()
    return {
        "person": person, "other": other, "user": user, "manager": house.manager,
        "gram": NameGram.objects.create(person=person, gram="abc"),
        "link": Link.objects.create(person=person, kind="carer", other=other, began=DAY),
        "capacity": CapacityDecision.objects.create(
            person=person, decision="d", has_capacity=True, reasons="r", decided_on=DAY, decided_by=user),
        "concern": SafeguardingConcern.objects.create(person=person, what="w", raised_on=DAY, raised_by=user),
        "merge": Merge.objects.create(kept=person, gone=other, moved={}, why="w", made_by=user),
        "allocation": Allocation.objects.get(person=person),
        "access": Access.objects.get(person=person, user=citizen),
        "reader": NamedReader.objects.create(person=person, user=user, given_by=user),
        "glass": BreakGlass.objects.create(person=person, user=user, why="w", opened_at=NOW, until=LATER),
        "erasure": ErasureRequest.objects.create(person=person, why="w", asked_by=user),
    }  # fmt: skip


# The rule of the database, which row, what is written to it; names of rows stand for their ids.
CHANGES: list[tuple[str, str, dict[str, Any]]] = [
    ("people_person_nhs_number_form", "person", {"nhs_number": "943476591"}),
    ("people_person_nhs_number_form", "person", {"nhs_number": "94347659x9"}),
    ("people_person_nhs_number_form", "person", {"nhs_number": ""}),
    ("people_person_council_id_form", "person", {"council_id": ""}),
    ("people_person_has_name", "person", {"name": ""}),
    ("people_person_born_to_agrees", "person", {"born": None}),
    ("people_person_born_to_agrees", "person", {"born_to": "unknown"}),
    ("people_person_born_to_known", "person", {"born_to": "decade"}),
    ("people_person_reason_known", "person", {"reason": "because"}),
    ("people_person_contact_by_known", "person", {"contact_by": "pigeon"}),
    ("people_person_adult_or_carer", "person", {"is_adult": False}),
    ("people_person_died_after_birth", "person", {"died": date(1949, 1, 1)}),
    ("people_person_not_merged_into_itself", "person", {"merged_into_id": "person"}),
    ("people_link_kind_known", "link", {"kind": "enemy"}),
    ("people_link_person_or_name", "link", {"name": "Somebody"}),
    ("people_link_person_or_name", "link", {"other_id": None}),
    ("people_link_not_to_oneself", "link", {"other_id": "person"}),
    ("people_link_ends_after", "link", {"ended": BEFORE}),
    ("people_capacity_says_what_and_why", "capacity", {"decision": ""}),
    ("people_capacity_says_what_and_why", "capacity", {"reasons": ""}),
    ("people_concern_says_what", "concern", {"what": ""}),
    ("people_concern_close_says_who", "concern", {"closed_on": DAY}),
    ("people_concern_close_says_who", "concern", {"closed_by_id": "user"}),
    ("people_concern_closes_after", "concern", {"closed_on": BEFORE, "closed_by_id": "user"}),
    ("people_merge_of_two", "merge", {"gone_id": "person"}),
    ("people_merge_undo_says_who", "merge", {"undone_at": NOW}),
    ("people_allocation_ends_after", "allocation", {"ended_at": datetime(2000, 1, 1, tzinfo=UTC)}),
    ("people_access_standing_known", "access", {"standing": "friend"}),
    ("people_access_end_says_who", "access", {"ended_at": LATER}),
    ("people_access_end_says_who", "access", {"ended_by_id": "user"}),
    ("people_glass_says_why", "glass", {"why": ""}),
    ("people_glass_ends_after", "glass", {"until": datetime(2025, 1, 1, tzinfo=UTC)}),
    ("people_glass_review_says_who", "glass", {"reviewed_at": LATER}),
    ("people_glass_reviewed_by_another", "glass", {"reviewed_at": LATER, "reviewed_by_id": "user"}),
    ("people_erasure_says_why", "erasure", {"why": ""}),
    ("people_erasure_confirm_says_who", "erasure", {"confirmed_at": LATER}),
    ("people_erasure_by_another", "erasure", {"confirmed_at": LATER, "confirmed_by_id": "user"}),
    ("people_erasure_withdrawn_says_who", "erasure", {"withdrawn_at": LATER}),
    ("people_erasure_confirm_says_who", "erasure", {"confirmed_at": LATER, "confirmed_by_id": "manager",
                                                    "withdrawn_at": LATER, "withdrawn_by_id": "user"}),
]  # fmt: skip
COPIES: list[tuple[str, str, dict[str, Any]]] = [
    ("people_person_nhs_number_once", "person", {"council_id": None}),
    ("people_person_council_id_once", "person", {"nhs_number": None, "council_id": "LOWER"}),
    ("people_namegram_once", "gram", {}),
    ("people_link_once_at_a_time", "link", {}),
    ("people_merge_once_at_a_time", "merge", {}),
    ("people_allocation_once_at_a_time", "allocation", {}),
    ("people_access_once_at_a_time", "access", {"standing": "supporter"}),
    ("people_access_one_holder", "access", {"user_id": "user"}),
    ("people_namedreader_once_at_a_time", "reader", {}),
    ("people_erasure_once_asked", "erasure", {}),
]


def _filled(rows: dict[str, Any], columns: dict[str, Any]) -> dict[str, Any]:
    filled = {
        name: rows[value].pk if name.endswith("_id") and value in rows else value for name, value in columns.items()
    }
    return {name: rows["person"].council_id.lower() if value == "LOWER" else value for name, value in filled.items()}


@pytest.mark.parametrize(("rule", "row", "columns"), CHANGES)
def test_a_change_that_breaks_a_rule(rows: dict[str, Any], rule: str, row: str, columns: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match=rule):
        change(rows[row], **_filled(rows, columns))


@pytest.mark.parametrize(("rule", "row", "columns"), COPIES)
def test_a_second_row_that_breaks_a_rule(rows: dict[str, Any], rule: str, row: str, columns: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match=rule if connection.vendor == "postgresql" else "UNIQUE"):
        copy(rows[row], **_filled(rows, columns))


def test_a_copy_that_breaks_no_rule_is_taken(rows: dict[str, Any]) -> None:
    """The tests above fail for their rule, and not because a copy never works."""
    copy(rows["person"], nhs_number=None, council_id=None)
    copy(rows["link"], kind="family")


def test_every_rule_of_these_tables_is_tried() -> None:
    tried = {rule for rule, _, _ in (*CHANGES, *COPIES)}
    models = (Person, NameGram, Link, CapacityDecision, SafeguardingConcern, Merge, Allocation, Access, NamedReader,
              BreakGlass, ErasureRequest)  # fmt: skip
    rules = {
        rule.name
        for model in models
        for rule in model._meta.constraints
        if isinstance(rule, CheckConstraint | UniqueConstraint)
    }
    assert tried == rules


def test_a_merged_record_keeps_its_numbers_beside_the_one_that_is_kept(rows: dict[str, Any]) -> None:
    number = rows["person"].nhs_number
    change(rows["other"], merged_into_id=rows["person"].pk, nhs_number=number)
    assert Person.objects.filter(nhs_number=number).count() == 2


def test_a_user_who_did_anything_here_cannot_be_deleted(rows: dict[str, Any]) -> None:
    def delete() -> None:
        with transaction.atomic():
            User.objects.filter(pk=rows["user"].pk)._raw_delete(using="default")
            connection.check_constraints()

    with pytest.raises(IntegrityError):
        delete()
