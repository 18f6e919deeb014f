"""``evenhand council``: one council's whole profile."""

from __future__ import annotations

import json
from typing import Any, Literal

from evenhand.cli import common

FEATURES = {
    "adults": "the number of adults",
    "share_65": "the share of adults aged 65 and over",
    "share_85": "the share of adults aged 85 and over",
    "density": "people per square kilometre",
    "deprivation": "deprivation",
}


def council(name: str, /, *, format: Literal["table", "json"] = "table") -> None:
    """One council's whole profile: every measure, what stands out, its peers and its history.

    Parameters
    ----------
    name
        A name or a code, old or new.
    format
        table or json.
    """
    from evenhand.compare import words
    from evenhand.edition.profile import history, profile

    edition = common.current()
    p = profile(edition, name)
    if format == "json":
        print(json.dumps([row for _, row, _ in p.lines], indent=1, ensure_ascii=False, default=str))
        return
    if edition.simulated:
        print(common.SIMULATED, end="\n\n")
    reg, c = edition.register, p.council
    kind = next((a.name for a in reg.areas if a.code == c.council_type), c.council_type)
    region = next((a.name for a in reg.areas if a.code == c.region), c.region)
    print(f"{c.name} ({reg.gss(c.id, c.valid_to or _today(edition))}), {region}, {kind}")
    for sentence in history(edition, c):
        print(sentence)
    print(words.looked_at(p.looked_at, p.outside), end="\n\n")
    print(_grid(edition.about["country"], p.lines))
    if any(r["reliability"] for _, r, _ in p.lines):
        print(common.CARE)
    if p.peers:
        print(f"Most like it: {words.listed([n for n, _ in p.peers[:15]])}.")
    if p.without:
        missing = words.listed([FEATURES.get(f, f) for f in p.without])
        print(f"Peers were found without {missing}, for which this council has no figure.")
    gone = f" --period {p.lines[-1][1]['period']}" if c.valid_to and p.lines else ""
    print(f"Edition {edition.id}. `evenhand show MEASURE --area '{c.name}'{gone}` says more about one measure.")


def _today(edition: Any) -> Any:
    from evenhand.facts.register import period_end

    return period_end(edition.about["newest_period"])


def _grid(country: str, lines: Any) -> str:
    import io

    from rich.console import Console
    from rich.table import Table as Grid

    from evenhand.compare.words import rank_words

    grid = Grid(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    grid.add_column("Measure", max_width=52)
    grid.add_column("Period", no_wrap=True)
    for heading in ("Figure", "95% interval", country):
        grid.add_column(heading, justify="right", no_wrap=True)
    grid.add_column("Among councils", no_wrap=True)
    grid.add_column("Rank", no_wrap=True)
    for d, r, whole in lines:
        value = common.cell(d, r)
        span = "–"
        if r["lower95"] is not None:
            span = f"{common.written(d, r['lower95'])} to {common.written(d, r['upper95'])}"
        rank = "–" if r["rank_low"] is None else rank_words(r["rank_low"], r["rank_high"], r["ranked"]) or "–"
        england = common.written(d, whole["value"]) if whole else "–"
        grid.add_row(f"{d['title']}", r["period"], value, span, england, r["band"] or "–", rank)
    out = io.StringIO()
    Console(file=out, width=170, legacy_windows=False).print(grid)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"
