"""The tables that pass from stage to stage, column by column, and the check that each stage's answer is one.

Coded columns hold the numbers of ``facts.cld.codes`` (NULL blank, 0 invalid). All dates are whole days.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

Schema = dict[str, str]

# Person detail and event, as one row of a submission holds them after reading: typed, mapped, pseudonymised.
_PERSON: Schema = {
    "gender": "int16", "ethnicity": "int16", "birth_year": "int16", "birth_month": "int16", "death": "date",
    "client": "int16", "psr": "int16", "accommodation": "int16", "employment": "int16", "has_carer": "int16",
    "funding": "int16",
}  # fmt: skip
_EVENT: Schema = {
    "event": "int16", "start": "date", "end": "date", "outcome": "int16", "service": "int16", "component": "int16",
    "mechanism": "int16",
}  # fmt: skip
_LINKS: Schema = {"la_person": "string", "link1": "string", "link2": "string", "link3": "string"}
# Raw text of the fields that tell events apart, as numbers: equal when the words are equal but for case and
# trailing spaces. Release 1 and Release 2 words of one value are different numbers (quirk RAW_KEYS).
_RAW: Schema = {
    "event_raw": "int32", "client_raw": "int32", "service_raw": "int32", "component_raw": "int32",
    "route_raw": "int32", "assessment_raw": "int32",
}  # fmt: skip
_COST: Schema = {"unit_cost": "decimal(18, 2)", "frequency": "int16", "units": "decimal(18, 2)"}

# One row a row read that could be used. record: where the row stands (submission, then row), by which it is found
# again; no figure turns on it (see pipeline.keys). submission: one council's one file, larger is later. nhs and
# la_person: pseudonyms (keyed hashes), or the ids themselves under --keep-ids.
RECORDS: Schema = {
    "record": "int64", "submission": "int32", "la": "string", "nhs": "string",
    **_PERSON, **_EVENT, **_LINKS, **_RAW, **_COST, "conversation": "int16",
}  # fmt: skip

# One row a submission: a council's rows in one file. derived_*: CLD.md 3.1, NULL where there is none.
SUBMISSIONS: Schema = {
    "submission": "int32", "la": "string", "file": "string", "imported": "timestamp", "stated_start": "date",
    "stated_end": "date", "derived_start": "date", "derived_end": "date", "rows": "int64",
}  # fmt: skip

# One row a surviving event (CLD.md 3). person: a whole number for each person id, across councils. end: corrected for
# death and cropped; NULL is open. raw_end: as submitted. ref_start, ref_end: the reference period of its submission.
MAIN: Schema = {
    "la": "string", "person": "int64", "record": "int64", "ref_start": "date", "ref_end": "date",
    **_PERSON, **_EVENT, "raw_end": "date", **_LINKS,
}  # fmt: skip

# The same from each council's latest single submission of the whole period, split further by cost (CLD.md 6).
SINGLE: Schema = {**MAIN, **_COST}

# One row a person id: the number that stands for it. pseudonym: what the council's own key makes of the id.
IDS: Schema = {"person": "int64", "pseudonym": "string"}

# One row a council and person (CLD.md 4). birth: the first day of the birth month. settled: 1 or 0.
PEOPLE: Schema = {
    "la": "string", "person": "int64", "birth": "date", "death": "date", "gender": "int16", "ethnicity": "int16",
    "psr": "int16", "accommodation": "int16", "settled": "int16", "employment": "int16", "funding": "int16",
    "has_carer": "int16",
}  # fmt: skip

# One row a council, person and part of a measure; for 2A and 2D a row a cluster (unit). age: whole years at the
# measure's own date, NULL unknown; band: "18-64", "65+", "unknown", or NULL for somebody not of the measure's age.
# why: the reason's key in the measure's YAML ("counted" in the numerator, "not_counted" in the denominator only,
# or what keeps the person out of both). record: the record that decided, NULL if none; of several the first in the
# file, so that it may be another one when the file is sorted otherwise.
DECISIONS: Schema = {
    "la": "string", "person": "int64", "measure": "string", "part": "string", "unit": "int64", "age": "int32",
    "band": "string", "gender": "int16", "denominator": "boolean", "numerator": "boolean", "why": "string",
    "record": "int64",
}  # fmt: skip

# What became of each row read (pipeline account): the counts add up to the rows read.
ACCOUNT: Schema = {"la": "string", "submission": "int32", "reason": "string", "rows": "int64"}


def declared(table: ir.Table, schema: Schema, stage: str) -> ir.Table:
    """The table with exactly the declared columns, in order and of their types; an undeclared answer is our fault.

    Raises AssertionError naming the stage and the columns that are missing.
    """
    missing = [name for name in schema if name not in table.columns]
    assert not missing, f"{stage} gives no {', '.join(missing)}"
    held = table.schema()
    return table.select(
        **{
            name: table[name] if held[name] == ibis.dtype(kind) else table[name].cast(kind)
            for name, kind in schema.items()
        }
    )
