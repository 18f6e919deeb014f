"""One measure's page: what was asked for, checked; and everything that the template prints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import polars as pl
from django.http import QueryDict
from markupsafe import Markup

from evenhand.edition import sentences
from evenhand.edition.against import Comparison, compare
from evenhand.edition.assemble import SUM_AREA
from evenhand.edition.read import Edition, UnknownMeasure
from evenhand.facts.errors import EvenhandError
from evenhand.facts.register import period_end
from evenhand.site.evidence import queries
from evenhand.site.evidence.measure_pages import lines
from evenhand.site.evidence.present.charts import figure_markup, picture

CHARTS = ("funnel", "intervals", "map", "trend")
FILES = (("CSV", "csv"), ("ODS spreadsheet", "ods"), ("Excel", "xlsx"), ("Parquet", "parquet"), ("JSON", "json"))
EVERYONE = "everyone"


@dataclass(frozen=True)
class Asked:
    """What an address asks for. Made by ``of``, which refuses what there is not."""

    definition: dict[str, Any]
    period: str
    group: str
    council: dict[str, Any] | None
    sort: str
    down: bool
    periods: tuple[str, ...]  # newest first
    groups: tuple[tuple[str, str], ...]  # those with figures in the period: id and words
    notice: str

    @classmethod
    def of(cls, edition: Edition, measure: str, query: QueryDict) -> Asked:
        """Read an address. Raises UnknownMeasure or UnknownArea; a group that the period lacks gives a notice."""
        d = edition.definition(measure)
        periods = tuple(sorted(d["periods"], key=period_end, reverse=True))
        period = query.get("period") or d["latest_period"]
        if period not in periods:
            held = ", ".join(periods) or "no period"
            raise UnknownMeasure(
                f"{d['title']} has no figures for {str(period)[:20]!r}.", do=f"It has them for {held}."
            )
        groups = _groups(edition, d, period)
        group, notice = query.get("group") or "all", ""
        if group not in dict(groups):
            known = {g["id"]: g["label"] for g in d["groups"]}
            if group not in known:
                raise UnknownMeasure(
                    f"{d['title']} is not published for a group called {group[:40]!r}.",
                    do=f"Groups in this edition: {', '.join(['all', *known])}.",
                )
            notice = f"No figures were published for people {known[group]} in {period}. These are for everyone."
            group = "all"
        slug = query.get("council") or ""
        council = queries.council(edition, slug[:80]) if slug else None
        sort = query.get("sort") or "name"
        if sort not in lines.SORTS:
            sort = "name"
        down = query.get("order") == "down"
        return cls(d, period, group, council, sort, down, periods, groups, notice)

    @property
    def group_label(self) -> str:
        """The group in words, as after "people": "aged 65 and over"."""
        return dict(self.groups)[self.group]

    def address(self, **changes: str) -> str:
        """The query of this page with some parts changed: ``?period=…&council=…``."""
        parts = {
            "period": self.period, "group": self.group if self.group != "all" else "",
            "council": self.council["slug"] if self.council else "", "sort": self.sort if self.sort != "name" else "",
            "order": "down" if self.down else "",
        } | changes  # fmt: skip
        return "?" + urlencode({k: v for k, v in parts.items() if v})


def _groups(edition: Edition, d: dict[str, Any], period: str) -> tuple[tuple[str, str], ...]:
    wanted = (pl.col("measure") == d["id"]) & (pl.col("period") == period) & pl.col("value").is_not_null()
    held = set(edition.table("values").filter(wanted).select("group").unique().collect()["group"])
    return (("all", EVERYONE), *((g["id"], g["label"]) for g in d["groups"] if g["id"] in held))


def page(edition: Edition, asked: Asked) -> dict[str, Any]:
    """Everything that ``measure.html`` prints."""
    d = asked.definition
    found = compare(edition, d["id"], asked.period, group=asked.group)
    whole = found.rows.filter(pl.col("level") == "country").sort(pl.col("area") == SUM_AREA).to_dicts()
    own = _own(found, asked)
    benchmark = sentences.benchmark_name(edition.about["country"], whole[:1], found, d)
    return {
        "d": d,
        "asked": asked,
        "answer": answer(d, whole, asked),
        "own": own_words(edition, d, asked, own, benchmark),
        "warnings": [text for p, text in d["warnings"] if p == asked.period],
        "range": range_words(edition, asked),
        "form": form(edition, asked, found),
        "charts": charts(edition, asked, found, own, whole),
        "variation": variation(edition, d, asked.period, asked.group),
        "groups": by_group(edition, asked),
        "levels": lines.levels(
            d, found.rows, sort=asked.sort, down=asked.down, chosen=asked.council["slug"] if asked.council else None
        ),
        "heads": heads(asked),
        "missing": found.rows.filter((pl.col("level") == "council") & pl.col("value").is_null()).height,
        "councils": found.rows.filter(pl.col("level") == "council").height,
        "files": [(name, f"/measures/{d['id']}/download.{end}{_taken(asked)}") for name, end in FILES],
        "sources": sources(edition, d, asked.period),
        "publisher": publisher(edition, d),
        "history": history(d),
        # A percentage says its unit in its sign, and some titles say theirs.
        "unit": "" if d["unit"] == "%" or d["unit"] in d["title"] else d["unit"],
        "when": when(d, asked.period),
    }


def _own(found: Comparison, asked: Asked) -> dict[str, Any] | None:
    if asked.council is None:
        return None
    rows = found.rows.filter((pl.col("level") == "council") & (pl.col("slug") == asked.council["slug"])).to_dicts()
    return rows[0] if rows else None


def answer(d: dict[str, Any], whole: list[dict[str, Any]], asked: Asked) -> str:
    """The country's figure in one sentence, as its publisher prints it, or as the sum where nobody prints it."""
    shown = next((r for r in whole if r["value"] is not None), whole[0] if whole else None)
    if shown is None:
        return f"There is no national figure for {asked.period}."
    return sentences.figure(d, shown)


