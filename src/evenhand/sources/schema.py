"""The declared pandera schemas that each reader's frames must satisfy before they leave this room.

Kept apart from ``model`` because pandera costs half a second to import, which ``evenhand show`` must not pay.
"""

from __future__ import annotations

import pandera.polars as pa
import polars as pl

from evenhand.facts.errors import UnreadableFile, Where
from evenhand.sources.model import COMPARABILITY, MEASURE, NOTE, OBSERVATION, REJECT, ReadResult

LEVELS = ["council", "region", "council_type", "country"]
PARTS = ["numerator", "denominator", "value", "margin_of_error", "respondents", "count", "amount"]
UNITS = [
    "people",
    "percent",
    "score",
    "per_100000",
    "per_1000",
    "pence",
    "weeks",
    "hours",
    "index",
    "per_km2",
    "degrees",
    "providers",
]
STATUSES = ["published", "suppressed", "missing", "not_applicable"]
COUNTING_PARTS = ["numerator", "denominator", "respondents", "count"]
NULLABLE = {"value", "note"}


def _value_goes_with_status(data: pa.PolarsData) -> pl.LazyFrame:
    """Published rows carry a finite number; every other status carries none."""
    published = pl.col("status") == "published"
    fits = pl.when(published).then(pl.col("value").is_finite().fill_null(False)).otherwise(pl.col("value").is_null())
    return data.lazyframe.select(fits)


def _counts_are_not_negative(data: pa.PolarsData) -> pl.LazyFrame:
    """A count of people or places is zero or more (amounts and scores may be negative)."""
    counting = pl.col("part").is_in(COUNTING_PARTS) & pl.col("unit").is_in(["people", "providers"])
    return data.lazyframe.select(~counting | (pl.col("value").fill_null(0) >= 0))


def _columns(schema: dict[str, pl.DataType | type[pl.DataType]], **checks: list[pa.Check]) -> dict[str, pa.Column]:
    return {n: pa.Column(t, checks=checks.get(n, []), nullable=n in NULLABLE) for n, t in schema.items()}


OBSERVATIONS = pa.DataFrameSchema(
    _columns(
        OBSERVATION,
        level=[pa.Check.isin(LEVELS)],
        part=[pa.Check.isin(PARTS)],
        unit=[pa.Check.isin(UNITS)],
        status=[pa.Check.isin(STATUSES)],
        row=[pa.Check.ge(1)],
    ),
    checks=[
        pa.Check(
            _value_goes_with_status,
            error="a value without the status published, or published without a value",
        ),
        pa.Check(_counts_are_not_negative, error="a negative count"),
    ],
    strict=True,
    ordered=True,
)

KEY = ["item", "period", "area", "age", "sex", "reason", "setting", "part"]


def check(result: ReadResult, file: str) -> ReadResult:
    """Return the result unchanged if its frames keep their schemas; else raise UnreadableFile naming the first fault.

    Also refuses two observations with one key: a reader must reject or merge duplicates, never pass them on.
    """
    try:
        OBSERVATIONS.validate(result.observations, lazy=True)
    except (pa.errors.SchemaErrors, pa.errors.SchemaError) as fault:
        raise UnreadableFile(
            f"The reader {result.reader} made a table that breaks its own declaration: {str(fault)[:400]}",
            where=Where(file=file),
            do="Nothing was loaded. Please report this file.",
        ) from fault
    for frame, schema in (
        (result.rejects, REJECT),
        (result.notes, NOTE),
        (result.comparability, COMPARABILITY),
        (result.measures, MEASURE),
    ):
        if dict(frame.schema) != {k: (v() if isinstance(v, type) else v) for k, v in schema.items()}:
            raise UnreadableFile(
                f"The reader {result.reader} made a side table with other columns than declared.",
                where=Where(file=file),
                do="Nothing was loaded. Please report this file.",
            )
    place = pl.col("sheet", "row", "column").last()
    twice = result.observations.group_by(KEY).agg(pl.len(), place).filter(pl.col("len") > 1)
    if not twice.is_empty():
        first = twice.sort(KEY).row(0, named=True)
        raise UnreadableFile(
            f"{first['item']} for {first['area']} in {first['period']} stands in this file more than once.",
            where=Where(file, first["sheet"] or None, first["row"], first["column"]),
            do="Nothing was loaded. Check the file against the publisher's copy.",
        )
    return result
