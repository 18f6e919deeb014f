"""The rules that the database itself keeps over the audit's four tables, for SQLite and PostgreSQL.

- No row changes, ever. No row goes, except a detail whose event an erasure names.
- An event has the number after the newest one's and is sealed to it; a detail, an erasure and a checkpoint belong to
  the newest event, so that nothing is slipped in later.
- SQLite's REPLACE removes the rows that are in the way without asking the triggers of removal, whether they have the
  same key, the same seal or the same hidden rowid: whatever would be in the way is refused before it is put in.
- PostgreSQL's TRUNCATE is refused while there are rows; the triggers fire in every replication role.

Who owns the database can still drop a trigger or write the file: the chain of seals then says so (``verify``), and a
copy of a checkpoint says so when the whole chain was made anew. On SQLite a later migration that remakes one of these
tables loses its triggers and has to end with ``make``; ``missing`` would say so, and records are then refused.
"""

# ruff: noqa: S608  (the statements are made of the names and words below, and of nothing that anybody gives)

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

TABLES = ("audit_event", "audit_detail", "audit_erasure", "audit_checkpoint")
ERASE = "audit.detail.erase"  # the verb of the event that erasures belong to
SIGN = "audit.checkpoint.sign"  # the verb of the event that a checkpoint signs
FIRST = "0" * 64
NEWEST = "(SELECT max(number) FROM audit_event)"
KEYS = {
    "audit_event": "number",
    "audit_detail": "event_id",
    "audit_erasure": "erased_id",
    "audit_checkpoint": "event_id",
}

# What is wrong with a new row, as a condition over NEW; the same words for both databases.
REFUSED = {
    "audit_event": (
        ("its number is not the next one", f"NEW.number <> coalesce({NEWEST}, 0) + 1"),
        (
            "it is not sealed to the newest event",
            f"NEW.previous <> coalesce((SELECT seal FROM audit_event ORDER BY number DESC LIMIT 1), '{FIRST}')",
        ),
        ("its seal is that of another event", "EXISTS (SELECT 1 FROM audit_event WHERE seal = NEW.seal)"),
        ("its seal is not 64 digits", "length(NEW.seal) <> 64"),
    ),
    "audit_detail": (
        ("its event is not the newest one", f"NEW.event_id <> coalesce({NEWEST}, 0)"),
        ("its event has a detail", "EXISTS (SELECT 1 FROM audit_detail WHERE event_id = NEW.event_id)"),
        (
            "its event was sealed without a detail",
            "EXISTS (SELECT 1 FROM audit_event WHERE number = NEW.event_id AND detail_seal = '')",
        ),
    ),
    "audit_erasure": (
        (
            "it does not belong to the newest event, or that erases nothing",
            f"NOT EXISTS (SELECT 1 FROM audit_event WHERE number = NEW.by_id AND number = {NEWEST} "
            f"AND verb = '{ERASE}')",
        ),
        ("the detail is erased", "EXISTS (SELECT 1 FROM audit_erasure WHERE erased_id = NEW.erased_id)"),
        (
            "there is no such detail to erase",
            "NOT EXISTS (SELECT 1 FROM audit_event WHERE number = NEW.erased_id AND number < NEW.by_id "
            "AND detail_seal <> '')",
        ),
    ),
    "audit_checkpoint": (
        (
            "it does not sign the newest event",
            f"NOT EXISTS (SELECT 1 FROM audit_event WHERE number = NEW.event_id AND number = {NEWEST} "
            f"AND seal = NEW.seal AND verb = '{SIGN}')",
        ),
        ("the event is signed", "EXISTS (SELECT 1 FROM audit_checkpoint WHERE event_id = NEW.event_id)"),
    ),
}


