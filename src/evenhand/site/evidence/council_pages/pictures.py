"""The charts of a council's page: a strip a topic, and the headline measures over time among all councils."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from evenhand.documents.chart import Chart
from evenhand.documents.strip_charts import Strip, StripRow
from evenhand.edition import against as sets
from evenhand.edition import sentences
from evenhand.edition.read import Edition
from evenhand.facts.errors import EvenhandError
from evenhand.facts.register import Council, period_end
from evenhand.site.evidence.council_pages.lines import Line
from evenhand.site.evidence.present.charts import NARROW, WIDE, picture

OVER_TIME = ("ascof-3d-2a", "dp-per-1000-adults")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart as a template prints it: two drawings, and the finding in words."""

    title: str
    sentence: str
    wide: str
    narrow: str


def drawn(chart: Chart) -> Drawn:
    """A chart in the two widths that pages carry."""
    wide, narrow = (chart.to_svg(width=width, heading=False) for width in (WIDE, NARROW))
    return Drawn(chart.title, chart.sentence, wide, narrow)


def topic_strip(edition: Edition, council: Council, topic: str, lines: list[Line], members: pl.DataFrame) -> Drawn:
    """One topic's measures, one row each: every council of the set a dot, this one large, the benchmark a bar."""
    values = dict(members.filter(pl.col("area") != council.id).group_by("measure").agg("value").iter_rows())
    rows = tuple(_strip(line, values.get(line.definition["id"], [])) for line in lines)
    key = f"Small circles are councils, the large dot is {council.name}, the bar is {lines[0].benchmark}."
    return drawn(Chart(finding(topic, lines), details(lines), Strip(rows), key=key, simulated=edition.simulated))


def _strip(line: Line, others: list[float]) -> StripRow:
    said = " · ".join(s for s in (line.value or line.absence[0], line.band) if s)
    return StripRow(line.label, said, tuple(sorted(others)), line.row["value"], line.set_value)


def finding(topic: str, lines: list[Line]) -> str:
    """A topic's title: "Independence: lower than England on 2 of 7 measures compared, much higher on 1"."""
    name, judged = topic[0].upper() + topic[1:], [li for li in lines if li.band]
    if not judged:
        return f"{name}: figures that carry no word"
    benchmark = judged[0].benchmark
    counts = [
        (word, sum(li.band == word for li in judged)) for word in ("much higher", "higher", "lower", "much lower")
    ]
    found = [(word, n) for word, n in counts if n]
    of = "the 1 measure compared" if len(judged) == 1 else f"{len(judged)} measures compared"
    if not found:
        return f"{name}: similar to {benchmark} on {'' if len(judged) == 1 else 'all '}{of}"
    (word, n), *others = found
    start = of if len(judged) == 1 else f"{n} of {of}"
    return f"{name}: {word} than {benchmark} on {start}" + "".join(f", {w} on {k}" for w, k in others)


def details(lines: list[Line]) -> str:
    """Which measures have which word, how many are similar, and which have none: the strip says the rest."""
    out = []
    for word in ("much higher", "higher", "lower", "much lower"):
        names = [li.title for li in lines if li.band == word]
        if names:
            out.append(f"{word.capitalize()}: {'; '.join(names)}.")
    similar = sum(li.band == "similar" for li in lines)
    if similar and out:
        out.append(f"{similar} {'is' if similar == 1 else 'are'} similar.")
    elif similar:
        out.append("No figure differs by more than councils usually do.")
    bare = [li for li in lines if not li.band and li.row["value"] is not None]
    if bare:
        out.append(f"Without a word, because chance cannot be judged: {'; '.join(li.title for li in bare)}.")
    none = [li for li in lines if li.row["value"] is None]
    if none:
        out.append(f"No figure: {'; '.join(li.title for li in none)}.")
    return " ".join(out)


@dataclass(frozen=True, slots=True)
class OverTime:
    """A headline measure over the years: the picture, and its numbers as rows of text."""

    line: Line
    chart: Drawn
    rows: tuple[tuple[str, str, str, str, str], ...]


def over_time(edition: Edition, council: Council, lines: list[Line]) -> list[OverTime]:
    """The measures of OVER_TIME that this council has figures for, each over all its periods among all councils."""
    return [o for m in OVER_TIME for li in lines if li.definition["id"] == m and (o := _one(edition, council, li))]


def _one(edition: Edition, council: Council, line: Line) -> OverTime | None:
    d = line.definition
    rows = edition.rows(d["id"]).filter(pl.col("area") == council.id)
    with_figure = rows.filter(pl.col("value").is_not_null()).height
    if with_figure < 2:
        return None
    chosen = {**line.row, "group": "all"}
    try:
        chart = picture("trend", edition, d, sets.compare(edition, d["id"], line.period), chosen)
    except EvenhandError:  # nothing that this chart could show: the words stand alone
        return None
    trend = sentences.trend_sentence(edition, d, line.row) or ""
    first = f"{line.title}: {_moved(rows, line)}"
    told = " ".join(s for s in (trend, "No line crosses a change of definition." if d["breaks"] else "") if s)
    chart = replace(chart, title=first, sentence=told or first)
    return OverTime(line, drawn(chart), _numbers(edition, line, rows))


def _moved(rows: pl.DataFrame, line: Line) -> str:
    """The first and the last figure counted in the same way, without a verdict: the trend sentence has that.

    Figures before a break are of another definition, so a title never sets them beside those after it.
    """
    known = sorted(rows.filter(pl.col("value").is_not_null()).to_dicts(), key=lambda r: period_end(r["period"]))
    last = known[-1]
    first = next(r for r in known if r["segment"] == last["segment"])
    now = f"{sentences.written(line.definition, last['value'])} in {last['period']}"
    if first is last:
        return f"{now}; earlier years were counted in another way" if len(known) > 1 else now
    return f"{sentences.written(line.definition, first['value'])} in {first['period']}, {now}"


def _numbers(edition: Edition, line: Line, rows: pl.DataFrame) -> tuple[tuple[str, str, str, str, str], ...]:
    d = line.definition
    bands = edition.table("deciles").filter((pl.col("measure") == d["id"]) & (pl.col("group") == "all")).collect()
    between = {r["period"]: r for r in bands.to_dicts()}
    out = []
    for r in sorted(rows.to_dicts(), key=lambda r: period_end(r["period"]), reverse=True):
        own = Line(d, r, line.benchmark, None)
        all_of = between.get(r["period"])
        middle = line.spelled(all_of["p50"]) if all_of else ""
        most = f"{line.spelled(all_of['p10'])} to {line.spelled(all_of['p90'])}" if all_of else ""
        out.append((r["period"], own.value or own.absence[0].capitalize(), own.interval, middle, most))
    return tuple(out)
