"""Parquet: the rows unrounded, with what they are in the file's own metadata."""

from __future__ import annotations

import io
import json

from evenhand.documents.table import Table


def data_parquet(table: Table) -> bytes:
    """The printed columns and their status columns, unrounded (money in whole pence), zstd, one row group order kept.

    Metadata keys (text): title, subtitle, edition, licence, sources and notes (JSON lists), simulated ("true" or
    "false"), columns (a JSON list of name, heading, kind, decimals, description, status). No time is written.
    """
    names: list[str] = []
    for column in table.columns:
        names += [name for name in (column.name, column.status) if name and name not in names]
    out = io.BytesIO()
    table.rows.select(names).write_parquet(out, compression="zstd", metadata=metadata(table))
    return out.getvalue()


def metadata(table: Table) -> dict[str, str]:
    """What a table is, as the text pairs that a Parquet file can carry."""
    columns = [
        {
            "name": column.name,
            "heading": column.heading,
            "kind": column.sort.value,
            "decimals": column.places if column.sort.is_numeric else None,
            "description": column.description,
            "status": column.status,
        }
        for column in table.columns
    ]
    return {
        "title": table.title,
        "subtitle": table.subtitle,
        "edition": table.edition,
        "licence": table.licence,
        "sources": json.dumps(table.sources, ensure_ascii=False),
        "notes": json.dumps(table.notes, ensure_ascii=False),
        "simulated": json.dumps(table.simulated),
        "columns": json.dumps(columns, ensure_ascii=False),
    }