def make(connection: BaseDatabaseWrapper) -> None:
    """Make the triggers. Raises the database's own error when they are there already."""
    with connection.cursor() as cursor:
        for sql in _sqlite().values() if connection.vendor == "sqlite" else _postgresql(_schema(connection)):
            cursor.execute(sql)


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The names of the triggers that are not there, not the ones that Evenhand made, or switched off. One query."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            held = dict(cursor.fetchall())
            return [name for name, sql in _sqlite().items() if held.get(name) != sql]
        cursor.execute(
            "SELECT t.tgname, p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid "
            "WHERE t.tgenabled = 'A' AND t.tgrelid IN (SELECT to_regclass(x) FROM unnest(%s::text[]) x)",
            [list(TABLES)],
        )
        held = dict(cursor.fetchall())
    return [name for name, _, _, body in _functions() if held.get(name) != body]


# --- SQLite ---------------------------------------------------------------------------------------------------------


def _sqlite() -> dict[str, str]:
    """Name -> statement."""
    made = {}
    for table in TABLES:
        made[f"{table}_no_update"] = _stop(f"{table}_no_update", f"UPDATE ON {table}", "1", "no row changes", table)
        erased = "NOT EXISTS (SELECT 1 FROM audit_erasure WHERE erased_id = OLD.event_id)"
        when = erased if table == "audit_detail" else "1"
        made[f"{table}_no_delete"] = _stop(f"{table}_no_delete", f"DELETE ON {table}", when, "no row goes", table)
        in_the_way = f"EXISTS (SELECT 1 FROM {table} WHERE rowid = NEW.rowid)"
        rules = (*REFUSED[table], ("another row is in its place", in_the_way))
        checks = " ".join(f"SELECT RAISE(ABORT, '{_words(table, why)}') WHERE {when};" for why, when in rules)
        name = f"{table}_insert"
        made[name] = f"CREATE TRIGGER {name} BEFORE INSERT ON {table} BEGIN {checks} END"
    return made


def _stop(name: str, what: str, when: str, why: str, table: str) -> str:
    return f"CREATE TRIGGER {name} BEFORE {what} WHEN {when} BEGIN SELECT RAISE(ABORT, '{_words(table, why)}'); END"


def _words(table: str, why: str) -> str:
    return f"{table} is only ever added to: {why}"


# --- PostgreSQL -----------------------------------------------------------------------------------------------------


def _functions() -> list[tuple[str, str, str, str]]:
    """Of each trigger: its name (and its function's), when it fires, for what, and the body of the function."""
    made = []
    for table in TABLES:
        checks = "".join(f" IF {when} THEN {_refuse(table, why)} END IF;" for why, when in REFUSED[table])
        made.append((f"{table}_insert", f"INSERT ON {table}", "ROW", f"BEGIN{checks} RETURN NEW; END"))
        stop = f"BEGIN {_refuse(table, 'no row changes')} END"
        made.append((f"{table}_no_update", f"UPDATE ON {table}", "ROW", stop))
        erased = "IF EXISTS (SELECT 1 FROM audit_erasure WHERE erased_id = OLD.event_id) THEN RETURN OLD; END IF;"
        gone = f"BEGIN {erased if table == 'audit_detail' else ''} {_refuse(table, 'no row goes')} END"
        made.append((f"{table}_no_delete", f"DELETE ON {table}", "ROW", gone))
        some = f"BEGIN IF EXISTS (SELECT 1 FROM {table}) THEN {_refuse(table, 'no row goes')} END IF; RETURN NULL; END"
        made.append((f"{table}_no_truncate", f"TRUNCATE ON {table}", "STATEMENT", some))
    return made


def _postgresql(schema: str) -> list[str]:
    """The statements in order. The functions look in the tables' own schema first: a temporary table fools nobody."""
    out = []
    for name, when, each, body in _functions():
        out.append(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET search_path = {schema}, pg_temp "
            f"AS $body${body}$body$"
        )
        out.append(f"CREATE TRIGGER {name} BEFORE {when} FOR EACH {each} EXECUTE FUNCTION {name}()")
        out.append(f"ALTER TABLE {when.split()[-1]} ENABLE ALWAYS TRIGGER {name}")
    return out


def _refuse(table: str, why: str) -> str:
    return f"RAISE EXCEPTION '{_words(table, why)}' USING ERRCODE = 'integrity_constraint_violation';"


def _schema(connection: BaseDatabaseWrapper) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        return str(cursor.fetchone()[0])
