"""What an edition says in words: a council on a measure, a measure over all councils, how councils differ.

Every sentence is made from the row that it stands beside, by ``compare.words``; nothing is rounded twice and nothing is
said of a figure that is not there but that it is not there.
"""

from __future__ import annotations

import re
from typing import Any

import polars as pl

from evenhand.compare import words
from evenhand.compare.trend import JUDGED_SENTENCES, Judged
from evenhand.edition.against import NO_PEERS, Comparison
from evenhand.edition.assemble import SUM_AREA
from evenhand.edition.read import Edition
from evenhand.facts.status import Status

CODES = {word: code for code, word in words.BAND_WORDS.items()}
# Measures whose figures have sampling error; amounts of money and facts about places have none to judge by.
JUDGEABLE = ("proportion", "rate", "score", "survey_percent", "published_only")
PERCENTS = ("proportion", "survey_percent", "money_share", "published_only", "context")


def written(definition: dict[str, Any], value: float) -> str:
    """A figure with its unit: "24.5%", "2.57 per 1,000 adults", "£33 per adult", "19.0 out of 24"."""
    number = words.rounded(value, definition["decimals"])
    if definition["kind"] in PERCENTS:
        return f"{number}%"
    if definition["kind"] == "money_per_head":
        return f"£{number} {definition['unit'].removeprefix('£ ')}"
    return f"{number} {definition['unit']}"


def between(definition: dict[str, Any], low: float, high: float, joined: str = "to") -> str:
    """Two figures with their unit said once: "2.02 to 2.18 per 1,000 adults", "20.3% to 24.2%"."""
    first = written(definition, low)
    if definition["kind"] not in PERCENTS:
        first = first.split(" ", 1)[0]
    return f"{first} {joined} {written(definition, high)}"


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
        mark, reason = absence(row)
        return " ".join(s for s in (f"{name}: {mark}.", reason, beside(row)) if s)
    behind = counts(definition, row)
    zero = "zero, " if row["value"] == 0 else ""
    basis = f" Population: {row['basis']}." if row["basis"] else ""
    real = (
        f" {written(definition, row['real_value'])}, {_lower(row['real_basis'])}"
        if row["real_value"] is not None
        else ""
    )
    return f"{name}: {zero}{written(definition, row['value'])}{', ' + behind if behind else ''}.{basis}{real}"


def absence(row: dict[str, Any]) -> tuple[str, str]:
    """What stands in place of a figure that is not there, and what more can be said of why ("" when nothing)."""
    status, reason = Status(row["status"]), row["reason"] or ""
    if reason.startswith("Withheld"):
        return "no figure", reason
    mark = words.MARKS[status]
    if reason.lower().startswith(mark[:10]):
        return mark, ""
    # The publisher may have printed the count: what is missing is then our figure, not the publisher's.
    return ("no figure" if status is Status.MISSING and reason else mark), reason


def beside(row: dict[str, Any]) -> str:
    """What the publisher prints in place of a figure that is not there, without its bare symbols; "" when nothing."""
    if row["note"] == row["reason"]:
        return ""
    said = [part for part in (row["note"] or "").split("; ") if part and not re.fullmatch(r"\[\w\]|[-:.*]+", part)]
    return f"Published instead: {'; '.join(said)}." if said else ""


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
        span = between(definition, row["lower95"], row["upper95"])
        out.append(f"It {side} {benchmark}{more}: chance alone could explain a value from {span}.")
    if row["band"] is not None:
        better = definition["direction"] if definition["direction"] != "none" else None
        sentence = words.band_sentence(name, CODES[row["band"]], benchmark, better)
        if row["band"] == "similar" and row["differs"]:
            # Both are true: it differs by more than chance, and so do most; the second must not seem to deny the first.
            sentence = f"Councils differ about this much anyway, so {name} counts as similar to {benchmark}."
        out.append(sentence)
    elif row["note"] == NO_PEERS:
        out.append(NO_PEERS)
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
        benchmark = benchmark_name(country, whole, found, definition)
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
        if not found.benchmarks:
            benchmark = benchmark_name(country, whole, found, definition)
            out.append(f"{beyond} differ from {benchmark} by more than chance (99.8% intervals).")
    if none:
        out.append(f"{none} of {councils.height} councils {'has' if none == 1 else 'have'} no figure; each says why.")
    return out