def own_words(
    edition: Edition, d: dict[str, Any], asked: Asked, own: dict[str, Any] | None, benchmark: str
) -> list[str]:
    """All that can be said of the council chosen; for one that did not stand then, what became of it."""
    if asked.council is None:
        return []
    if own is None:
        return [_not_then(asked)]
    return sentences.one_area(d, own, benchmark, sentences.trend_sentence(edition, d, own))


def _not_then(asked: Asked) -> str:
    council = asked.council or {}
    became = [c["name"] for c in council["became"]]
    after = f" Its area is now part of {' or '.join(became)}." if became else ""
    return f"{council['name']} has no place in the figures for {asked.period}.{after}"


def range_words(edition: Edition, asked: Asked) -> str:
    """How far apart councils are, in one sentence; "" where nothing can be compared."""
    found = _variation_row(edition, asked.definition["id"], asked.period, asked.group)
    if not found:
        return ""
    d = asked.definition
    ends, middle = (
        sentences.between(d, found["minimum"], found["maximum"]),
        sentences.between(d, found["deciles"][0], found["deciles"][8], "and"),
    )
    return f"Councils run from {ends}; eight in ten are between {middle}."


def _variation_row(edition: Edition, measure: str, period: str, group: str) -> dict[str, Any]:
    wanted = (pl.col("measure") == measure) & (pl.col("period") == period) & (pl.col("group") == group)
    rows = edition.table("variation").filter(wanted).collect().to_dicts()
    return rows[0] if rows else {}


def variation(edition: Edition, d: dict[str, Any], period: str, group: str) -> dict[str, list[str]]:
    """How councils differ: sentences to read (``said``) and the ones for those who want the working (``working``)."""
    row = _variation_row(edition, d["id"], period, group)
    if not row:
        return {}
    wanted = (pl.col("measure") == d["id"]) & (pl.col("period") == period) & (pl.col("group") == group)
    bench = edition.table("benchmarks").filter(wanted).collect().to_dicts()
    names = dict(edition.areas().select("area", "name").iter_rows())
    every = sentences.variation(d, row, names, bench[0] if bench else {})
    technical = ("Over-dispersion:", "Coefficient of variation:", "The ninth decile")
    return {
        "said": [s for s in every if not s.startswith(technical)],
        "working": [s for s in every if s.startswith(technical)],
    }


def form(edition: Edition, asked: Asked, found: Comparison) -> dict[str, list[dict[str, Any]]]:
    """The choices of the three pickers, for GOV.UK's select."""
    standing = found.rows.filter(pl.col("level") == "council").select("slug", "area_name").sort("area_name")
    slug = asked.council["slug"] if asked.council else ""
    councils = [{"value": "", "text": "No council: the country alone", "selected": not slug}]
    councils += [{"value": s, "text": n, "selected": s == slug} for s, n in standing.iter_rows()]
    if asked.council and slug not in set(standing["slug"]):
        councils.insert(1, {"value": slug, "text": asked.council["name"], "selected": True})
    return {
        "period": [{"value": p, "text": p, "selected": p == asked.period} for p in asked.periods],
        "group": [{"value": g, "text": t[:1].upper() + t[1:], "selected": g == asked.group} for g, t in asked.groups],
        "council": councils,
    }


