"""Rows of client-level data, written so that a person can read them.

``main("Comm MPB HS 2023-05-10→2025-03-31, born 1950-06")`` is a MAIN table of one row. Rows are apart by ";" or a new
line; in a row, words come first, in any order, then details, each after a comma.

Words: a service (Comm Res Nur Pris STMax STlow STother, and for unpaid carers DTC, and CIP: involving the person cared
for), a mechanism (DP MPB COM), a component (HS home support, DS day support, LR LN long-term residential and nursing,
STR STN short-term ones, DPc direct payment, SL Shared Lives, CSL supported living, EC extra care, RB reablement, EQ
equipment, RESP respite), an event (Request Assessment Review, else a service), ``Carer`` or ``KBA`` (carer known by
association), and its dates: ``2023-05-10→2025-03-31``, ``2023-05-10→`` or ``2023-05-10→∞`` for one that is open.

Details: ``born 1950-06``, ``died 2025-03-31``, ``ref 2024-04-01→2025-03-31``, ``cost 700 WEEKLY 1``, ``links p q``, or
any column and its value: a code's number or name, ``invalid`` or ``blank``: ``psr LEARNING_DISABILITY``,
``outcome DECLINED``, ``accommodation 20``, ``person 2``, ``la B``, ``record 900``, ``nhs blank``, ``la_person 456``,
``submission 2``, ``service_raw 77``, ``raw_end 2024-05-01``.

What is not said: council A, person 1, a female service user with personal care support, accommodation unknown, the
reference period 2024-25, submission 1, records numbered from 1 in the order written, and raw words that are the same
where their codes are.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from enum import IntEnum
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from evenhand.facts.cld import codes
from evenhand.facts.cld.codes import ClientType, Component, EventType, Mechanism, ServiceType
from evenhand.measures.cld import tables

Cells = dict[str, Any]

SERVICES = {
    "Comm": ServiceType.COMMUNITY, "Res": ServiceType.RESIDENTIAL, "Nur": ServiceType.NURSING,
    "Pris": ServiceType.PRISON, "STMax": ServiceType.ST_MAX, "STlow": ServiceType.LOW_LEVEL,
    "STother": ServiceType.OTHER_SHORT_TERM, "DTC": ServiceType.CARER_DIRECT,
    "CIP": ServiceType.CARER_INVOLVING_PERSON,
}  # fmt: skip
MECHANISMS = {"DP": Mechanism.DIRECT_PAYMENT, "MPB": Mechanism.MANAGED_BUDGET, "COM": Mechanism.COMMISSIONED}
COMPONENTS = {
    "HS": Component.HOME_SUPPORT, "DS": Component.DAY_SUPPORT, "LR": Component.LONG_TERM_RESIDENTIAL,
    "LN": Component.LONG_TERM_NURSING, "STR": Component.SHORT_TERM_RESIDENTIAL, "STN": Component.SHORT_TERM_NURSING,
    "DPc": Component.DIRECT_PAYMENT, "SL": Component.SHARED_LIVES, "CSL": Component.SUPPORTED_LIVING,
    "EC": Component.EXTRA_CARE, "RB": Component.REABLEMENT, "EQ": Component.EQUIPMENT, "RESP": Component.CARER_RESPITE,
}  # fmt: skip
EVENTS = {event.name.capitalize(): event for event in EventType}
CLIENTS = {"Carer": ClientType.CARER, "KBA": ClientType.CARER_BY_ASSOCIATION}

# Columns whose values have names.
NAMED: dict[str, type[IntEnum]] = {
    "gender": codes.Gender, "ethnicity": codes.Ethnicity, "client": ClientType, "psr": codes.Reason,
    "accommodation": codes.Accommodation, "employment": codes.Employment, "has_carer": codes.YesNo,
    "funding": codes.Funding, "event": EventType, "outcome": codes.Outcome, "service": ServiceType,
    "component": Component, "mechanism": Mechanism, "frequency": codes.Frequency,
}  # fmt: skip
DEFAULTS: Cells = {
    "la": "A", "person": 1, "submission": 1, "event": EventType.SERVICE, "client": ClientType.SERVICE_USER,
    "psr": codes.Reason.PHYSICAL_PERSONAL_CARE, "gender": codes.Gender.FEMALE,
    "accommodation": codes.Accommodation.UNKNOWN, "ref_start": dt.date(2024, 4, 1), "ref_end": dt.date(2025, 3, 31),
}  # fmt: skip
KINDS: tables.Schema = {**tables.MAIN, **tables.RECORDS}
RAW = {"event_raw": "event", "client_raw": "client", "service_raw": "service", "component_raw": "component"}


def cells(*texts: str, **more: Any) -> list[Cells]:
    """Each row as its columns by name, of every table there is; more: columns of all rows that do not say theirs."""
    lines = [line.strip() for text in texts for line in re.split("[;\n]", text) if line.strip()]
    out = []
    for number, line in enumerate(lines, start=1):
        row = {**DEFAULTS, "record": number, **more, **_read(line)}
        row.setdefault("nhs", f"N{row['person']}")
        row.setdefault("raw_end", row.get("end"))
        out.append({raw: row.get(coded) for raw, coded in RAW.items()} | row)
    return out


def table(rows: list[Cells], schema: tables.Schema) -> ir.Table:
    """The rows as an Ibis table of the declared columns, for either engine."""
    shape = ibis.schema(schema).to_pyarrow()
    return ibis.memtable(
        pa.table({name: pa.array([row.get(name) for row in rows], shape.field(name).type) for name in schema}, shape)
    )


def main(*texts: str, **more: Any) -> ir.Table:
    """MAIN from short-hand; ``end`` is what is written, and ``raw_end`` too unless said."""
    return table(cells(*texts, **more), tables.MAIN)


def single(*texts: str, **more: Any) -> ir.Table:
    """SINGLE from short-hand, with costs."""
    return table(cells(*texts, **more), tables.SINGLE)


def records(*texts: str, **more: Any) -> ir.Table:
    """RECORDS from short-hand: ``end`` is the raw end; the NHS pseudonym is N and the person's number, unless said."""
    return table(cells(*texts, **more), tables.RECORDS)


