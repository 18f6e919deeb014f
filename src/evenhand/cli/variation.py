"""``evenhand variation``: how much councils differ on a measure, in sentences."""

from __future__ import annotations

from typing import Literal

from evenhand.cli import common
from evenhand.facts.errors import EvenhandError
from evenhand.site.evidence.present.wording import small_print, warned


def variation(
    measure: str, /, *, period: str | None = None, group: str = "all", format: Literal["table", "json"] = "table"
) -> None:
    """How much councils differ on a measure, in sentences.

    Parameters
    ----------
    measure
        The measure's id, such as ascof-3d-2a.
    period
        Such as 2024-25; the latest when left out.
    group
        all, or a group of people such as 18-64.
    format
        table (sentences) or json.
    """
    import json

    import polars as pl

    from evenhand.edition.sentences import variation as sentences

    edition = common.current()
    d = edition.definition(measure)
    period = common.settled_period(edition, d, period, group) or d["latest_period"]
    wanted = (pl.col("measure") == d["id"]) & (pl.col("period") == period) & (pl.col("group") == group)
    found = edition.table("variation").filter(wanted).collect().to_dicts()
    if not found:
        held = ", ".join(d["periods"]) or "none"
        raise EvenhandError(
            f"{d['title']} cannot be compared between councils for {period}, group {group}.",
            do=f"Periods in this edition: {held}.",
        )
    bench = edition.table("benchmarks").filter(wanted).collect().to_dicts()
    if format == "json":
        print(json.dumps(found[0] | {"benchmark": bench[0] if bench else None}, indent=1, ensure_ascii=False))
        return
    if edition.simulated:
        print(common.SIMULATED, end="\n\n")
    names = dict(edition.areas().select("area", "name").iter_rows())
    print(common.heading(d, period, group))
    for line in warned(d, period):
        print(line)
    for sentence in sentences(d, found[0], names, bench[0] if bench else {}):
        print(sentence)
    for line in small_print(d):
        print(line)
    print(f"Edition {edition.id}.")
