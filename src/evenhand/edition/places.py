"""The areas of an edition: every council that ever stood in the register, and the areas above them."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from evenhand.edition.assemble import SUM_AREA
from evenhand.facts.register import Register, period_end


def areas(register: Register, as_at: date) -> pl.DataFrame:
    """One row an area: id, code (as at a day, or its last), name, slug, level, region, type, dates, successors."""
    names = {a.code: a.name for a in register.areas}
    rows: list[dict[str, Any]] = []
    for a in register.areas:
        rows.append({"area": a.code, "code": a.code, "name": a.name, "slug": "", "level": a.level})
    country = register.country
    rows.append(
        {
            "area": SUM_AREA,
            "code": SUM_AREA,
            "name": f"{country.name} (sum of councils)",
            "slug": "",
            "level": "country",
        }
    )
    for c in register.all:
        rows.append(
            {
                "area": c.id,
                "code": register.gss(c.id, min(as_at, c.valid_to or as_at)),
                "name": c.name,
                "slug": c.id,
                "level": "council",
                "region": c.region,
                "region_name": names[c.region],
                "council_type": c.council_type,
                "council_type_name": names[c.council_type],
                "valid_from": c.valid_from,
                "valid_to": c.valid_to,
                "standing": c.existed(as_at),
                "predecessors": list(c.predecessors),
                "successors": list(c.successors),
            }
        )
    schema: dict[str, Any] = {
        "area": pl.String, "code": pl.String, "name": pl.String, "slug": pl.String, "level": pl.String,
        "region": pl.String, "region_name": pl.String, "council_type": pl.String, "council_type_name": pl.String,
        "valid_from": pl.Date, "valid_to": pl.Date, "standing": pl.Boolean,
        "predecessors": pl.List(pl.String), "successors": pl.List(pl.String),
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema)


def with_names(values: pl.DataFrame, register: Register, places: pl.DataFrame) -> pl.DataFrame:
    """Values with area_code and council_type (as at the end of the period), area_name, slug and region."""
    named = values.join(
        places.select("area", "slug", "region", area_name="name", place_code="code"),
        on="area",
        how="left",
    )
    pairs = named.filter(pl.col("level") == "council").select("area", "period").unique(maintain_order=True)
    codes = pairs.with_columns(
        period_code=pl.Series([register.gss(a, period_end(p)) for a, p in pairs.iter_rows()], dtype=pl.String),
        council_type=pl.Series([register.type_of(a, period_end(p)) for a, p in pairs.iter_rows()], dtype=pl.String),
    )
    return (
        named.join(codes, on=["area", "period"], how="left")
        .with_columns(area_code=pl.coalesce("period_code", "place_code"))
        .drop("period_code", "place_code")
    )


def write_register(register: Register, folder: Path) -> None:
    """Write a register as the files that ``Register.from_folder`` reads, so that an edition carries its own."""
    folder.mkdir(parents=True, exist_ok=True)

    def write(name: str, heading: str, rows: Iterable[tuple[object, ...]]) -> None:
        with (folder / name).open("w", encoding="utf-8", newline="") as f:
            out = csv.writer(f, lineterminator="\n")
            out.writerow(heading.split())
            out.writerows(["" if v is None else v for v in row] for row in rows)

    write(
        "councils.csv",
        "id name short_name region council_type valid_from valid_to predecessors successors source other_names",
        (
            (c.id, c.name, c.short_name, c.region, c.council_type, c.valid_from, c.valid_to, " ".join(c.predecessors),
             " ".join(c.successors), c.source, "|".join(c.other_names))
            for c in register.all
        ),
    )  # fmt: skip
    write(
        "council_codes.csv",
        "council scheme code valid_from valid_to source",
        ((c.council, c.scheme, c.code, c.valid_from, c.valid_to, c.source) for c in register.codes),
    )
    write(
        "council_types.csv",
        "council council_type valid_from valid_to",
        ((t.council, t.council_type, t.valid_from, t.valid_to) for t in register.types),
    )
    write(
        "areas.csv", "code level name aliases", ((a.code, a.level, a.name, "|".join(a.aliases)) for a in register.areas)
    )