def _read(line: str) -> Cells:
    words, *details = (part.strip() for part in line.split(","))
    row: Cells = {}
    for word in words.split():
        row |= _word(word, line)
    for detail in details:
        name, _, text = detail.partition(" ")
        row |= _detail(name, text.strip(), line)
    return row


def _word(word: str, line: str) -> Cells:
    if "→" in word:
        start, end = span(word)
        return {"start": start, "end": end}
    if word in SERVICES:
        service = SERVICES[word]
        carer = {"client": ClientType.CARER} if service in codes.CARER_SUPPORT else {}
        return {"service": service, **carer}
    if word == "KBA":
        return {"client": ClientType.CARER_BY_ASSOCIATION, "event": None}
    for names, column in ((MECHANISMS, "mechanism"), (COMPONENTS, "component"), (EVENTS, "event"), (CLIENTS, "client")):
        if word in names:
            return {column: names[word]}
    raise AssertionError(f"no word {word!r} in {line!r}")


def _detail(name: str, text: str, line: str) -> Cells:
    if name == "born":
        year, month = text.split("-")
        return {"birth_year": int(year), "birth_month": int(month)}
    if name == "died":
        return {"death": dt.date.fromisoformat(text)}
    if name == "ref":
        start, end = span(text)
        return {"ref_start": start, "ref_end": end}
    if name == "cost":
        return dict(zip(("unit_cost", "frequency", "units"), _cost(text), strict=False))
    if name == "links":
        return {f"link{number}": link for number, link in enumerate(text.split(), start=1)}
    assert name in KINDS, f"no detail {name!r} in {line!r}"
    return {name: _value(name, text)}


def _cost(text: str) -> list[Any]:
    columns = ("unit_cost", "frequency", "units")
    return [_value(name, word) for name, word in zip(columns, text.split(), strict=False)]


def _value(name: str, text: str) -> Any:
    kind = KINDS[name]
    if text == "blank":
        return None
    if text == "invalid":
        return codes.INVALID
    if kind == "string":
        return text
    if kind == "date":
        return dt.date.fromisoformat(text)
    if kind.startswith("decimal"):
        return Decimal(text)
    return int(text) if text.lstrip("-").isdigit() else NAMED[name][text]


def span(text: str) -> tuple[dt.date, dt.date | None]:
    """The two dates of ``2024-04-01→2025-03-31``; the second is None for nothing or ∞."""
    start, end = text.split("→")
    return dt.date.fromisoformat(start), dt.date.fromisoformat(end) if end not in ("", "∞") else None
