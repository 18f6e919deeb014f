"""Rows of the edition as the API gives them: unrounded, and with a reason wherever there is no figure."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from evenhand.edition.assemble import SUM_AREA
from evenhand.edition.profile import history
from evenhand.edition.read import Edition
from evenhand.facts.errors import UnknownArea
from evenhand.facts.register import Area, Council, period_end
from evenhand.site.evidence.api.problems import Problem
from evenhand.site.evidence.present.asked import compared, held, measure_of, settled
from evenhand.site.evidence.present.tables import fields_of, licence_of

Row = dict[str, Any]
LEVELS = ("country", "region", "council_type", "council")
AREA = (
    "code", "name", "slug", "level", "region", "region_name", "council_type", "council_type_name", "valid_from",
    "valid_to", "standing", "predecessors", "successors",
)  # fmt: skip


def line(definition: Row) -> Row:
    """A definition as a line of the list of measures."""
    return definition | {"country_value": definition["england_value"]}


def measure(edition: Edition, measure_id: str) -> Row:
    """One measure, with every period and group that it has figures for."""
    d = measure_of(edition, measure_id)
    holds: dict[tuple[str, str], list[str]] = {}
    for period, group, level in held(edition, d["id"]):
        holds.setdefault((period, group), []).append(level)
    texts = {k: [{"period": t[0], "text": t[1]} for t in d[k]] for k in ("breaks", "warnings", "set_aside")}
    return line(d) | texts | {"holds": [{"period": p, "group": g, "levels": v} for (p, g), v in holds.items()]}


def values(
    edition: Edition, measure_id: str, period: str | None, level: str | None, group: str, areas: list[str], against: str
) -> list[Row]:
    """A measure's figures, country first, then regions, types and councils from the highest figure down."""
    d = measure_of(edition, measure_id)
    if period == "all":
        if against.strip().lower() != "england":
            raise Problem("bad-request", "period=all can only be compared with England. Ask for one period at a time.")
        _, group = settled(edition, d, None, group)
        rows = edition.rows(d["id"], None, group)
        order = {p: n for n, p in enumerate(sorted(rows["period"].unique().to_list(), key=period_end))}
        rank = pl.col("period").replace_strict(order, return_dtype=pl.Int32)
        rows = rows.sort(rank, pl.col("level").replace_strict({v: i for i, v in enumerate(LEVELS)}), "area_name")
        newest = max(order, key=period_end)
    else:
        newest, group = settled(edition, d, period, group)
        rows = compared(edition, d, newest, group, against).rows
    if level:
        there = [v for v in LEVELS if v in set(rows["level"])]
        rows = rows.filter(pl.col("level") == level)
        if rows.is_empty():
            raise Problem("no-figures", f"{d['title']} has no figures at the level {level} here.", available=there)
    if areas:
        wanted = {area_id(edition, text, newest) for text in areas}
        rows = rows.filter(pl.col("area").is_in(sorted(wanted)))
        if lacking := wanted - set(rows["area"]):
            names = ", ".join(sorted(lacking))
            raise Problem("no-figures", f"{d['title']} has no row for {names} at this period, group and level.")
    return fields_of(edition, rows).to_dicts()


def area_id(edition: Edition, text: str, period: str) -> str:
    """The lasting id of an area by short name, code or name, whenever it stood. Raises UnknownArea."""
    typed = text.strip()
    if any(c.id == typed for c in edition.register.all) or typed == SUM_AREA:
        return typed
    if ever := edition.register.ever_by_code(typed):
        return ever[-1].id
    found = edition.find(typed, period)
    return found.id if isinstance(found, Council) else found.code


def areas(edition: Edition, level: str | None, as_at: date | None) -> list[Row]:
    """Areas by level and name: every council that ever stood, or with a day those that stood then."""
    rows = [_area(r) for r in edition.areas().filter(pl.col("area") != SUM_AREA).to_dicts()]
    if as_at is not None:
        first = min(c.valid_from for c in edition.register.all)
        if as_at < first:
            raise Problem("no-figures", f"The register of councils begins on {first}.", available=[str(first)])
        then = {c.id: c for c in edition.register.councils(as_at)}
        rows = [_then(edition, r, then, as_at) for r in rows if r["level"] != "council" or r["slug"] in then]
    rows = [r for r in rows if level is None or r["level"] == level]
    return sorted(rows, key=lambda r: (LEVELS.index(r["level"]), r["name"]))


