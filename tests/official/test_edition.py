"""The main job on real input: official files in, every council's standing out, and how sure one can be."""

from __future__ import annotations

import json
import math
from pathlib import Path

import polars as pl
import pytest

from evenhand.cli.app import run
from evenhand.edition.against import compare
from evenhand.edition.library import Loaded
from evenhand.edition.read import Edition
from evenhand.facts.register import period_end
from evenhand.measures.definition import load_all

pytestmark = pytest.mark.official

KNOWN = [
    ("ascof-3d-1a", "2024-25", "England", 395_670, 480_105, 82.4),
    ("ascof-3d-2a", "2024-25", "England", 117_655, 480_105, 24.5),
    ("ascof-3d-1a", "2020-21", "England", 409_504, 444_128, 92.2),
    ("ascof-3d-2a", "2020-21", "England", 118_041, 444_128, 26.6),
    ("ascof-3d-1a", "2024-25", "Gateshead", 395, 1_782, 22.2),
    ("ascof-3d-2a", "2024-25", "Gateshead", 395, 1_782, 22.2),
]


def test_every_official_file_of_the_folder_is_read_and_the_rest_is_passed_over(
    official_load: tuple[Path, list[Loaded]],
) -> None:
    _, done = official_load
    assert [d.sentence for d in done if d.outcome == "refused"] == []
    passed = {d.path.name for d in done if d.outcome == "passed over"}
    assert {"uk_local_authorities_current.csv", "uk-upper-tier-local-authorities.hexjson"} <= passed
    loaded = {d.kept.table for d in done if d.outcome == "loaded" and d.kept}
    print(f"\n{len(loaded)} tables loaded: {', '.join(sorted(loaded))}")
    assert {
        "ascof/2024-25",
        "ascof-open-data/2020-21",
        "pssex1-activity/2013-14",
        "pssex1-expenditure/2014-15",
    } <= loaded


@pytest.mark.parametrize(("measure", "period", "area", "n", "d", "value"), KNOWN)
def test_known_truths(real: Edition, measure: str, period: str, area: str, n: float, d: float, value: float) -> None:
    row = real.rows(measure, period).filter(pl.col("area_name") == area).to_dicts()[0]
    assert (row["numerator"], row["denominator"], row["value"]) == (n, d, value)
    assert row["status"] == "published"


@pytest.mark.parametrize(("measure", "value"), [("ascof-3d-1b", 87.1), ("ascof-3d-2b", 75.3)])
def test_carers_in_2020_21(real: Edition, measure: str, value: float) -> None:
    assert real.rows(measure, "2020-21").filter(pl.col("area_name") == "England")["value"][0] == value


