"""A record in the short-hand of the tests, so that a person can read what went wrong and put it into a test."""

from __future__ import annotations

from collections.abc import Mapping

from evenhand.measures.cld import tables
from tests.measures.cld import rows
from tests.measures.cld.naive.logic import Row

APART = 10  # submissions of one council and the next
WORDS: dict[str, Mapping[str, int]] = {
    "service": rows.SERVICES,
    "mechanism": rows.MECHANISMS,
    "component": rows.COMPONENTS,
}
DETAILS = ("ref_start", "ref_end", "person", "la", "start", "end", "birth_year", "birth_month", "death", "record")


def short_hand(row: Row) -> str:
    """A row as ``rows.records`` reads it, but for its council."""
    words: list[str] = []
    details: list[str] = []
    for name, known in WORDS.items():
        word = {int(value): word for word, value in known.items()}.get(row[name]) if row[name] else None
        if word:
            words.append(word)
        elif row[name] is not None:
            details.append(f"{name} {row[name]}")
    if row["start"]:
        words.append(f"{row['start']}→{row['end'] or ''}")
    else:
        details.append(f"end {row['end'] or 'blank'}")
    if row["birth_year"] and row["birth_month"]:
        details.append(f"born {row['birth_year']}-{row['birth_month']:02}")
    else:
        details += [f"{name} {row[name]}" for name in ("birth_year", "birth_month") if row[name]]
    if row["death"]:
        details.append(f"died {row['death']}")
    for name in tables.RECORDS:
        if name in WORDS or name in DETAILS:
            continue
        value = row[name] % APART if name == "submission" else row[name]
        default = row[rows.RAW[name]] if name in rows.RAW else rows.DEFAULTS.get(name)
        if value != default:
            details.append(f"{name} {'blank' if value is None else value}")
    return ", ".join([" ".join(words), f"record {row['record'] % 1000}", *details])
