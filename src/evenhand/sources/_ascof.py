"""What the two readers of the Adult Social Care Outcomes Framework share: codes, units, names of files, a last check.

The framework was renumbered for 2023-24, and old and new codes collide (1B was control over daily life and is now
adjusted quality of life), so an item always carries the framework it belongs to: ``ascof2011/1C(2A)`` before
2023-24, ``ascof2023/3D(2a)`` after.
"""

from __future__ import annotations

import re

import polars as pl

from evenhand.facts.register import period_end
from evenhand.sources.cells import Collector
from evenhand.sources.model import REJECT

LICENCE = "OGL-3.0"
OLD, NEW = "ascof2011/", "ascof2023/"
FIRST_NEW_PERIOD = "2023-24"

# Measures that are not a percentage. A score has the range that its questionnaire allows (ASCOF handbook of
# definitions: 1A is the sum of eight answers scored 0 to 3, carers' quality of life of six scored 0 to 2; the
# adjusted score is a preference weight below 1 minus what is expected without services).
SCORES: dict[str, tuple[float, float]] = {
    f"{OLD}1A": (0, 24), f"{OLD}1D": (0, 12), f"{OLD}1J": (-1, 1),
    f"{NEW}1A": (0, 24), f"{NEW}1B": (-1, 1), f"{NEW}1C": (0, 12),
}  # fmt: skip
RATES = {f"{OLD}2A(1)", f"{OLD}2A(2)", f"{OLD}2C(1)", f"{OLD}2C(2)", f"{OLD}2C(3)", f"{NEW}2B", f"{NEW}2C"}
PROVIDERS = {f"{NEW}6B"}
SCALE = {"percent": 100.0, "per_100000": 100_000.0, "score": 1.0}

# Publishers round an outcome to one decimal.
HALF_OUTCOME = 0.05 + 1e-6
# ... and, in some tables and years, a count to the nearest five.
ROUNDED_TO, HALF_COUNT = 5, 2.5

MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
          "november", "december")  # fmt: skip


def item_of(code: str, framework: str) -> str | None:
    """The item of a measure code as publishers spell it in any file, or None when it is no such code.

    The part of a code is lower case in the framework of 2023-24 and upper case before, as each was printed.

    >>> item_of("3d(2A) ", NEW)
    'ascof2023/3D(2a)'
    >>> item_of("1C2A", OLD)
    'ascof2011/1C(2A)'
    >>> item_of("2B1", OLD), item_of("4b", NEW)
    ('ascof2011/2B(1)', 'ascof2023/4B')
    """
    m = re.fullmatch(r"([1-9])\s*([a-z])\s*(?:\(?\s*([1-9])\s*([a-z]?)\s*\)?)?", code.strip().lower(), re.ASCII)
    if not m:
        return None
    part = f"({m[3]}{m[4]})" if m[3] else ""
    return f"{framework}{m[1]}{m[2].upper()}{part.upper() if framework == OLD else part}"


def framework_of(period: str) -> str:
    """The framework in force at the end of a period."""
    return NEW if period_end(period) >= period_end(FIRST_NEW_PERIOD) else OLD


def unit_of(item: str, part: str = "value") -> str:
    """The unit of one part of an item: the measure's own for value and margin, a count's for the rest.

    The numerator of a score is a sum of scores. ``item`` may carry a division after a colon (``6B:good``).
    """
    base = item.split(":", maxsplit=1)[0]
    own = "score" if base in SCORES else "per_100000" if base in RATES else "percent"
    if part in ("value", "margin_of_error") or (part == "numerator" and own == "score"):
        return own
    return "providers" if base in PROVIDERS else "people"


def date_in(text: str) -> str:
    """The last day that a name or sentence gives (``23-january-2026``, ``updated 23 January 2026``) as ISO, or ""."""
    found = re.findall(rf"(\d{{1,2}})[-_ ]({'|'.join(MONTHS)})[-_ ](20\d\d)", text.lower())
    days = [f"{y}-{MONTHS.index(m) + 1:02d}-{int(d):02d}" for d, m, y in found if 1 <= int(d) <= 31]
    return max(days, default="")


def revision_in(file_name: str) -> str:
    """What a file's name says of its revision: a date, else a version (``v2``), else ""."""
    version = re.search(r"[-_ ](v\d+)(?!\d)", file_name.lower())
    return date_in(file_name) or (version[1] if version else "")


def period_in(file_name: str) -> str | None:
    """The financial year that a publisher's file name is for, or None when it does not say.

    ``2022-23``, ``2024-to-2025``, ``2024_25``; four digits of two years following each other (``1920``, ``2021``);
    or one year, which is the one the period ends in (``2022``: the publisher named 2021-22 so).
    """
    name = re.sub(rf"\d{{1,2}}[-_ ](?:{'|'.join(MONTHS)})[-_ ]20\d\d", " ", file_name.lower())
    for m in re.finditer(r"(?<!\d)(20\d\d)[-_ ]?(?:to[-_ ]?|[-_])(20)?(\d\d)(?!\d)", name):
        if int(m[3]) == (int(m[1]) + 1) % 100:
            return f"{m[1]}-{m[3]}"
    for m in re.finditer(r"(?<!\d)(\d\d)(\d\d)(?!\d)", name):
        if int(m[2]) == int(m[1]) + 1:
            return f"20{m[1]}-{m[2]}"
        if m[1] == "20":
            return f"{2000 + int(m[2]) - 1}-{m[2]}"
    return None


