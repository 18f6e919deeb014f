"""What a chart of a measure shows, said first: a title that is the finding, and a sentence with its uncertainty."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from evenhand.compare import words

if TYPE_CHECKING:
    from evenhand.edition.against import Comparison
    from evenhand.edition.read import Edition


def finding(
    kind: str, edition: Edition, definition: dict[str, Any], found: Comparison, chosen: dict[str, Any] | None
) -> tuple[str, str]:
    """Title and sentence of one chart. ``chosen`` is the row of the area it points out, if any."""
    from evenhand.edition.sentences import about, benchmark_name, one_area

    rows = found.rows
    if kind == "trend":
        assert chosen is not None
        return _over_time(edition, definition, chosen)
    whole = rows.filter((pl.col("level") == "country") & (pl.col("area") != "sum-of-councils")).to_dicts()
    over = " ".join(about(edition, definition, rows, found, people=False))
    if chosen is None or chosen["value"] is None:
        return _of_all(kind, edition, definition, rows), over
    said = one_area(definition, chosen, benchmark_name(edition.about["country"], whole, found, definition))
    title = _of_all(kind, edition, definition, rows) if kind == "map" else _of_one(kind, definition, chosen, rows)
    return title, " ".join(said[: 2 if kind == "intervals" else 3])


def _of_one(kind: str, definition: dict[str, Any], chosen: dict[str, Any], rows: pl.DataFrame) -> str:
    """The finding about one council: its place on the chart in words, with the period."""
    name, period = chosen["area_name"], rows["period"][0]
    if kind == "intervals" and chosen["rank_low"] is not None:
        return f"{words.rank_sentence(name, chosen['rank_low'], chosen['rank_high'], chosen['ranked'])[:-1]}, {period}"
    if chosen["band"] is None:
        return f"{definition['title']}, {period}: {name} among councils"
    if chosen["band"] == "similar":
        return f"{name} is similar to most councils, {period}"
    return f"{name} is {chosen['band']} than councils usually are, {period}"


def _of_all(kind: str, edition: Edition, definition: dict[str, Any], rows: pl.DataFrame) -> str:
    """The finding about all councils: how far apart they are, or how many stand out."""
    from evenhand.edition.sentences import between

    councils = rows.filter(pl.col("level") == "council")
    period, figures = rows["period"][0], councils["value"].drop_nulls()
    if kind == "intervals" or not councils["band"].is_not_null().any():
        low, high = float(figures.min() or 0.0), float(figures.max() or 0.0)  # type: ignore[arg-type]
        return f"Councils run from {between(definition, low, high)}, {period}"
    higher = councils["band"].is_in(["higher", "much higher"]).sum()
    lower = councils["band"].is_in(["lower", "much lower"]).sum()
    of = councils["band"].is_not_null().sum()
    return f"{higher} of {of} councils are higher than usual and {lower} lower, {period}"


def _over_time(edition: Edition, definition: dict[str, Any], chosen: dict[str, Any]) -> tuple[str, str]:
    from evenhand.edition.sentences import between, trend_sentence
    from evenhand.site.evidence.present.numbers import periods

    name = chosen["area_name"]
    trend = trend_sentence(edition, definition, chosen)
    last = periods(edition, definition, chosen).row(-1, named=True)
    middle = (
        f"In {last['period']} half of councils were between {between(definition, last['p25'], last['p75'], 'and')}."
    )
    if trend is None or trend.startswith("Trend:"):
        return f"{name} over time, among councils", " ".join(s for s in (trend, middle) if s)
    return f"{name}: {trend[0].lower()}{trend[1:-1]}", middle