def test_the_done_when_of_the_issue(
    real: Edition,
    official_load: tuple[Path, list[Loaded]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("EVENHAND_HOME", str(official_load[0]))
    with pytest.raises(SystemExit) as end:
        run(["show", "ascof-3d-2a", "--period", "2024-25", "--format", "json"])
    assert end.value.code in (0, None)
    rows = json.loads(capsys.readouterr().out)
    england = next(r for r in rows if r["level"] == "country")
    assert (england["value"], england["numerator"], england["denominator"]) == (24.5, 117_655, 480_105)
    councils = [r for r in rows if r["level"] == "council"]
    assert len(councils) == 153
    assert all((r["value"] is not None) != bool(r["reason"]) for r in councils)
    assert {r["level"] for r in rows} == {"country", "region", "council_type", "council"}


def test_no_figure_is_given_to_a_council_whose_figure_is_missing_or_suppressed(real: Edition) -> None:
    v = real.table("values").collect()
    without = v.filter(~pl.col("status").is_in(["published", "derived"]))
    for column in ("value", "lower95", "upper95", "lower998", "upper998", "band", "rank_median", "rank_low", "z"):
        assert without[column].is_null().all(), column
    assert without["reason"].is_not_null().all()
    print(f"\n{without.height:,} gaps, each with a reason, among {v.height:,} rows")


def test_every_council_of_the_day_has_a_row_for_every_period_of_every_measure(real: Edition) -> None:
    v = real.table("values").filter((pl.col("level") == "council") & (pl.col("group") == "all")).collect()
    for (measure, period), rows in v.partition_by("measure", "period", as_dict=True).items():
        standing = {c.id for c in real.register.councils(period_end(str(period)))}
        assert set(rows["area"]) == standing, (measure, period)


def test_published_outcomes_are_reproduced_by_their_counts(real: Edition) -> None:
    """Every printed outcome with counts, in every measure and period: the counts give it back within rounding."""
    v = real.table("values").filter(
        (pl.col("status") == "published") & pl.col("calculated").is_not_null() & pl.col("value").is_not_null()
    ).collect()  # fmt: skip
    per = {m.id: m.per for m in load_all()}
    checked = exact = 0
    for r in v.iter_rows(named=True):
        # Regional counts, and all of 4B and the surveys' bases, are rounded to 5: a count may be off by 2.5.
        slack = 0.05 + 1e-9
        if abs(r["calculated"] - r["value"]) <= slack:
            exact += 1
        else:
            off = 2.5 * per[r["measure"]] / r["denominator"]
            low = (r["numerator"] - 2.5) / (r["denominator"] + 2.5) * per[r["measure"]]
            high = (r["numerator"] + 2.5) / (r["denominator"] - 2.5) * per[r["measure"]]
            assert low - slack <= r["value"] <= high + slack, (r["measure"], r["area_name"], off)
        checked += 1
    print(f"\n{checked:,} outcomes checked, {exact:,} within 0.05, the rest within the rounding of their counts")
    assert checked > 4_000


def test_direct_payments_are_overdispersed_as_the_methods_say(real: Edition) -> None:
    bench = real.table("benchmarks").filter(
        (pl.col("measure") == "ascof-3d-2a") & (pl.col("period") == "2024-25") & (pl.col("group") == "all")
    ).collect().to_dicts()[0]  # fmt: skip
    assert bench["phi"] > 60
    rows = real.rows("ascof-3d-2a", "2024-25").filter(pl.col("level") == "council")
    differ = rows.filter(pl.col("differs").abs() == 2).height
    unusual = rows.filter(pl.col("band").is_not_null() & (pl.col("band") != "similar")).height
    print(f"\nphi {bench['phi']:.1f}; {differ} of 152 differ by more than chance, {unusual} are unusual among councils")
    assert differ > 76
    assert unusual < 40


def test_one_council_by_hand(real: Edition) -> None:
    """Gateshead's Wilson interval, worked from the formula with plain arithmetic."""
    x, n, z = 395, 1782, 1.959963984540054
    half = z * math.sqrt(z * z + 4 * x * (1 - x / n))
    low, high = ((2 * x + z * z + s * half) / (2 * (n + z * z)) for s in (-1, 1))
    row = real.rows("ascof-3d-2a", "2024-25").filter(pl.col("slug") == "gateshead").to_dicts()[0]
    assert row["lower95"] == pytest.approx(100 * low, abs=1e-9)
    assert row["upper95"] == pytest.approx(100 * high, abs=1e-9)


def test_england_as_published_and_as_the_sum_are_two_rows(real: Edition) -> None:
    rows = real.rows("ascof-3d-2a", "2020-21").filter(pl.col("level") == "country")
    by = {r["area"]: r for r in rows.to_dicts()}
    assert by["E92000001"]["numerator"] == 118_041
    assert by["sum-of-councils"]["numerator"] == 117_594  # one council did not answer; the publisher estimated it
    assert by["sum-of-councils"]["note"] == "Sum of 150 of 151 councils."
    assert by["sum-of-councils"]["status"] == "derived"


def test_the_publishers_log_and_our_breaks_agree(real: Edition) -> None:
    """Every change that the log calls a break is a break (or a set-aside year) of the measure of that code."""
    log = real.table("comparability").filter((pl.col("kind") == "break") & pl.col("item").is_not_null()).collect()
    by_item: dict[str, list[str]] = {}
    for m in load_all():
        for s in m.series:
            for source in (s.value, *(s.numerator if isinstance(s.numerator, tuple) else ())):
                if source is not None:
                    by_item.setdefault(source.item, []).append(m.id)
    measures = {m.id: m for m in load_all()}
    missing, seen = [], 0
    for item, period in log.select("item", "period").iter_rows():
        for ident in by_item.get(item, []):
            m = measures[ident]
            starts = [p for p, _ in m.breaks] + [p for p, _ in m.set_aside] + [s.start for s in m.series]
            within = any(s.covers(period) for s in m.series)
            seen += within
            if within and period not in starts:
                missing.append((item, period, ident))
    print(f"\n{seen} breaks of the publishers' log checked")
    assert missing == []


def test_money_measures_are_believable(real: Edition) -> None:
    """England 2014-15, 2016-17, 2017-18: total £17.0bn, £17.5bn and £17.9bn, direct payments 8 to 10% of it."""
    for period, total, share in (("2014-15", 17.04e11, 8.3), ("2016-17", 17.53e11, 9.5), ("2017-18", 17.93e11, 9.6)):
        row = real.rows("dp-share-of-spend", period).filter(pl.col("area") == "sum-of-councils").to_dicts()[0]
        assert row["denominator"] * 100 / 100 == pytest.approx(total, rel=0.002)
        assert row["value"] == pytest.approx(share, abs=0.05)


def test_a_council_against_its_peers_its_region_and_named_ones(real: Edition) -> None:
    for against, least in (("region", 10), ("type", 30), ("peers", 16), ("Sunderland,E06000047", 3)):
        found = compare(real, "ascof-3d-2a", "2024-25", against=against, areas=("Gateshead",))
        row = found.rows.filter(pl.col("slug") == "gateshead").to_dicts()[0]
        assert row["value"] == 22.2
        assert 1 <= row["rank_low"] <= row["rank_median"] <= row["rank_high"] <= row["ranked"]
        assert row["ranked"] >= least


def test_rank_intervals_contain_the_observed_rank_nearly_always(real: Edition) -> None:
    rows = real.rows("ascof-3d-2a", "2024-25").filter(pl.col("rank_low").is_not_null())
    ranked = rows.with_columns(observed=pl.col("calculated").rank("min", descending=True))
    inside = ranked.filter((pl.col("observed") >= pl.col("rank_low")) & (pl.col("observed") <= pl.col("rank_high")))
    assert inside.height >= 0.97 * rows.height


def test_the_founding_sentence(
    real: Edition,
    official_load: tuple[Path, list[Loaded]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("EVENHAND_HOME", str(official_load[0]))
    with pytest.raises(SystemExit):
        run(["variation", "ascof-3d-2a"])
    said = capsys.readouterr().out
    assert "Someone in Isle of Wight is 8.2 times (95% interval 7.2 to 9.4) as likely to get a direct payment" in said
    assert "37 councils are above 30.0%, 17 below 15.0%." in said
