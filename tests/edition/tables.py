"""Small invented tables for the tiny country, as readers would hand them over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from evenhand.edition.library import Kept, counted
from evenhand.sources.model import OBSERVATION, ReadResult

COUNCILS = ("ashvale", "brackwater", "corvedale", "dunmere", "north-thornshire", "south-thornshire")
# numerator, denominator and value of 3D(2a): a low one, a zero, a high one, suppressed, missing, a middle one
DP: dict[str, tuple[float | None, float | None, float | None, str]] = {
    "ashvale": (120.0, 800.0, 15.0, "published"),
    "brackwater": (0.0, 450.0, 0.0, "published"),
    "corvedale": (900.0, 1800.0, 50.0, "published"),
    "dunmere": (None, None, None, "suppressed"),
    "north-thornshire": (None, None, None, "missing"),
    "south-thornshire": (250.0, 1000.0, 25.0, "published"),
}


def row(item: str, period: str, area: str, part: str, value: float | None, **more: Any) -> dict[str, Any]:
    level = more.pop("level", "council")
    status = more.pop("status", "published" if value is not None else "missing")
    unit = more.pop("unit", "people")
    base = {
        "item": item, "period": period, "level": level, "area": area, "age": "all", "sex": "all", "reason": "all",
        "setting": "all", "part": part, "unit": unit, "value": value, "status": status, "note": None,
        "sheet": "Sheet", "row": 7, "column": "D",
    }  # fmt: skip
    return base | more


def frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=OBSERVATION)


def result(table: str, rows: list[dict[str, Any]], *, revision: str = "", reader: str = "tiny") -> ReadResult:
    observations = frame(rows)
    known = observations.filter(pl.col("value").is_not_null())
    return ReadResult(
        reader, "Tiny statistics office", table, f"Table {table}", tuple(sorted(known["period"].unique())), revision,
        "OGL-3.0", observations,
    )  # fmt: skip


def kept(r: ReadResult) -> Kept:
    return counted(r, file=f"{r.table}.csv", path="", size=1, sha256=f"{hash_of(r)}")


def hash_of(r: ReadResult) -> str:
    import hashlib

    return hashlib.sha256(r.observations.write_csv().encode()).hexdigest()


def direct_payments(item: str = "ascof2023/3D(2a)", period: str = "2024-25") -> list[dict[str, Any]]:
    rows = []
    for area, (n, d, v, status) in DP.items():
        rows += [
            row(item, period, area, "numerator", n, status=status),
            row(item, period, area, "denominator", d, status=status),
            row(item, period, area, "value", v, status=status, unit="percent"),
        ]
    whole = {"level": "country"}
    rows += [
        row(item, period, "E99000001", "numerator", 1270.0, **whole),
        row(item, period, "E99000001", "denominator", 4050.0, **whole),
        row(item, period, "E99000001", "value", 31.4, unit="percent", **whole),
    ]
    return rows


def populations(period: str = "mid-2023") -> list[dict[str, Any]]:
    sizes = dict(zip(COUNCILS, (40_000, 20_000, 90_000, 8_000, 30_000, 50_000), strict=True))
    rows = []
    for area, n in sizes.items():
        rows.append(row("population", period, area, "count", float(n), age="18+"))
        rows.append(row("population", period, area, "count", n * 0.25, age="65+"))
        rows.append(row("population", period, area, "count", n * 0.75, age="18-64"))
    return rows


def tiny_files() -> list[tuple[Kept, ReadResult]]:
    """An ASCOF-like table and a population table of the tiny country."""
    made = [result("ascof/2024-25", direct_payments()), result("population/mid-2023", populations())]
    return [(kept(r), r) for r in made]


def spread_of_bytes(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
