"""The audit for a council's own log system: JSON lines, or the Common Event Format that such systems read.

A line an event, oldest first. Details, which hold personal data, are left out unless they are asked for; they exist in
JSON lines only. The export is itself an event, written before the first line.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, date, timedelta
from pathlib import Path
from typing import Any, Literal

from django.db import transaction

from evenhand import __version__
from evenhand.edition.home import full_disk, unfinished
from evenhand.facts.errors import EvenhandError, Where
from evenhand.site.audit.models import Event
from evenhand.site.audit.queries import midnight
from evenhand.site.audit.seals import moment
from evenhand.site.audit.services import Who, record

Format = Literal["jsonl", "cef"]
EXPORT = "audit.event.export"
CHUNK = 2_000
PLAIN = (
    "number",
    "at",
    "actor",
    "role",
    "verb",
    "subject",
    "case",
    "why",
    "request",
    "detail_seal",
    "previous",
    "seal",
)


def export(who: Who, first: date, last: date, format: Format, out: Path, *, details: bool = False) -> int:
    """Write the events of the days from ``first`` to ``last``, both whole, as London counts days; how many they were.

    The file is there whole or not at all, for its owner only. Raises EvenhandError for days the wrong way round, for
    details in CEF, for a file that is there already, and for one that cannot be written.
    """
    if last < first:
        raise EvenhandError(f"{last} is before {first}.", do="Give the earlier day with --from.")
    if details and format == "cef":
        raise EvenhandError("CEF has no place for details.", do="Leave --details out, or use --format jsonl.")
    if out.exists():
        raise EvenhandError("There is a file of this name.", where=Where(str(out)), do="Name another one with --out.")
    with full_disk(out.parent), unfinished(out) as part:
        part.unlink(missing_ok=True)
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            with transaction.atomic():
                asked = {"from": first, "to": last, "format": format, "details": details}
                record(who, EXPORT, "audit:events", why=", ".join(f"{name} {value}" for name, value in asked.items()))
            count = 0
            for row in rows(first, last, details=details):
                file.write((as_cef(row) if format == "cef" else as_json(row)) + "\n")
                count += 1
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, out)
    return count


def rows(first: date, last: date, *, details: bool = False) -> Iterator[dict[str, Any]]:
    """The events of these days by number, a chunk at a time; with ``details``, ``content`` as well."""
    begin, end = midnight(first), midnight(last + timedelta(days=1))
    names = (*PLAIN, "detail__content") if details else PLAIN
    found = Event.objects.filter(at__gte=begin, at__lt=end).order_by("number").values(*names)
    after = 0
    while chunk := list(found.filter(number__gt=after)[:CHUNK]):
        yield from chunk
        after = chunk[-1]["number"]


def as_json(row: dict[str, Any]) -> str:
    """One event as a line of JSON; its detail, when there is one, as ``before`` and ``after``."""
    out = {name: row[name] for name in PLAIN} | {"at": moment(row["at"])}
    if row.get("detail__content"):
        out |= json.loads(row["detail__content"])
    return json.dumps(out, ensure_ascii=False, separators=(",", ":"))


def as_cef(row: dict[str, Any]) -> str:
    """One event in the Common Event Format, version 0: a header of seven fields, then names with values."""
    head = "|".join(_header(part) for part in ("Evenhand", "Evenhand", __version__, row["verb"], row["verb"]))
    given = {
        "rt": str(int(row["at"].astimezone(UTC).timestamp() * 1000)), "externalId": str(row["number"]),
        "suid": row["actor"], "spriv": row["role"], "act": row["verb"], "reason": row["why"],
        "cs1Label": "subject", "cs1": row["subject"], "cs2Label": "case", "cs2": row["case"],
        "cs3Label": "request", "cs3": row["request"], "cs4Label": "seal", "cs4": row["seal"],
    }  # fmt: skip
    return f"CEF:0|{head}|3|" + " ".join(f"{name}={_value(value)}" for name, value in given.items() if value)


def _header(text: str) -> str:
    return _one_line(text).replace("\\", "\\\\").replace("|", "\\|")


def _value(text: str) -> str:
    return "\\n".join(text.replace("\\", "\\\\").replace("=", "\\=").splitlines())


def _one_line(text: str) -> str:
    return " ".join(text.splitlines())
