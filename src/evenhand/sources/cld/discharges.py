"""Hospital discharges for ASCOF 2D: an extract of admitted-patient data as CSV or Parquet, typed and pseudonymised.

One row a finished episode. The headings, in any order; others are passed over:

``nhs_number``; ``council_of_residence`` (the code as in the records; blank for a home outside England); ``spell_id``;
``last_episode`` (1 for the last of its spell); ``admission_date`` and ``discharge_date`` (2024-05-12 or 12/05/2024);
``birth_year`` and ``birth_month``; ``sex`` (1 male, 2 female); and codes of the NHS Data Dictionary:
``admission_method``, ``discharge_method``, ``discharge_destination``, ``management_type`` (EM and NE are emergencies),
``treatment_function``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ibis.expr.types as ir

from evenhand.facts.errors import EvenhandError, Where
from evenhand.sources.cld.model import Engine
from evenhand.sources.cld.sql import Sql

# One row an episode. pseudonym: as IDS of measures.cld.tables has it for an NHS number. la: where the person lives.
# birth: the first day of the birth month. Codes are text without spaces, in capitals; NULL blank.
DISCHARGES = {
    "pseudonym": "string", "la": "string", "spell": "string", "last": "boolean", "admission": "date",
    "discharge": "date", "birth": "date", "sex": "int16", "admission_method": "string", "discharge_method": "string",
    "destination": "string", "management": "string", "treatment": "string",
}  # fmt: skip

HEADINGS = (
    "nhs_number", "council_of_residence", "spell_id", "last_episode", "admission_date", "discharge_date", "birth_year",
    "birth_month", "sex", "admission_method", "discharge_method", "discharge_destination", "management_type",
    "treatment_function",
)  # fmt: skip
_DATES = ("admission_date", "discharge_date")
PURPOSE = "nhs"  # the word beside the key that the readers of records hide NHS numbers with too


def read_discharges(engine: Engine, path: Path, key: bytes | None) -> ir.Table:
    """DISCHARGES from a CSV or Parquet file, kept by the engine.

    key: what hid the NHS numbers of the records, so that the same number has the same pseudonym; None leaves them.
    Raises EvenhandError for a file without the headings, or with a date that is none (it says how many, never which).
    """
    raw = _opened(engine, path)
    sql = Sql(engine)
    held = {name.strip().lower().replace(" ", "_"): name for name in raw.columns}
    if missing := [name for name in HEADINGS if name not in held]:
        raise EvenhandError(
            f"The discharges have no {', '.join(missing)}.",
            where=Where(path.name), do="Name the columns as the page on ASCOF 2D does.",
        )  # fmt: skip
    view = raw.select(**{name: raw[held[name]].cast("string") for name in HEADINGS})
    engine.con.create_view("discharges_read", view, overwrite=True)
    _dates(sql, path)
    return sql.keep("discharges", f"SELECT {', '.join(_columns(sql, key))} FROM discharges_read")


def _opened(engine: Engine, path: Path) -> ir.Table:
    con: Any = engine.con
    try:
        if path.suffix.lower() == ".parquet":
            return con.read_parquet(str(path))
        options = {"all_varchar": True, "header": True} if con.name == "duckdb" else {"header": True}
        return con.read_csv(str(path), **options)
    except Exception as fault:
        # Not ``from fault``: an engine's message may quote a line of the file.
        kind = type(fault).__name__
        raise EvenhandError(
            f"The discharges cannot be read ({kind}).", where=Where(path.name), do="Give CSV in UTF-8, or Parquet."
        ) from None


def _text(name: str) -> str:
    return f"NULLIF(UPPER(TRIM({name})), '')"


def _date(name: str) -> str:
    """The day of ``2024-05-12``, with or without a time, or of ``12/05/2024``."""
    said = _text(name)
    turned = f"CONCAT(SUBSTR({said}, 7, 4), '-', SUBSTR({said}, 4, 2), '-', SUBSTR({said}, 1, 2))"
    return f"TRY_CAST(CASE WHEN SUBSTR({said}, 3, 1) = '/' THEN {turned} ELSE SUBSTR({said}, 1, 10) END AS DATE)"


def _dates(sql: Sql, path: Path) -> None:
    """Every date is one, or blank: a row left out for a slip of the pen would make a figure smaller."""
    wrong = ", ".join(f"SUM(CASE WHEN {_text(n)} IS NOT NULL AND {_date(n)} IS NULL THEN 1 ELSE 0 END)" for n in _DATES)
    counts = sql.rows(f"SELECT {wrong} FROM discharges_read")[0]
    for name, count in zip(_DATES, counts, strict=True):
        if count:
            raise EvenhandError(
                f"{int(count):,} rows have a {name} that is not a date.",
                where=Where(path.name, column=name), do="Write dates as 2024-05-12 or 12/05/2024.",
            )  # fmt: skip


def _columns(sql: Sql, key: bytes | None) -> list[str]:
    # As the readers of records compare them: without spaces and hyphens; of one digit repeated it is nobody's.
    bare = "UPPER(REPLACE(REPLACE(REPLACE(TRIM(nhs_number), ' ', ''), '-', ''), '\u00a0', ''))"
    number = f"CASE WHEN REPLACE({bare}, SUBSTR({bare}, 1, 1), '') = '' THEN NULL ELSE {bare} END"
    hidden = number if key is None else sql.secret(number, key, PURPOSE)
    year, month = (f"TRY_CAST({_text(name)} AS INT)" for name in ("birth_year", "birth_month"))
    born = f"CONCAT(CAST({year} AS VARCHAR(4)), '-', LPAD(CAST({month} AS VARCHAR(2)), 2, '0'), '-01')"
    sex = f"CASE {_text('sex')} WHEN '1' THEN 1 WHEN '2' THEN 2 ELSE 4 END"
    codes = {
        "admission_method": "admission_method", "discharge_method": "discharge_method",
        "discharge_destination": "destination", "management_type": "management", "treatment_function": "treatment",
    }  # fmt: skip
    return [
        # CONCAT takes a NULL for no words, so a blank number must not be hidden: it would be one person.
        f"CASE WHEN {number} IS NULL THEN NULL ELSE {hidden} END AS pseudonym",
        "NULLIF(TRIM(council_of_residence), '') AS la",
        f"{_text('spell_id')} AS spell",
        f"COALESCE({_text('last_episode')} IN ('1', '1.0', 'Y', 'TRUE'), FALSE) AS last",
        f"{_date('admission_date')} AS admission",
        f"{_date('discharge_date')} AS discharge",
        f"CASE WHEN {year} IS NULL OR {month} IS NULL THEN NULL ELSE TRY_CAST({born} AS DATE) END AS birth",
        f"CAST({sex} AS SMALLINT) AS sex",
        *(f"{_text(heading)} AS {name}" for heading, name in codes.items()),
    ]