def _area(row: Row) -> Row:
    out = {k: row[k] for k in AREA}
    return out | {"slug": row["slug"] or None, **{k: row[k] or [] for k in ("predecessors", "successors")}}


def _then(edition: Edition, row: Row, then: dict[str, Council], as_at: date) -> Row:
    if row["level"] != "council":
        return row
    kind = edition.register.type_of(row["slug"], as_at)
    name = next((a.name for a in edition.register.areas if a.code == kind), None)
    code = edition.register.gss(row["slug"], as_at)
    return row | {"code": code, "council_type": kind, "council_type_name": name, "standing": True}


def area(edition: Edition, text: str) -> Row:
    """One area by short name or by any code that it ever had, with all its codes."""
    register = edition.register
    by_code = register.ever_by_code(text)
    council = next((c for c in register.all if c.id == text), by_code[-1] if by_code else None)
    above: Area | None = None if council else register.area(text)
    wanted = council.id if council else above.code if above else ""
    rows = edition.table("areas").filter((pl.col("area") == wanted) & (pl.col("area") != SUM_AREA)).collect().to_dicts()
    if not rows:
        raise UnknownArea("No area has this code or short name.", do="/api/v1/areas lists them.")
    codes = sorted((c for c in register.codes if council and c.council == council.id and c.scheme == "gss"),
                   key=lambda c: c.valid_from)  # fmt: skip
    listed = [{"code": c.code, "valid_from": c.valid_from, "valid_to": c.valid_to} for c in codes]
    return _area(rows[0]) | {"codes": listed}


def profile(edition: Edition, slug: str) -> Row:
    """A council over every measure that ever applied to it."""
    own_area = area(edition, slug)
    if own_area["slug"] != slug:
        raise UnknownArea("No council has this short name.", do="/api/v1/areas?level=council lists them.")
    wanted = (pl.col("group") == "all") & ((pl.col("area") == slug) | (pl.col("level") == "country"))
    everything = edition.table("values").filter(wanted).collect()
    lines = []
    for d in edition.definitions.values():
        of = everything.filter(pl.col("measure") == d["id"])
        own = of.filter(pl.col("area") == slug)
        if own.is_empty():
            continue
        latest = max(own["period"].to_list(), key=period_end)
        here = of.filter(pl.col("period") == latest)
        whole = here.filter(pl.col("level") == "country").sort(pl.col("area") == SUM_AREA).head(1)
        lines.append(
            {k: d[k] for k in ("title", "unit", "decimals")}
            | {"measure": d["id"], "value": fields_of(edition, here.filter(pl.col("area") == slug)).to_dicts()[0]}
            | {"country": fields_of(edition, whole).to_dicts()[0] if whole.height else None}
        )
    judged = [n["value"]["band"] for n in lines if n["value"]["band"] is not None]
    near = edition.table("peers").filter(pl.col("area") == slug).sort("place").collect()
    council = edition.register.council(slug)
    return {
        "area": own_area,
        "looked_at": len(judged),
        "outside": sum(b != "similar" for b in judged),
        "peers": [
            {"slug": p, "name": edition.register.council(p).name, "distance": d}
            for p, d in near.select("peer", "distance").iter_rows()
        ],
        "peers_without": list(near["without"][0]) if near.height else [],
        "history": history(edition, council),
        "measures": lines,
    }


def variation(edition: Edition, measure_id: str, period: str | None, group: str) -> Row:
    """How much councils differ on a measure in a period."""
    d = measure_of(edition, measure_id)
    period, group = settled(edition, d, period, group)
    rows = edition.table("variation").filter(pl.col("measure") == d["id"]).collect()
    found = rows.filter((pl.col("period") == period) & (pl.col("group") == group))
    if found.is_empty():
        there = [f"{p} {g}" for p, g in rows.select("period", "group").unique(maintain_order=True).iter_rows()]
        raise Problem("no-figures", f"Fewer than two councils have a figure for {period}.", available=there)
    return found.row(0, named=True)


def about(edition: Edition) -> Row:
    """What the edition is."""
    return edition.about | {"licence": licence_of(edition)}