def settle(into: Collector) -> tuple[pl.DataFrame, pl.DataFrame]:
    """All observations that agree among themselves, and all rejects, including those of this check.

    Refused here: a numerator larger than its denominator where the outcome is a percentage; an outcome that is not
    its numerator over its denominator, allowing for the publisher's rounding of all three; a score outside its
    questionnaire's range; a negative margin of error. Which of two disagreeing figures is the wrong one cannot be
    known, so none of them is used. A symbol beside them stays.
    """
    obs = into.observations()
    keys = ["item", "period", "area", "age", "sex", "reason", "setting"]
    units = {i: unit_of(i) for i in obs["item"].unique()}
    base = pl.col("item").str.split(":").list.first()
    parts = [pl.col("value").filter(pl.col("part") == p).first().alias(a) for p, a in
             (("numerator", "n"), ("denominator", "d"), ("value", "v"))]  # fmt: skip
    wide = obs.group_by(keys, maintain_order=True).agg(*parts)
    wide = wide.with_columns(kind=pl.col("item").replace_strict(units, return_dtype=pl.String, default=None))
    joined = obs.join(_disagreements(wide), on=keys, how="left", maintain_order="left")
    low, high = (base.replace_strict({k: r[i] for k, r in SCORES.items()}, default=None, return_dtype=pl.Float64)
                 for i in (0, 1))  # fmt: skip
    out_of_range = (pl.col("part") == "value") & ~pl.col("value").is_between(low, high)
    whys = (
        pl.when(pl.col("part").is_in(["numerator", "denominator", "value"])).then(pl.col("why")),
        pl.when(out_of_range).then(pl.format("This score must lie between {} and {}.", low, high)),
        pl.when((pl.col("part") == "margin_of_error") & (pl.col("value") < 0))
        .then(pl.lit("A margin of error cannot be negative.")),
    )  # fmt: skip
    # The publisher withholds such an outcome and prints a symbol: the counts beside it say why.
    withheld = (pl.col("part") == "value") & pl.col("value").is_null() & pl.col("why").is_not_null()
    joined = joined.with_columns(
        note=pl.when(withheld).then(pl.format("Withheld by the publisher. {}", "why")).otherwise("note"),
        why=pl.when(pl.col("value").is_not_null()).then(pl.coalesce(*whys)),
    )
    bad = joined.filter(pl.col("why").is_not_null()).select(
        pl.lit("rejected").alias("severity"), "sheet", "row", "column",
        pl.col("value").cast(pl.String).str.strip_suffix(".0").alias("found"), pl.col("why").alias("reason"),
    ).cast(dict(REJECT))  # type: ignore[arg-type]  # fmt: skip
    good = joined.filter(pl.col("why").is_null()).drop("why")
    return good, pl.concat([into.rejects(), bad])


def _disagreements(wide: pl.DataFrame) -> pl.DataFrame:
    """Keys of the groups whose numerator, denominator and outcome cannot all be true, with the reason as ``why``."""
    n, d, v = pl.col("n"), pl.col("d"), pl.col("v")
    scale = pl.col("kind").replace_strict(SCALE, return_dtype=pl.Float64)
    rounded = (n % ROUNDED_TO == 0) & (d % ROUNDED_TO == 0)
    half = pl.when(rounded).then(HALF_COUNT).otherwise(0.0)
    low = scale * (n - half) / (d + half) - HALF_OUTCOME
    high = scale * (n + half) / (d - half).clip(lower_bound=1e-9) + HALF_OUTCOME
    larger = (pl.col("kind") == "percent") & (n > d)
    apart = (d > 0) & ~v.is_between(low, high)
    wide = wide.filter((larger | apart).fill_null(False))
    whole = [c.cast(pl.Int64) for c in (n, d)]
    return wide.with_columns(
        why=pl.when(larger)
        .then(pl.format("The numerator ({}) is larger than its denominator ({}); neither is used.", *whole))
        .otherwise(
            pl.format(
                "The outcome ({}) is not the numerator over the denominator ({} over {} is {}); none of them is used.",
                v, *whole, (scale * n / d).round(1),
            )
        )
    ).drop("n", "d", "v", "kind")  # fmt: skip


def periods_of(observations: pl.DataFrame) -> tuple[str, ...]:
    """Periods with at least one published value, oldest first."""
    return tuple(sorted(observations.filter(pl.col("value").is_not_null())["period"].unique(), key=period_end))