def charts(
    edition: Edition, asked: Asked, found: Comparison, own: dict[str, Any] | None, whole: list[dict[str, Any]]
) -> list[tuple[str, Markup]]:
    """Each chart that this measure can be drawn as: the figure for the page. One that cannot be drawn is left out."""
    d = asked.definition
    out = []
    for kind in CHARTS:
        chosen = own if own and own["value"] is not None else None
        if kind == "trend":
            if len(asked.periods) < 2:
                continue
            chosen = own or next((r for r in whole if r["area"] != SUM_AREA and r["value"] is not None), None)
            if chosen is None:
                continue
        try:
            chart = picture(kind, edition, d, found, chosen, links=True)
        except EvenhandError:
            continue  # the measure has no counts, no intervals or no bands: the table and the sentences stand alone
        files = [(e.upper(), f"/measures/{d['id']}/{kind}.{e}{_taken(asked, council=True)}") for e in ("svg", "png")]
        if kind == "trend" and asked.council is None:
            files = []  # a file over time is of one council
        out.append((kind, figure_markup(chart, anchor=kind, downloads=files)))
    return out


def _taken(asked: Asked, *, council: bool = False) -> str:
    parts = {"period": asked.period}
    if asked.group != "all":
        parts["group"] = asked.group
    if council and asked.council:
        parts["council"] = asked.council["slug"]
    return "?" + urlencode(parts)


def by_group(edition: Edition, asked: Asked) -> dict[str, Any]:
    """A line a group for the country, and for the council chosen; empty where only everyone is counted."""
    if len(asked.groups) < 2:
        return {}
    d, slug = asked.definition, asked.council["slug"] if asked.council else None
    wanted = (pl.col("measure") == d["id"]) & (pl.col("period") == asked.period)
    rows = edition.table("values").filter(wanted).collect()
    out = []
    for group, label in asked.groups:
        here = rows.filter(pl.col("group") == group)
        whole = here.filter(pl.col("level") == "country").sort(pl.col("area") == SUM_AREA).to_dicts()
        own = here.filter((pl.col("level") == "council") & (pl.col("slug") == slug)).to_dicts() if slug else []
        shown = next((r for r in whole if r["value"] is not None), whole[0] if whole else None)
        out.append(
            {
                "label": label[:1].upper() + label[1:],
                "address": asked.address(group=group if group != "all" else ""),
                "whole": lines.line(d, shown) if shown else None,
                "own": lines.line(d, own[0]) if own else None,
            }
        )
    return {"rows": out, "council": asked.council["name"] if asked.council else ""}


def heads(asked: Asked) -> dict[str, dict[str, str]]:
    """For each column that can be sorted: its words, the address that sorts by it, and how it is sorted now."""
    out = {}
    for sort, text in lines.SORTS.items():
        now = asked.sort == sort
        first = "down" if sort == "value" else ""  # the highest figure first; 1st and A first
        order = ("" if asked.down else "down") if now else first
        state = ("descending" if asked.down else "ascending") if now else "none"
        address = asked.address(sort=sort if sort != "name" else "", order=order) + "#figures"
        out[sort] = {"text": text, "address": address, "state": state}
    return out


def sources(edition: Edition, d: dict[str, Any], period: str) -> list[dict[str, Any]]:
    """The files that this period's figures were read from, with licence and checksum; all of them if none says so."""
    used = [f for f in edition.built_from if f["table"] in set(d["tables"])]
    return [f for f in used if period in f["periods"]] or used


def publisher(edition: Edition, d: dict[str, Any]) -> list[dict[str, str]]:
    """What the publisher itself says of how this measure's periods compare, newest first."""
    if not d["official_code"]:
        return []
    rows = edition.table("comparability").filter(pl.col("item").str.ends_with(f"/{d['official_code']}")).collect()
    held = rows.filter(pl.col("period").is_in(d["periods"])).unique(maintain_order=True)
    return held.sort("period", descending=True).select("period", "kind", "text").to_dicts()


def history(d: dict[str, Any]) -> list[dict[str, Any]]:
    """Figures of the past as quoted, under their source."""
    out: dict[str, list[dict[str, str]]] = {}
    for q in d["history"]:
        out.setdefault(q["source"], []).append(q)
    return [{"source": source, "quotes": quotes} for source, quotes in out.items()]


def when(d: dict[str, Any], period: str) -> str:
    """The day or the time that a figure is about: "On 31 March 2025", "In the year to 31 March 2025"."""
    basis = d["date_basis"][:1].upper() + d["date_basis"][1:]
    return f"{basis} {period_end(period).year}" if basis.endswith(("March", "June")) else f"{basis}, {period}"
