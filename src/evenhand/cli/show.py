"""``evenhand show``: a measure, and where every council stands on it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

from evenhand.cli import common
from evenhand.site.evidence.present.tables import fields, measure_table
from evenhand.site.evidence.present.wording import small_print, warned

if TYPE_CHECKING:
    import polars as pl

    from evenhand.edition.against import Comparison
    from evenhand.edition.read import Edition


def show(
    measure: str = "",
    /,
    *,
    period: str | None = None,
    area: list[str] | None = None,
    against: str = "england",
    group: str = "all",
    format: Literal["table", "json", "csv"] = "table",
    list: bool = False,
) -> None:
    """A measure: where every council stands, and how sure one can be.

    Parameters
    ----------
    measure
        The measure's id, such as ascof-3d-2a. --list lists them.
    period
        Such as 2024-25; the latest (that has the group) when left out.
    area
        Only this council, region or type (name or code) beside England; can be given several times.
    against
        england, region, type, peers, or council names or codes with commas between.
    group
        all, or a group of people such as 18-64.
    format
        table, json or csv.
    list
        List the measures of the edition.
    """
    edition = common.current()
    if list or not measure:
        _list(edition, format)
        return
    from evenhand.edition.against import compare

    definition = edition.definition(measure)
    period = common.settled_period(edition, definition, period, group)
    found = compare(edition, measure, period, group=group, against=against, areas=tuple(area or ()))
    if format == "json":
        print(json.dumps(fields(edition, found).to_dicts(), indent=1, ensure_ascii=False))
    elif format == "csv":
        print(measure_table(edition, definition, found, pounds=True).to_csv(rounded=False).decode(), end="")
    else:
        _print(edition, definition, found)


def _list(edition: Edition, format: str) -> None:
    rows = edition.measures().to_dicts()
    if format == "json":
        print(json.dumps(rows, indent=1, ensure_ascii=False))
        return
    if format == "csv":
        import csv
        import sys

        out = csv.writer(sys.stdout, lineterminator="\n")
        out.writerow([*rows[0], "simulated"] if rows else [])
        for r in rows:
            out.writerow([*(" ".join(v) if isinstance(v, type([])) else v for v in r.values()), edition.simulated])
        return
    if edition.simulated:
        print(common.SIMULATED)
    for r in rows:
        value = common.written(edition.definition(r["measure"]), r["england_value"], unit=True)
        print(f"{r['measure']:<28}{r['title']}")
        held = (
            f"{r['latest_period']}: {r['councils_with_value']} councils" if r["latest_period"] else "no figure loaded"
        )
        print(f"{'':<28}{held}, {edition.about['country']} {value}")


def _print(edition: Edition, definition: dict[str, Any], found: Comparison) -> None:
    from evenhand.edition.sentences import about

    if edition.simulated:
        print(common.SIMULATED, end="\n\n")
    rows = found.rows
    period = rows["period"][0]
    print(common.heading(definition, period, rows["group"][0]))
    print(definition["question"], end="\n\n")
    for line in warned(definition, period):
        print(line)
    chosen = rows.filter(rows["level"] != "country")
    few = chosen.height <= 3
    for sentence in about(edition, definition, rows, found, people=few):
        print(sentence)
    print()
    print(_grid(definition, rows))
    if (rows["reliability"].fill_null(0) > 0).any():
        print(common.CARE)
    if rows["band"].is_not_null().any():
        print(f"Compared with {found.words}. Limits allow for how much councils differ anyway (over-dispersion).")
    for line in small_print(definition):
        print(line)
    print(f"Edition {edition.id}.")


def _grid(definition: dict[str, Any], rows: pl.DataFrame) -> str:
    from rich.console import Console
    from rich.table import Table as Grid

    grid = Grid(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    grid.add_column("Area", max_width=40)
    for heading in ("Figure", "95% interval", "Count", "Of"):
        grid.add_column(heading, justify="right", no_wrap=True)
    grid.add_column("Among councils", no_wrap=True)
    grid.add_column("Rank", no_wrap=True)
    for r in rows.iter_rows(named=True):
        grid.add_row(r["area_name"], *_cells(definition, r))
    import io

    out = io.StringIO()
    Console(file=out, width=150, legacy_windows=False).print(grid)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _cells(definition: dict[str, Any], r: dict[str, Any]) -> tuple[str, ...]:
    from evenhand.compare.words import rank_words

    value = common.cell(definition, r)
    span = "–"
    if r["lower95"] is not None:
        span = f"{common.written(definition, r['lower95'])} to {common.written(definition, r['upper95'])}"
    rank = "–" if r["rank_low"] is None else rank_words(r["rank_low"], r["rank_high"], r["ranked"]) or "–"
    counts = (common.count(r["numerator"]), common.count(r["denominator"]))
    if definition["kind"] in ("money_share", "money_per_head"):
        counts = (f"£{common.count(r['numerator'] / 100)}" if r["numerator"] is not None else "–", counts[1])
    if definition["kind"] == "money_share" and r["denominator"] is not None:
        counts = (counts[0], f"£{common.count(r['denominator'] / 100)}")
    return (value, span, *counts, r["band"] or "–", rank)
