"""What every reader hands over: one tidy frame of observations, and everything it could not accept.

A reader turns one publisher's file into a ``ReadResult``. One row of ``observations`` is one cell of the file,
kept with the place it came from. A cell that holds a symbol instead of a number keeps the symbol's *status*; a
cell that cannot be accepted is not an observation but a row of ``rejects`` with sheet, row, column and reason.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

OBSERVATION: dict[str, pl.DataType | type[pl.DataType]] = {
    # the publisher's own id of what is counted, spelled one way ("3D(1a)", "1C(2A)", "dp_clients")
    "item": pl.String,
    # "2024-25", "mid-2023", or "2019"
    "period": pl.String,
    # council | region | council_type | country
    "level": pl.String,
    # register id: a council's slug, or the code in facts/data/areas.csv
    "area": pl.String,
    # which people or money, one column a dimension; "all" where the file does not divide
    "age": pl.String,  # all, 18-64, 65+, 65-74, 75-84, 85+, under-18 ...
    "sex": pl.String,  # all, female, male
    "reason": pl.String,  # all, or a primary support reason / client group as facts/data/client_groups.csv spells it
    "setting": pl.String,  # all, or a support setting ("direct-payments", "nursing", ...)
    # numerator | denominator | value | margin_of_error | respondents | count | amount
    "part": pl.String,
    # people | percent | score | per_100000 | pence | weeks | hours | index | per_km2 | degrees | providers
    "unit": pl.String,
    # null exactly when status has no value. Amounts of money are whole pence (exact in a float up to 9e15)
    "value": pl.Float64,
    # published | suppressed | missing | not_applicable (a reader never derives)
    "status": pl.String,
    # anything the cell said besides its number: a bracketed alternative, the publisher's symbol
    "note": pl.String,
    # where it came from
    "sheet": pl.String,
    "row": pl.Int32,
    "column": pl.String,
}

REJECT: dict[str, pl.DataType | type[pl.DataType]] = {
    "severity": pl.String,  # rejected: not used at all | warning: used, and worth a look
    "sheet": pl.String,
    "row": pl.Int32,
    "column": pl.String,
    "found": pl.String,  # what the cell said, cut to 80 characters
    "reason": pl.String,  # a plain sentence
}

NOTE: dict[str, pl.DataType | type[pl.DataType]] = {
    "note": pl.String,  # the publisher's label, lower case: "note 15"
    "text": pl.String,
    "items": pl.List(pl.String),  # the items whose sheet refers to it
}

# What the publisher's own table of contents says about each item, kept as data.
MEASURE: dict[str, pl.DataType | type[pl.DataType]] = {
    "item": pl.String,
    "description": pl.String,
    "source": pl.String,  # the collection it is counted from, as printed: "ASCS - question 1", "CLD"
    "start": pl.String,  # the first period of the series as printed; null when it is not a period
    "old_item": pl.String,  # the item's code in the framework before, or null
}

COMPARABILITY: dict[str, pl.DataType | type[pl.DataType]] = {
    "item": pl.String,  # as printed now; null where the measure has ended
    "old_item": pl.String,  # its code in the framework before; null where it had none
    "period": pl.String,  # the first period that the change touches
    "kind": pl.String,  # break | rename | caution
    "text": pl.String,
}


def empty(schema: dict[str, pl.DataType | type[pl.DataType]]) -> pl.DataFrame:
    """A frame of this schema with no rows."""
    return pl.DataFrame(schema=schema)


@dataclass(frozen=True)
class ReadResult:
    """All that one file says.

    reader:    name of the reader module, e.g. ``ascof_ods``.
    publisher: e.g. "Department of Health and Social Care".
    table:     identity of the table: a newer file with the same ``table`` replaces an older one. It names the
               family and the periods it is *for*, e.g. ``ascof/2024-25``.
    title:     the publisher's title, as printed or as the publisher names the table.
    periods:   periods with at least one value, in order.
    revision:  something that sorts: a publication date "2026-01-23" or a version "v2"; "" when the file does not say.
    licence:   e.g. "OGL-3.0".
    measures:   what the publisher's contents page says of each item.
    geometry:  only for boundary files: council id -> GeoJSON-like geometry.
    """

    reader: str
    publisher: str
    table: str
    title: str
    periods: tuple[str, ...]
    revision: str
    licence: str
    observations: pl.DataFrame
    rejects: pl.DataFrame = field(default_factory=lambda: empty(REJECT))
    notes: pl.DataFrame = field(default_factory=lambda: empty(NOTE))
    comparability: pl.DataFrame = field(default_factory=lambda: empty(COMPARABILITY))
    measures: pl.DataFrame = field(default_factory=lambda: empty(MEASURE))
    geometry: dict[str, object] = field(default_factory=dict)
