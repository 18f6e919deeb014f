"""The publishers' ASCOF files, 2020-21 and 2024-25: every figure accounted for, every division repeated."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from evenhand.facts.register import Register
from evenhand.sources import ascof_ods, ascof_open_data
from evenhand.sources.model import ReadResult
from evenhand.sources.schema import check
from evenhand.sources.sniff import sniff

pytestmark = pytest.mark.official

ODS = "ascof/ascof_2024_25.ods"
OPEN = "ascof/meas-from-asc-of-eng-2021-open-data-csv_v2.xlsx"
KEYS = ["item", "period", "area", "age", "sex", "reason", "setting"]
CLD = ["2A", "2B", "2C", "2D(1)", "2D(2)", "2E(1)", "2E(2a)", "2E(2b)", "3D(1a)", "3D(2a)"]


@pytest.fixture(scope="module")
def ods(official_data: Path, england: Register) -> ReadResult:
    file = sniff(official_data / ODS)
    assert ascof_ods.recognise(file)
    return check(ascof_ods.read(file, england), ODS)


@pytest.fixture(scope="module")
def long(official_data: Path, england: Register) -> ReadResult:
    file = sniff(official_data / OPEN)
    assert ascof_open_data.recognise(file)
    return check(ascof_open_data.read(file, england), OPEN)


def figure(r: ReadResult, item: str, area: str = "E92000001", period: str = "2024-25") -> tuple[float | None, ...]:
    """Numerator, denominator and outcome for all ages and both sexes."""
    rows = r.observations.filter(
        (pl.col("item") == item) & (pl.col("area") == area) & (pl.col("period") == period) & (pl.col("age") == "all")
        & (pl.col("sex") == "all")
    )  # fmt: skip
    said = dict(rows.select("part", "value").iter_rows())
    return said.get("numerator"), said.get("denominator"), said.get("value")


def divisions(r: ReadResult) -> pl.DataFrame:
    """Every published outcome with numerator and denominator, and the outcome worked out again, naively."""
    scale = {"percent": 100.0, "per_100000": 100_000.0, "score": 1.0}
    by_key: dict[tuple[object, ...], dict[str, float]] = {}
    unit: dict[tuple[object, ...], str] = {}
    for o in r.observations.filter(pl.col("value").is_not_null()).iter_rows(named=True):
        key = tuple(o[k] for k in KEYS)
        by_key.setdefault(key, {"council": float(o["level"] == "council")})[o["part"]] = o["value"]
        if o["part"] == "value":
            unit[key] = o["unit"]
    rows = [
        (key[0], key[2], p["council"], p["numerator"], p["denominator"], p["value"],
         scale[unit[key]] * p["numerator"] / p["denominator"])
        for key, p in by_key.items() if {"numerator", "denominator", "value"} <= p.keys() and p["denominator"]
    ]  # fmt: skip
    names = ["item", "area", "council", "n", "d", "printed", "again"]
    return pl.DataFrame(rows, schema=names, orient="row").with_columns(gap=(pl.col("printed") - pl.col("again")).abs())


def report(title: str, d: pl.DataFrame) -> pl.DataFrame:
    """Print how many outcomes are reproduced; the ones that need the rounding of counts."""
    apart = d.filter(pl.col("gap") > 0.05 + 1e-6)
    print(f"\n{title}: {len(d):,} outcomes with numerator and denominator, {len(d) - len(apart):,} within 0.05;")
    print(f"  {len(apart):,} need the rounding of counts to 5; the largest gap is {d['gap'].max():.3f}")
    for item, n, gap in apart.group_by("item").agg(pl.len(), pl.col("gap").max()).sort("item").iter_rows():
        print(f"  {item}: {n} apart, at most {gap:.3f}")
    return apart


# --- 2024-25 -------------------------------------------------------------------------------------------------------


def test_known_figures_2024_25(ods: ReadResult) -> None:
    assert figure(ods, "ascof2023/3D(1a)") == (395_670, 480_105, 82.4)
    assert figure(ods, "ascof2023/3D(2a)") == (117_655, 480_105, 24.5)
    assert figure(ods, "ascof2023/3D(1a)", "gateshead") == (395, 1_782, 22.2)
    assert figure(ods, "ascof2023/3D(2a)", "gateshead") == (395, 1_782, 22.2)


def test_every_outcome_of_2024_25_is_its_numerator_over_its_denominator(ods: ReadResult) -> None:
    d = divisions(ods)
    apart = report("ASCOF 2024-25", d)
    assert len(d) > 3_500
    assert apart.filter((pl.col("n") % 5 != 0) | (pl.col("d") % 5 != 0)).is_empty(), "only rounded counts are apart"
    assert set(apart["item"]) <= {"ascof2023/4B"} | {f"ascof2023/{c}" for c in CLD}


def test_every_council_has_a_row_for_each_measure_from_client_level_data(ods: ReadResult, england: Register) -> None:
    today = {c.id for c in england.councils(date(2025, 3, 31))}
    assert len(today) == 153
    for item in [*CLD, "3A", "4A", "6A", "6B"]:
        rows = ods.observations.filter(
            (pl.col("item") == f"ascof2023/{item}") & (pl.col("period") == "2024-25") & (pl.col("level") == "council")
            & (pl.col("part") == "value")
        )  # fmt: skip
        assert set(rows["area"]) == today, item
        assert len(rows) == 153, item


def test_no_suppressed_or_missing_cell_has_a_value(ods: ReadResult, long: ReadResult) -> None:
    for title, r in (("2024-25", ods), ("2020-21", long)):
        counts = dict(r.observations.group_by("status").len().iter_rows())
        print(f"\nASCOF {title}: {len(r.observations):,} cells, {counts}, {len(r.rejects)} rejects and warnings")
        assert r.observations.filter((pl.col("status") != "published") & pl.col("value").is_not_null()).is_empty()
        assert r.observations.filter((pl.col("status") == "published") & pl.col("value").is_null()).is_empty()
        assert set(r.observations.filter(pl.col("status") == "suppressed")["note"].str.slice(0, 3)) == {"[c]"}


def test_nothing_of_the_workbook_is_lost(ods: ReadResult, official_data: Path, england: Register) -> None:
    """Every cell under a heading of figures is an observation, a reject, or a symbol of a council not there."""
    file = sniff(official_data / ODS)
    cells = numbers = 0
    for sheet in (s for s in file.sheets if s.startswith("Table_")):
        rows = file.rows(sheet)
        top = next(i for i, r in enumerate(rows) if r[0] == "Local authority code")
        for row in rows[top + 1 :]:
            cells += len(row) - 3
            numbers += sum(not str(c).startswith("[") for c in row[3:])
    of_cells = ods.rejects.filter((pl.col("column").str.len_chars() <= 2) & pl.col("sheet").str.starts_with("Table_"))
    refused = of_cells.filter(pl.col("column") != "C")
    published = ods.observations["value"].count()
    print(f"\n{cells:,} cells, {numbers:,} numbers: {published:,} read, {len(refused)} refused with a reason")
    assert published + len(refused) == numbers


def test_what_the_publisher_got_wrong_is_said(ods: ReadResult, england: Register) -> None:
    said = ods.rejects.select("severity", "sheet", "row", "column", "reason").rows()
    pairs = [(s, r) for sev, s, r, _, why in said if "larger than its denominator" in why]
    assert pairs == [("Table_4b", r) for r in (29, 29, 66, 66, 100, 100)]
    for area in ("south-tyneside", "wirral", "luton"):
        rows = ods.observations.filter(
            (pl.col("item") == "ascof2023/4B") & (pl.col("area") == area) & (pl.col("period") == "2024-25")
        )
        assert rows.select("part", "status").rows() == [("value", "not_applicable")], area
    dorset_county = [(s, r) for sev, s, r, _, why in said if "E10000009 is Dorset County, which was not" in why]
    assert len(dorset_county) == 21, "the figures of Dorset in 2024-25, printed a second time in seven survey sheets"
    assert {s for s, _ in dorset_county} == {f"Table_{t}" for t in ("1a", "1b", "1d", "3a", "3c(1)", "4a", "5a(1)")}
    assert figure(ods, "ascof2023/1A", "dorset")[2] == 18.3
    assert figure(ods, "ascof2023/4B", "dorset") == (445, 485, 92.5)
    assert any("1C(1B) as the old code of 3D(2a)" in why and "1C(2A)" in why for *_, why in said)


def test_cornwall_and_scilly_together(ods: ReadResult) -> None:
    rows = ods.observations.filter(
        (pl.col("item") == "ascof2023/6A") & (pl.col("period") == "2024-25")
        & pl.col("area").is_in(["cornwall", "isles-of-scilly"])
    )  # fmt: skip
    assert rows.select("value", "status", "note").unique().rows() == [
        (None, "missing", "[x]; Cornwall and Isles of Scilly together: 20.2")
    ]


def test_former_councils_have_figures_only_while_they_stood(ods: ReadResult, england: Register) -> None:
    for r in (ods,):
        for area, period in (
            r.observations.filter(pl.col("level") == "council").select("area", "period").unique().rows()
        ):
            end = date(int(period[:4]) + 1, 3, 31)
            assert england.council(area).existed(end), (area, period)
    assert figure(ods, "ascof2023/1A", "cumbria", "2022-23")[2] is not None
    assert figure(ods, "ascof2023/1A", "dorset-county", "2018-19")[2] == 19.4


def test_bracketed_carers_figures_of_2016_17(ods: ReadResult) -> None:
    notes = ods.observations.filter(
        (pl.col("item") == "ascof2023/1C") & (pl.col("period") == "2016-17") & (pl.col("part") == "value")
        & (pl.col("level") == "council") & pl.col("value").is_not_null()
    )  # fmt: skip
    assert notes["note"].str.contains(r"^\(").sum() > 140
    assert notes.filter(pl.col("area") == "rutland").select("value", "note").row(0) == (7.9, "(:)")


def test_notes_and_breaks(ods: ReadResult) -> None:
    notes = dict(ods.notes.select("note", "items").iter_rows())
    assert len(notes) == 18
    assert notes["note 15"] == ["ascof2023/3D(1a)"]
    assert all(notes.values()), "every note is cited by a table"
    breaks = ods.comparability.filter((pl.col("kind") == "break") & (pl.col("period") == "2024-25"))
    assert {f"ascof2023/{c}" for c in CLD} <= set(breaks["item"])
    old = dict(ods.measures.select("item", "old_item").iter_rows())
    assert (old["ascof2023/3D(1a)"], old["ascof2023/3D(2a)"]) == ("ascof2011/1C(1A)", "ascof2011/1C(2A)")
    assert (old["ascof2023/1B"], old["ascof2023/3A"]) == ("ascof2011/1J", "ascof2011/1B")
    assert len(ods.measures) == 25


# --- 2020-21 -------------------------------------------------------------------------------------------------------


def test_known_figures_2020_21(long: ReadResult) -> None:
    assert figure(long, "ascof2011/1C(1A)", period="2020-21") == (409_504, 444_128, 92.2)
    assert figure(long, "ascof2011/1C(2A)", period="2020-21") == (118_041, 444_128, 26.6)
    assert figure(long, "ascof2011/1C(1B)", period="2020-21")[2] == 87.1
    assert figure(long, "ascof2011/1C(2B)", period="2020-21")[2] == 75.3
    assert figure(long, "ascof2011/2A(1)", period="2020-21") == (4_511, 33_992_831, 13.3)


def test_every_row_of_the_open_data_is_read(long: ReadResult) -> None:
    assert len(long.observations) == 48_970
    assert long.rejects.is_empty()
    assert dict(long.observations.group_by("level").agg(pl.col("area").n_unique()).iter_rows()) == {
        "council": 151, "region": 9, "council_type": 5, "country": 1,
    }  # fmt: skip
    assert (long.revision, long.periods) == ("v2", ("2020-21",))


def test_every_outcome_of_2020_21_is_its_numerator_over_its_denominator(long: ReadResult) -> None:
    d = divisions(long)
    apart = report("ASCOF 2020-21", d)
    assert len(d) > 6_500
    assert apart.filter((pl.col("n") % 5 != 0) | (pl.col("d") % 5 != 0)).is_empty(), "only rounded counts are apart"
    surveys = {f"ascof2011/{c}" for c in ("1A", "1B", "1I(1)", "3A", "3D(1)", "4A", "4B")}
    assert set(apart["item"]) <= surveys, "the survey counts are rounded to 5, the others are exact"


def test_base_is_the_number_of_respondents(long: ReadResult) -> None:
    """People who answered are never more than the people they stand for, by more than the rounding to 5."""
    wide = long.observations.filter(pl.col("part").is_in(["respondents", "denominator"])).pivot(
        "part", index=KEYS, values="value", aggregate_function="first"
    )
    both = wide.filter(pl.col("respondents").is_not_null() & pl.col("denominator").is_not_null())
    assert len(both) == 630
    assert both.filter(pl.col("respondents") > pl.col("denominator") + 5).is_empty()