def benchmark_name(
    country: str, whole: list[dict[str, Any]], found: Comparison, definition: dict[str, Any]
) -> str:  # fmt: skip
    """What councils are set against: the country, or the councils alone where the publisher gives no such figure.

    Chance is judged by the sum of the councils. Where that prints as another number than the country's own figure,
    which stands beside the sentence, the sum is named with its number: "councils together (90.9%)".
    """
    if found.benchmarks:
        return "the councils compared"
    without = bool(whole) and all(r["value"] is None and r["respondents"] is None for r in whole)
    survey = found.rows["interval"].eq_missing("published margin of error").any()
    if without and survey:
        return "the councils that have a figure"
    own = [_number(definition, r["value"]) for r in whole if r["area"] != SUM_AREA and r["value"] is not None]
    total = found.rows.filter((pl.col("area") == SUM_AREA) & pl.col("value").is_not_null())["value"].to_list()
    if own and total and own[0] != _number(definition, total[0]):
        return f"councils together ({_number(definition, total[0])})"
    return country


def _number(definition: dict[str, Any], value: float) -> str:
    return written(definition, value).split(" ", 1)[0]


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
    # A score has no natural zero: how many times one is another means nothing.
    times = definition["kind"] != "score"

    def w(value: float) -> str:
        return written(definition, value)

    out = []
    if v["ratio"] is not None and definition["likelihood"]:
        ratio = (v["ratio"], v["ratio_lower"], v["ratio_upper"])
        out.append(words.ratio_sentence(top, bottom, ratio, definition["likelihood"], zeros=v["zeros"]))
        careful = [names.get(a, a) for a in v["ends_with_care"]]
        if careful:
            out.append(
                f"Treat this ratio with care: few people are counted, or the range is wide, in {words.listed(careful)}."
            )
    elif times and v["highest_to_lowest"] is not None and v["smallest_non_zero"]:
        k, above = words.rounded(v["highest_to_lowest"], 1), " above zero" if v["zeros"] else ""
        most, least = words.possessive(top), words.possessive(bottom)
        out.append(f"The highest figure, {most}, is {k} times the lowest{above}, {least}.")
    elif not times:
        out.append(f"{top} is highest and {bottom} lowest.")
    out += _thresholds(definition, v)
    d1, d9 = v["deciles"][0], v["deciles"][8]
    ends, middle = between(definition, v["minimum"], v["maximum"]), between(definition, d1, d9, "and")
    out.append(f"From {ends}; eight in ten councils are between {middle}.")
    if times and v["ninety_to_ten"] is not None:
        out.append(f"The ninth decile is {words.rounded(v['ninety_to_ten'], 1)} times the first.")
    out.append(f"Mean of councils, each counting the same: {w(v['mean_of_councils'])}.{_of_all(definition, bench)}")
    if times and v["cv"] is not None:
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


def _thresholds(definition: dict[str, Any], v: dict[str, Any]) -> list[str]:
    """How many councils are beyond the measure's thresholds, or far from the mean where it has none of its own.

    Thresholds are for everybody: no group of people is held to them. A score is on no scale that has a quarter.
    """
    if definition["thresholds"]:
        low, high = written(definition, v["low_threshold"]), written(definition, v["high_threshold"])
        return [f"{_councils(v['above'])} above {high}, {v['below']} below {low}."] if v["group"] == "all" else []
    if definition["kind"] == "score":
        return []
    mean = "the mean of councils"
    if not v["above"] and not v["below"]:
        return [f"No council is more than a quarter above or below {mean}."]
    return [f"{_councils(v['above'])} more than a quarter above {mean}, {v['below']} more than a quarter below it."]


def _councils(n: int) -> str:
    return f"{n:,} council is" if n == 1 else f"{n:,} councils are"


def _of_all(definition: dict[str, Any], bench: dict[str, Any]) -> str:
    if bench.get("numerator") is None or bench.get("value") is None:
        return ""
    return f" All councils together: {written(definition, bench['value'])}."
