"""What an edition says in words: a council on a measure, a measure over all councils, how councils differ.

Every sentence is made from the row that it stands beside, by ``compare.words``; nothing is rounded twice and nothing is
said of a figure that is not there but that it is not there.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from evenhand.compare import words
from evenhand.compare.trend import JUDGED_SENTENCES, Judged
from evenhand.edition.against import Comparison
from evenhand.edition.assemble import SUM_AREA
from evenhand.edition.read import Edition
from evenhand.facts.status import Status

CODES = {word: code for code, word in words.BAND_WORDS.items()}
# Measures whose figures have sampling error; amounts of money and facts about places have none to judge by.
JUDGEABLE = ("proportion", "rate", "score", "survey_percent", "published_only")
PERCENTS = ("proportion", "survey_percent", "money_share", "published_only", "context")


def written(definition: dict[str, Any], value: float) -> str:
    """A figure with its unit: "24.5%", "2.57 per 1,000 adults", "£33.12 per adult", "19.0 out of 24"."""
    number = words.rounded(value, definition["decimals"])
    if definition["kind"] in PERCENTS:
        return f"{number}%"
    if definition["kind"] == "money_per_head":
        return f"£{number} {definition['unit'].removeprefix('£ ')}"
    return f"{number} {definition['unit']}"


def counts(definition: dict[str, Any], row: dict[str, Any]) -> str:
    """The counts behind a figure: "395 of 1,782 people", or respondents of a survey; "" when none are printed."""
    n, d = row["numerator"], row["denominator"]
    if row["respondents"] is not None:
        return f"{words.rounded(row['respondents'], 0)} people answered"
    if n is None or d is None or definition["kind"] in ("context",):
        return ""
    if definition["kind"] == "money_share":
        return f"£{words.rounded(n / 100, 0)} of £{words.rounded(d / 100, 0)}"
    if definition["kind"] == "money_per_head":
        return f"£{words.rounded(n / 100, 0)} over {words.rounded(d, 0)} people"
    return f"{words.rounded(n, 0)} of {words.rounded(d, 0)}"


def figure(definition: dict[str, Any], row: dict[str, Any]) -> str:
    """ "Gateshead: 22.2%, 395 of 1,782." or "Gateshead: no figure published." A zero says that it is one."""
    name = row["area_name"]
    if row["value"] is None:
        mark = words.MARKS[Status(row["status"])]
        reason = row["reason"] or ""
        return f"{name}: {mark}." + (f" {reason}" if reason and not reason.lower().startswith(mark[:10]) else "")
    behind = counts(definition, row)
    zero = "zero, " if row["value"] == 0 else ""
    basis = f" Population: {row['basis']}." if row["basis"] else ""
    real = (
        f" {written(definition, row['real_value'])}, {_lower(row['real_basis'])}"
        if row["real_value"] is not None
        else ""
    )
    return f"{name}: {zero}{written(definition, row['value'])}{', ' + behind if behind else ''}.{basis}{real}"


def _lower(text: str) -> str:
    return text[0].lower() + text[1:]


def one_area(definition: dict[str, Any], row: dict[str, Any], benchmark: str, trend: str | None = None) -> list[str]:
    """All that can be said of one council on one measure: figure, chance, band, rank, care and trend."""
    name, out = row["area_name"], [figure(definition, row)]
    if row["value"] is None:
        return out
    if row["lower95"] is not None and row["differs"] is not None:
        side = {0: "may be no different from", -1: "is below", -2: "is below", 1: "is above", 2: "is above"}[
            row["differs"]
        ]
        more = "" if row["differs"] == 0 else " by more than chance"
        span = f"{written(definition, row['lower95'])} to {written(definition, row['upper95'])}"
        out.append(f"It {side} {benchmark}{more}: chance alone could explain a value from {span}.")
    if row["band"] is not None:
        better = definition["direction"] if definition["direction"] != "none" else None
        out.append(words.band_sentence(name, CODES[row["band"]], benchmark, better))
    elif row["level"] == "council" and definition["kind"] in JUDGEABLE:
        out.append("It is not set against other councils: the counts that chance is judged by are not published.")
    if row["rank_low"] is not None:
        out.append(words.rank_sentence(name, row["rank_low"], row["rank_high"], row["ranked"]))
    care = words.reliability_words(row["reliability"] or 0)
    return out + [s for s in (care, trend) if s]


def about(
    edition: Edition, definition: dict[str, Any], rows: pl.DataFrame, found: Comparison, *, people: bool
) -> list[str]:
    """Sentences over a comparison: each area in full when they are few, else England and how many stand out."""
    country = edition.about["country"]
    whole = rows.filter((pl.col("level") == "country") & (pl.col("area") != SUM_AREA)).to_dicts()
    out = [figure(definition, r) for r in whole]
    chosen = rows.filter(pl.col("level") != "country")
    for name, mark in found.benchmarks.items() if len(found.benchmarks) == 1 else ():
        if mark.value is not None:
            which = names_of(edition, name)
            out.append(f"{which} together: {written(definition, mark.value)} ({mark.councils} councils with a figure).")
    if people:
        benchmark = country if not found.benchmarks else "the councils compared"
        for r in chosen.iter_rows(named=True):
            out += one_area(definition, r, benchmark, trend_sentence(edition, definition, r))
        return out
    councils = chosen.filter(pl.col("level") == "council")
    judged = councils.filter(pl.col("band").is_not_null()).height
    none = councils.filter(pl.col("value").is_null()).height
    if judged:
        higher = councils.filter(pl.col("band").is_in(["higher", "much higher"])).height
        lower = councils.filter(pl.col("band").is_in(["lower", "much lower"])).height
        out.append(
            f"Of {judged} councils judged, {higher} are higher and {lower} lower by more than councils usually differ."
        )
        beyond = councils.filter(pl.col("differs").abs() == 2).height
        out.append(
            f"{beyond} differ from {country} by more than chance (99.8% intervals)."
        ) if not found.benchmarks else None
    if none:
        out.append(f"{none} of {councils.height} councils {'has' if none == 1 else 'have'} no figure; each says why.")
    return out


def names_of(edition: Edition, mark: str) -> str:
    """What a set of councils is called: a region or type by its name, a council and its peers, or the ones named."""
    if mark == "named":
        return "The councils named,"
    area = edition.register.area(mark)
    return f"Councils of {area.name}," if area else f"{edition.register.council(mark).name} and its peers,"


def trend_sentence(edition: Edition, definition: dict[str, Any], row: dict[str, Any]) -> str | None:
    """The trend of one area, or why it is not judged; None when the edition holds none for it."""
    wanted = (
        (pl.col("measure") == definition["id"]) & (pl.col("group") == row["group"]) & (pl.col("area") == row["area"])
    )
    found = edition.table("trends").filter(wanted).collect().to_dicts()
    if not found:
        return None
    t = found[0]
    judged = Judged(t["judged"])
    if judged is not Judged.YES:
        return f"Trend: {JUDGED_SENTENCES[judged][0].lower()}{JUDGED_SENTENCES[judged][1:]}"
    if t["direction"] == 0:
        return f"No clear change from {t['first']} to {t['last']}."
    points = "percentage points" if definition["kind"] in PERCENTS else definition["unit"]
    step = f"{words.rounded(abs(t['slope']), max(definition['decimals'], 1))} {points}"
    return f"{'Rising' if t['direction'] > 0 else 'Falling'} from {t['first']} to {t['last']}, by about {step} a year."


def variation(definition: dict[str, Any], v: dict[str, Any], names: dict[str, str], bench: dict[str, Any]) -> list[str]:
    """METHODS §4 in sentences, from one row of the variation table, one of the benchmarks and the areas' names."""
    top, bottom = names.get(v["highest"] or "", "–"), names.get(v["lowest"] or "", "–")

    def w(value: float) -> str:
        return written(definition, value)

    out = []
    if v["ratio"] is not None and definition["likelihood"]:
        ratio = (v["ratio"], v["ratio_lower"], v["ratio_upper"])
        out.append(words.ratio_sentence(top, bottom, ratio, definition["likelihood"], zeros=v["zeros"]))
    elif v["highest_to_lowest"] is not None and v["smallest_non_zero"]:
        times = words.rounded(v["highest_to_lowest"], 1)
        out.append(f"The highest figure, {top}'s, is {times} times the lowest above zero, {bottom}'s.")
    low, high = w(v["low_threshold"]), w(v["high_threshold"])
    out.append(f"{_councils(v['above'])} above {high}, {v['below']} below {low}.")
    d1, d9 = v["deciles"][0], v["deciles"][8]
    out.append(f"From {w(v['minimum'])} to {w(v['maximum'])}; eight in ten councils are between {w(d1)} and {w(d9)}.")
    if v["ninety_to_ten"] is not None:
        out.append(f"The ninth decile is {words.rounded(v['ninety_to_ten'], 1)} times the first.")
    out.append(f"Mean of councils, each counting the same: {w(v['mean_of_councils'])}.{_of_all(definition, bench)}")
    if v["cv"] is not None:
        out.append(f"Coefficient of variation: {words.rounded(v['cv'], 2)}.")
    if v["systematic_share"] is not None:
        share = words.rounded(100 * v["systematic_share"], 0)
        out.append(f"{share}% of the variation between councils is more than chance.")
    if bench.get("phi") is not None:
        phi, tau2 = words.rounded(bench["phi"], 1), f"{bench['tau2']:.2g}"
        out.append(f"Over-dispersion: φ = {phi} (1 would be chance alone), τ² = {tau2} on the funnel's working scale.")
    if v["without_figure"]:
        out.append(f"{_councils(v['without_figure'])} without a figure, left out of all of this.")
    return out


def _councils(n: int) -> str:
    return f"{n:,} council is" if n == 1 else f"{n:,} councils are"


def _of_all(definition: dict[str, Any], bench: dict[str, Any]) -> str:
    if bench.get("numerator") is None or bench.get("value") is None:
        return ""
    return f" All councils together: {written(definition, bench['value'])}."
