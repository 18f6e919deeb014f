"""A small edition of invented councils with one of every kind of figure, in the shape that pages read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from evenhand.edition.assemble import SUM_AREA

COUNCILS = ("Ashvale", "Brackwater", "Corvedale", "Dunmere", "North Thornshire", "South Thornshire")
TEXT, NUM, WHOLE = pl.String, pl.Float64, pl.Int64
MEASURES: dict[str, Any] = {
    "measure": TEXT, "title": TEXT, "question": TEXT, "unit": TEXT, "kind": TEXT, "direction": TEXT,
    "periods": pl.List(TEXT), "latest_period": TEXT, "decimals": WHOLE, "councils_with_value": WHOLE,
    "england_value": NUM,
}  # fmt: skip
AREAS: dict[str, Any] = {
    "area": TEXT, "level": TEXT, "code": TEXT, "name": TEXT, "slug": TEXT, "region": TEXT,
    "council_type": TEXT, "standing": pl.Boolean, "valid_to": pl.Date, "successors": pl.List(TEXT),
}  # fmt: skip
VALUES: dict[str, Any] = {
    "measure": TEXT, "group": TEXT, "area_code": TEXT, "area_name": TEXT, "slug": TEXT, "level": TEXT, "period": TEXT,
    "numerator": NUM, "denominator": NUM, "value": NUM, "lower95": NUM, "upper95": NUM, "lower998": NUM,
    "upper998": NUM, "band": TEXT, "rank_median": NUM, "rank_low": NUM, "rank_high": NUM, "ranked": WHOLE,
    "status": TEXT, "reason": TEXT,
}  # fmt: skip


@dataclass
class SmallEdition:
    """What ``evenhand.edition.read.Edition`` offers to pages, over rows written by hand."""

    id: str = "tiny-0001"
    simulated: bool = True
    built_from: list[dict[str, Any]] = field(default_factory=list)
    names: tuple[str, ...] = COUNCILS

    def measures(self) -> pl.DataFrame:
        rows = [
            ("ascof-3d-2a", "People with a direct payment", "Of those with support, how many take a direct payment?",
             "%", "proportion", "none", ["2023-24", "2024-25"], "2024-25", 1, 3, 24.5),
            ("dp-per-1000-adults", "People with a direct payment, per 1,000 adults", "Out of every 1,000 adults?",
             "per 1,000 adults", "rate", "none", ["2024-25"], "2024-25", 2, 1, 2.347),
            ("dp-spend-per-adult", "Direct payment spending per adult", "How much for each adult?",
             "£ per adult", "money_per_head", "none", ["2024-25"], "2024-25", 2, 1, 1204.49),
        ]  # fmt: skip
        return pl.DataFrame(rows, schema=MEASURES, orient="row")

    def areas(self) -> pl.DataFrame:
        rows: list[tuple[Any, ...]] = [
            (slug(c), "council", f"E6600000{i}", n, slug(c), "E62000001", "U", True, None, [])
            for i, (c, n) in enumerate(zip(COUNCILS, self.names, strict=True), start=1)
        ]
        gone = date(2021, 3, 31)
        became = ["north-thornshire", "south-thornshire"]
        rows += [
            ("thornshire", "council", "E66000099", "Thornshire", "thornshire", "E62000001", "S", False, gone, became),
            ("E99000001", "country", "E99000001", "Tinyland", "", None, None, None, None, None),
            (SUM_AREA, "country", SUM_AREA, "Tinyland (sum of councils)", "", None, None, None, None, None),
            ("E62000001", "region", "E62000001", "North Vale", "", None, None, None, None, None),
        ]
        return pl.DataFrame(rows, schema=AREAS, orient="row")

    def table(self, name: str) -> pl.LazyFrame:
        assert name == "values"
        return pl.concat([self.values(m) for m in self.measures()["measure"]]).lazy()

    def values(self, measure: str, period: str | None = None) -> pl.DataFrame:
        rows = []
        for m, p, name, level, figure in self._figures():
            if m == measure and period in (None, p):
                area = self.areas().filter(pl.col("name") == name).row(0, named=True)
                place = {"area_code": area["code"], "area_name": name, "slug": area["slug"], "level": level}
                rows.append({**dict.fromkeys(VALUES), "measure": m, "group": "all", "period": p, **place, **figure})
        return pl.DataFrame(rows, schema=VALUES, orient="row")

    def _figures(self) -> list[tuple[str, str, str, str, dict[str, Any]]]:
        dp, now = "ascof-3d-2a", "2024-25"
        n = self.names
        return [
            (dp, now, "Tinyland", "country", counted(2_450, 10_000, 24.5)),
            (dp, now, "Tinyland (sum of councils)", "country", {**counted(2_449, 10_000, 24.49), "status": "derived"}),
            (dp, now, "North Vale", "region", counted(1_000, 5_000, 20.0)),
            (dp, now, n[0], "council", {**counted(395, 1_782, 22.166), "lower95": 20.3, "upper95": 24.2,
                                         "band": "similar", "rank_low": 2.0, "rank_high": 3.0, "ranked": 3}),
            (dp, now, n[1], "council", {**counted(0, 900, 0.0), "lower95": 0.0, "upper95": 0.4, "band": "much lower",
                                         "rank_low": 3.0, "rank_high": 3.0, "ranked": 3}),
            (dp, now, n[2], "council", {**counted(700, 1_000, 70.0), "lower95": 67.0, "upper95": 73.0,
                                         "band": "much higher", "rank_low": 1.0, "rank_high": 1.0, "ranked": 3}),
            (dp, now, n[3], "council", {"status": "suppressed", "reason": None}),
            (dp, now, n[4], "council", {"status": "missing", "reason": "The council made no return."}),
            (dp, now, n[5], "council", {"status": "not_applicable", "reason": None}),
            (dp, "2023-24", n[0], "council", counted(300, 1_500, 20.0)),
            ("dp-per-1000-adults", now, n[0], "council", {**counted(395, 168_300, 2.347), "status": "derived"}),
            ("dp-spend-per-adult", now, n[0], "council", {"value": 1204.49, "status": "derived"}),
        ]  # fmt: skip


def counted(numerator: float, denominator: float, value: float) -> dict[str, Any]:
    return {"numerator": numerator, "denominator": denominator, "value": value, "status": "published"}


def slug(name: str) -> str:
    return name.lower().replace(" ", "-")
