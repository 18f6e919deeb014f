"""What the database itself keeps of assessments, for SQLite and PostgreSQL.

- A determination never changes and never goes.
- Once an assessment has a determination, its answers, its wellbeing, what the person said and its own fields stay as
  they are. Only ``person`` may move, when two records of one person are merged.
- What the person said is put in and changed only while the assessment is with them, and never goes.

A later migration that remakes one of these tables, or ``people_person``, on SQLite begins with ``drop`` and ends with
``make``: SQLite refuses to rename a table while a trigger names one that is missing, and a remade table has lost its
triggers. ``missing`` says what is not there.

An erased record is the exception: while ``people_person.erased_at`` is set, everything may be emptied or removed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

FIELDS = (
    "reference", "kind", "depth", "state", "easy_read", "own_words", "begun_on", "begun_by_id", "sent_at",
    "returned_at", "returned_by_id", "cause", "cause_note", "health_at_risk", "stopped_why",
)  # fmt: skip
ERASED = (
    "EXISTS (SELECT 1 FROM people_assessment a JOIN people_person p ON p.id = a.person_id "
    "WHERE a.id = {row}.assessment_id AND p.erased_at IS NOT NULL)"
)
DETERMINED = "EXISTS (SELECT 1 FROM people_determination d WHERE d.assessment_id = {row}.assessment_id)"
WITH_PERSON = (
    "EXISTS (SELECT 1 FROM people_assessment a WHERE a.id = {row}.assessment_id AND a.state = 'with_person')"
)  # fmt: skip
OWN_ERASED = "EXISTS (SELECT 1 FROM people_person p WHERE p.id = OLD.person_id AND p.erased_at IS NOT NULL)"
OWN_DETERMINED = "EXISTS (SELECT 1 FROM people_determination d WHERE d.assessment_id = OLD.id)"


ROWS = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}  # an update may move a row to another
# SQLite's REPLACE removes what is in the way without asking the triggers of removal.
IN_THE_WAY = "EXISTS (SELECT 1 FROM people_determination d WHERE d.assessment_id = NEW.assessment_id OR d.id = NEW.id)"


def _rules() -> list[tuple[str, str, str, str]]:
    """Each trigger: its name, when it fires, the condition to refuse, and the words. ``IS NOT`` is SQLite's."""
    moved = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in FIELDS)
    never = "a determination never changes"
    over = "the assessment was determined: nothing in it changes"
    theirs = "what a person said is changed by them alone, while it is with them"
    out = [
        ("people_determination_kept", "UPDATE ON people_determination", f"NOT {ERASED}".format(row="OLD"), never),
        ("people_determination_stays", "DELETE ON people_determination", f"NOT {ERASED}".format(row="OLD"), never),
        ("people_determination_once", "INSERT ON people_determination", IN_THE_WAY, never),
        (
            "people_assessment_kept", "UPDATE ON people_assessment",
            f"{OWN_DETERMINED} AND NOT {OWN_ERASED} AND ({moved})", over,
        ),
    ]  # fmt: skip
    for table in ("people_answer", "people_wellbeing"):
        for verb, rows in ROWS.items():
            refused = " OR ".join(f"({DETERMINED} AND NOT {ERASED})".format(row=row) for row in rows)
            out.append((f"{table}_kept_{verb.lower()}", f"{verb} ON {table}", refused, over))
    for verb, rows in ROWS.items():
        free = ERASED if verb == "DELETE" else f"{WITH_PERSON} AND NOT {DETERMINED} OR {ERASED}"
        refused = " OR ".join(f"NOT ({free})".format(row=row) for row in rows)
        out.append((f"people_said_kept_{verb.lower()}", f"{verb} ON people_said", refused, theirs))
    return out


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The names of the triggers that are not there."""
    table, column = ("sqlite_master", "name") if connection.vendor == "sqlite" else ("pg_trigger", "tgname")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table}")  # noqa: S608 - two fixed names
        held = {name for (name,) in cursor.fetchall()}
    return [name for name, _, _, _ in _rules() if name not in held]


def drop(connection: BaseDatabaseWrapper) -> None:
    """Take them off, as many as there are: for a migration on the way to ``make``, and for nothing else."""
    gone = set(missing(connection))
    with connection.cursor() as cursor:
        for name, when, _, _ in _rules():
            if name in gone:
                continue
            if connection.vendor == "sqlite":
                cursor.execute(f"DROP TRIGGER {name}")
            else:
                cursor.execute(f"DROP TRIGGER {name} ON {when.split()[-1]}")
                cursor.execute(f"DROP FUNCTION {name}()")


def make(connection: BaseDatabaseWrapper) -> None:
    """Make the triggers."""
    with connection.cursor() as cursor:
        for name, when, refused, words in _rules():
            if connection.vendor == "sqlite":
                held = refused.replace("IS DISTINCT FROM", "IS NOT")
                cursor.execute(
                    f"CREATE TRIGGER {name} BEFORE {when} WHEN {held} BEGIN SELECT RAISE(ABORT, '{words}'); END"
                )
                continue
            row = "OLD" if when.startswith("DELETE") else "NEW"
            cursor.execute(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT "
                f"AS $body$BEGIN IF {refused} THEN "
                f"RAISE EXCEPTION '{words}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
                f"RETURN {row}; END$body$"
            )
            cursor.execute(f"CREATE TRIGGER {name} BEFORE {when} FOR EACH ROW EXECUTE FUNCTION {name}()")
            cursor.execute(f"ALTER TABLE {when.split()[-1]} ENABLE ALWAYS TRIGGER {name}")
