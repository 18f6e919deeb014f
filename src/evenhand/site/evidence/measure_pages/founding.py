"""How much it depends on where one lives: the page this project was founded on, with today's figures.

The figures of 2011-12 stand beside, quoted with their source. They are never computed, and never joined to a line or a
table of figures that are.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from evenhand.compare import words
from evenhand.edition import sentences
from evenhand.edition.against import compare
from evenhand.edition.assemble import SUM_AREA
from evenhand.edition.read import Edition
from evenhand.facts import history
from evenhand.facts.errors import EvenhandError
from evenhand.facts.register import period_end
from evenhand.site.evidence.measure_pages import lines
from evenhand.site.evidence.present.charts import figure_markup, picture

SUBJECTS = (
    ("Direct payments", "direct-payments", "dp-per-1000-adults", "ascof-3d-2a"),
    ("Self-directed support", "self-directed-support", "sds-per-1000-adults", "ascof-3d-1a"),
)
CLIENTS = "dp-clients-per-1000-adults"
# What the founding figures said, row by row, and the column of the variation table that says the same of today.
QUOTED: dict[str, tuple[tuple[str, str, str], ...]] = {
    "dp-per-1000-adults": (
        ("Mean of councils", "dp-per-1000-mean", "mean_of_councils"),
        ("Lowest council", "dp-per-1000-min", "minimum"),
        ("Lowest above zero", "dp-per-1000-smallest-above-zero", "smallest_non_zero"),
        ("Highest council", "dp-per-1000-max", "maximum"),
        ("Highest to lowest above zero", "dp-per-1000-ratio", "ratio"),
        ("Councils above 3 in 1,000", "dp-councils-above-3", "above"),
        ("Councils below 1.5 in 1,000", "dp-councils-below-1-5", "below"),
    ),
    "sds-per-1000-adults": (
        ("Mean of councils", "sds-per-1000-mean", "mean_of_councils"),
        ("Lowest council", "sds-per-1000-min", "minimum"),
        ("Highest council", "sds-per-1000-max", "maximum"),
        ("Highest to lowest above zero", "sds-per-1000-ratio", "ratio"),
        ("Councils above 20 in 1,000", "sds-councils-above-20", "above"),
        ("Councils below 10 in 1,000", "sds-councils-below-10", "below"),
    ),
}  # fmt: skip
# Where the founding figures drew their lines, whatever lines the measure draws today: (below, above).
LINES = {"dp-per-1000-adults": (1.5, 3.0), "sds-per-1000-adults": (10.0, 20.0)}


def page(edition: Edition) -> dict[str, Any]:
    """Everything that ``variation.html`` prints: the answer, each subject, client groups, and the quotes."""
    names = dict(edition.areas().select("area", "name").iter_rows())
    frame = edition.table("variation").collect()
    subjects: list[dict[str, Any]] = []
    for title, anchor, rate, share in SUBJECTS:
        parts = [part(edition, frame, names, m) for m in (rate, share) if edition.definition(m)["periods"]]
        subjects.append(
            {"title": title, "anchor": anchor, "parts": parts, "beside": beside(edition, frame, rate), "rate": rate}
        )
    first = next((p for s in subjects for p in s["parts"] if p["said"]), None)
    return {
        "country": edition.about["country"],
        "answer": first["said"][0] if first else "This edition has no figures to compare.",
        "answered": first,
        "subjects": subjects,
        "clients": clients(edition, frame, names),
        "quotes": [q for q in history.quoted().values() if q.id.startswith(("sds-share", "pb-", "asc-"))],
    }


def comparable(d: dict[str, Any]) -> str:
    """The newest period whose figures may be compared: one that the publisher warns against comes last."""
    warned = {p for p, _ in d["warnings"]}
    order: list[str] = sorted(d["periods"], key=period_end, reverse=True)
    return next((p for p in order if p not in warned), order[0])


def part(edition: Edition, frame: pl.DataFrame, names: dict[str, str], measure: str) -> dict[str, Any]:
    """One measure: the country, how far apart councils are, its chart, its age groups and its years."""
    d = edition.definition(measure)
    period = comparable(d)
    found = compare(edition, measure, period)
    row = _row(frame, measure, period, "all")
    bench = edition.table("benchmarks").filter(
        (pl.col("measure") == measure) & (pl.col("period") == period) & (pl.col("group") == "all")
    ).collect().to_dicts()  # fmt: skip
    whole = found.rows.filter((pl.col("level") == "country") & pl.col("value").is_not_null())
    whole = whole.sort(pl.col("area") == SUM_AREA)
    try:
        chart = figure_markup(
            picture("intervals", edition, d, found, None), anchor=f"chart-{measure}",
            downloads=[(e.upper(), f"/measures/{measure}/intervals.{e}?period={period}") for e in ("svg", "png")],
        )  # fmt: skip
    except EvenhandError:
        chart = None
    return {
        "d": d,
        "period": period,
        "answer": sentences.figure(d, whole.row(0, named=True)) if whole.height else "No national figure.",
        "said": sentences.variation(d, row, names, bench[0] if bench else {})[:3] if row else [],
        "warnings": d["warnings"],
        "chart": chart,
        "ages": by_group(edition, frame, names, d),
        "years": [spread_line(edition, d, r, names) for r in _in_time(frame, measure, "all")],
    }


def _row(frame: pl.DataFrame, measure: str, period: str, group: str) -> dict[str, Any]:
    wanted = (pl.col("measure") == measure) & (pl.col("period") == period) & (pl.col("group") == group)
    rows = frame.filter(wanted).to_dicts()
    return rows[0] if rows else {}


def _in_time(frame: pl.DataFrame, measure: str, group: str) -> list[dict[str, Any]]:
    rows = frame.filter((pl.col("measure") == measure) & (pl.col("group") == group)).to_dicts()
    return sorted(rows, key=lambda r: period_end(r["period"]))


def spread_line(edition: Edition, d: dict[str, Any], v: dict[str, Any], names: dict[str, str]) -> dict[str, str]:
    """One period and group in a table: the country, the lowest, the highest, and their ratio with its interval."""
    wanted = (
        (pl.col("measure") == d["id"]) & (pl.col("period") == v["period"]) & (pl.col("group") == v["group"])
        & (pl.col("level") == "country") & pl.col("value").is_not_null()
    )  # fmt: skip
    whole = edition.table("values").filter(wanted).sort(pl.col("area") == SUM_AREA).select("value").collect()
    labels = {"all": "Everyone"} | {g["id"]: g["label"][:1].upper() + g["label"][1:] for g in d["groups"]}
    return {
        "period": v["period"],
        "group": labels.get(v["group"], v["group"]),
        "country": lines.short(d, whole["value"][0]) if whole.height else "No figure",
        "lowest": lines.short(d, v["smallest_non_zero"]) or "–",
        "lowest_name": _end(v, "lowest", names),
        "highest": lines.short(d, v["maximum"]),
        "highest_name": _end(v, "highest", names),
        "ratio": ratio(v),
        "middle": f"{words.rounded(v['ninety_to_ten'], 1)} times" if v["ninety_to_ten"] is not None else "–",
        "zeros": str(v["zeros"]),
        "councils": str(v["councils"]),
    }


def _end(v: dict[str, Any], end: str, names: dict[str, str]) -> str:
    """The council at one end; "(with care)" where few people are counted or the range is wide."""
    name = names.get(v[end] or "", "")
    return f"{name} (with care)" if v[end] in v["ends_with_care"] else name


def ratio(v: dict[str, Any]) -> str:
    """ "8.2 times (7.2 to 9.4)": the highest to the lowest above zero, with its 95% interval; "–" where none is."""
    if v["ratio"] is None:
        return "–"
    low, high = words.rounded(v["ratio_lower"], 1), words.rounded(v["ratio_upper"], 1)
    return f"{words.rounded(v['ratio'], 1)} times ({low} to {high})"


def by_group(
    edition: Edition, frame: pl.DataFrame, names: dict[str, str], d: dict[str, Any]
) -> list[dict[str, str]]:  # fmt: skip
    """The age groups of the newest period that has any."""
    rows = frame.filter((pl.col("measure") == d["id"]) & (pl.col("group") != "all")).to_dicts()
    if not rows:
        return []
    period = max((r["period"] for r in rows), key=period_end)
    order = [g["id"] for g in d["groups"]]
    here = sorted((r for r in rows if r["period"] == period), key=lambda r: order.index(r["group"]))
    return [spread_line(edition, d, r, names) for r in here]


def clients(edition: Edition, frame: pl.DataFrame, names: dict[str, str]) -> dict[str, Any]:
    """Direct payments by client group, year by year, as the return of before 2014 counted them."""
    d = edition.definition(CLIENTS)
    groups = [("all", "everyone"), *((g["id"], g["label"]) for g in d["groups"])]
    tables = [
        (label[:1].upper() + label[1:], [spread_line(edition, d, r, names) for r in _in_time(frame, CLIENTS, group)])
        for group, label in groups
    ]
    return {"d": d, "tables": [(label, rows) for label, rows in tables if rows]}


def beyond(edition: Edition, measure: str, period: str) -> dict[str, int]:
    """How many councils are below and above the lines that the founding figures drew."""
    low, high = LINES[measure]
    rows = compare(edition, measure, period).rows.filter((pl.col("level") == "council") & pl.col("value").is_not_null())
    exact = rows.select(pl.coalesce("calculated", "value")).to_series()
    return {"below": int((exact < low).sum()), "above": int((exact > high).sum())}


def beside(edition: Edition, frame: pl.DataFrame, measure: str) -> dict[str, Any]:
    """Today's figures and the quoted ones, row by row, each under its own head and with its own source."""
    d = edition.definition(measure)
    if not d["periods"]:
        return {}
    period = comparable(d)
    v = _row(frame, measure, period, "all")
    counts = beyond(edition, measure, period)
    rows, sources = [], {}
    for label, quote_id, column in QUOTED[measure]:
        q = history.quote(quote_id)
        sources[q.source] = q.period
        if column in ("above", "below"):
            now = str(counts[column])
        elif column == "ratio":
            now = ratio(v) if v else "–"
        else:
            now = lines.short(d, v[column]) if v else "–"
        then = f"{q.value} times" if column == "ratio" else str(q.value)
        rows.append({"label": label, "now": now, "then": then, "text": q.text})
    return {"period": period, "rows": rows, "sources": list(sources), "then": next(iter(sources.values()))}
