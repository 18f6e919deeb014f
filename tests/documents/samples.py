"""Made-up tables and charts of invented councils, shared by the tests of documents."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import polars as pl

from evenhand.documents.chart import Chart
from evenhand.documents.compare_charts import funnel, intervals
from evenhand.documents.palette import BANDS
from evenhand.documents.part_charts import stacked_bar, tile_map, waterfall
from evenhand.documents.strip_charts import strip
from evenhand.documents.table import Column, Table
from evenhand.documents.time_charts import decile_bands, fan, slope

CREATED = date(2026, 1, 23)

COLUMNS = (
    Column("council", "Council", description="Name in the register"),
    Column("dp", "People with a direct payment", "count", status="status"),
    Column("share", "Share (%)", "percent", status="status"),
    Column("spend", "Spend (£)", "money_pence", decimals=2),
)

HOSTILE = (
    "=1+1",
    "+SUM(A1)",
    "-2+3",
    "@cmd",
    "\t=1",
    "\r=1",
    "'=1",
    " =1",
    "[click](http://example.invalid)",
    "$$note$$",
    "---",
    "text",
    "<script>alert(1)</script>",
    'a "quoted", name',
    "O'Brien & Sons",
)


def table(**changes: Any) -> Table:
    rows = pl.DataFrame(
        {
            "council": ["Ashvale", "Brackwater", "Corvedale", "Dunmere", "Thornshire"],
            "dp": [395, 0, None, None, None],
            "share": [22.15, 0.0, None, None, None],
            "status": ["published", "derived", "suppressed", "missing", "not_applicable"],
            "spend": [123456, -5, None, 0, 99_999_999_999],
        }
    )
    given: dict[str, Any] = {
        "title": "Ashvale has the most people with a direct payment",
        "columns": COLUMNS,
        "rows": rows,
        "subtitle": "31 March 2025",
        "notes": ("Corvedale changed its system.", "Counts are of people."),
        "sources": ("Tinyland Office for Figures",),
        "edition": "2026-01",
        "licence": "OGL-3.0",
    }
    return Table(**(given | changes))


def hostile_table() -> Table:
    return Table(
        "Names that attack",
        (Column("name", "Name"), Column("n", "Count", "count")),
        pl.DataFrame({"name": HOSTILE, "n": range(len(HOSTILE))}),
    )


def councils(count: int = 40) -> list[dict[str, Any]]:
    """Deterministic, wide in size, with one chosen and three peers."""
    rows = []
    for i in range(count):
        n, value = int(150 * 1.12**i), 24.5 + 9 * math.sin(i * 2.1)
        half = 196 * math.sqrt(0.245 * 0.755 / n)
        role = "chosen" if i == 21 else "peer" if i in (5, 17, 30) else "other"
        name = "North Thornshire" if role == "chosen" else f"Council {i}"
        rows.append(
            {"name": name, "n": n, "value": value, "lower95": value - half, "upper95": value + half, "role": role}
        )
    return rows


def _limits() -> list[dict[str, float]]:
    rows = []
    for i in range(60):
        n = 100 * 1.1**i
        s = 100 * math.sqrt(0.245 * 0.755 / n + 0.0025)
        rows.append(
            {
                "n": n,
                "lower95": 24.5 - 1.96 * s,
                "upper95": 24.5 + 1.96 * s,
                "lower998": 24.5 - 3.09 * s,
                "upper998": 24.5 + 3.09 * s,
            }
        )
    return rows


def _periods() -> list[dict[str, Any]]:
    return [
        {
            "period": f"{year}-{year - 1999}",
            "p10": 15.0,
            "p25": 20.0,
            "p50": 24.0 + i * 0.2,
            "p75": 29.0,
            "p90": 35.0,
            "value": None if i == 3 else 22.0 + i * 0.5,
        }
        for i, year in enumerate(range(2014, 2025))
    ]


def drawings() -> dict[str, Any]:
    future = [
        {
            "period": f"{2025 + i}-{26 + i}",
            "median": 110 + i,
            **{
                f"{side}{level}": 110 + i + sign * level // 10 * (i + 1)
                for level in (50, 80, 95)
                for side, sign in (("lower", -1), ("upper", 1))
            },
        }
        for i in range(4)
    ]
    strip_rows = [
        {
            "measure": measure,
            "name": row["name"],
            "value": None if row["role"] == "chosen" and index else row["value"] + index,
            "role": row["role"],
            "word": ("similar", "suppressed to protect people")[index] if row["role"] == "chosen" else None,
        }
        for index, measure in enumerate(("People with a direct payment", "Carers with <b>a direct payment</b>"))
        for row in councils()
    ]
    bands = [*BANDS, "missing", "suppressed", "not_applicable"]
    tiles = [
        {"name": f"Council {i}", "label": "WMW"[: 1 + i % 3], "column": i % 15, "row": i // 15, "band": bands[i % 8]}
        for i in range(150)
    ]
    return {
        "funnel": funnel(councils(), _limits(), centre=24.5, x_title="People supported", y_title="Share (%)"),
        "intervals": intervals(councils(), y_title="Share (%)", centre=24.5, rank=(9, 22)),
        "strip": strip(strip_rows),
        "decile_bands": decile_bands(
            _periods(), name="North Thornshire", y_title="Share (%)", breaks=[("2023-24", "The definition changed.")]
        ),
        "fan": fan(
            [{"period": f"{2020 + i}-{21 + i}", "value": 100 + 2 * i} for i in range(5)],
            future,
            y_title="People",
            kind="count",
        ),
        "slope": slope(
            [{"name": r["name"], "before": r["value"], "after": r["value"] + 2, "role": r["role"]} for r in councils()],
            before="2019-20",
            after="2024-25",
        ),
        "waterfall": waterfall(
            [
                {"label": "Budget 2024-25", "amount": 10_000_00, "total": True},
                {"label": "More people, and people with higher needs", "amount": 2_000_00},
                {"label": "Savings", "amount": -1_500_00},
                {"label": "Budget 2025-26", "amount": 10_500_00, "total": True},
            ]
        ),
        "stacked_bar": stacked_bar([{"label": "Council", "value": 20540}, {"label": "You", "value": 8200}], decimals=2),
        "tile_map": tile_map(tiles),
    }


def chart(kind: str = "funnel", **changes: Any) -> Chart:
    """The same chart object each time when nothing is changed, so that tests share what it has drawn."""
    if not changes and kind in _KEPT:
        return _KEPT[kind]
    given: dict[str, Any] = {
        "title": "North Thornshire is similar to Tinyland",
        "sentence": "22.2% of people got a direct payment: 395 of 1,782.",
        "drawing": drawings()[kind],
        "key": "Each dot is a council.",
        "source": "Tinyland Office for Figures",
    }
    made = Chart(**(given | changes))
    if not changes:
        _KEPT[kind] = made
    return made


_KEPT: dict[str, Chart] = {}
KINDS = tuple(drawings())
