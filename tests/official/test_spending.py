"""What councils spent, from the publishers' real files of 2014-15, 2016-17 and 2017-18."""

import csv
import time
from decimal import Decimal
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from evenhand.facts.register import Register
from evenhand.sources import ascfr_2016, ascfr_2017, pssex1_expenditure, pssex1_unit_costs, reader
from evenhand.sources.cells import pence
from evenhand.sources.model import ReadResult
from evenhand.sources.schema import check
from evenhand.sources.sniff import sniff

pytestmark = pytest.mark.official

FILES = {
    "expenditure": "pss-exp-eng-14-15-fin-coun-lev-exp-data.csv",
    "unit_costs": "pss-exp-eng-14-15-fin-coun-lev-unit-cost.csv",
    "totals": "CSV_ASCFR_Totals.csv",
    "activity": "CSV_ASCFR_Activity.csv",
    "additional": "CSV_ASCFR_Additional.csv",
    "long": "ascfr_2017_18_gross_current_expenditure.csv",
}
READERS = ("pssex1_activity", "pssex1_expenditure", "pssex1_unit_costs", "ascfr_2016", "ascfr_2017", "activity_csv")


@pytest.fixture(scope="module")
def tables(official_data: Path, england: Register) -> dict[str, ReadResult]:
    out = {}
    for name, file_name in FILES.items():
        file = sniff(official_data / "spending" / file_name)
        known = [r for r in map(reader, READERS) if r.recognise(file)]
        assert len(known) == 1, f"{file_name} is claimed by {len(known)} readers"
        began = time.perf_counter()
        result = known[0].read(file, england)
        print(f"{file_name}: {result.observations.height:,} figures in {time.perf_counter() - began:.2f} s")
        out[name] = check(result, file_name)
    return out


def pounds(frame: pl.DataFrame) -> float:
    return float(frame["value"].sum()) / 100


def test_numbers_of_councils(tables: dict[str, ReadResult]) -> None:
    """152 councils in 2014-15 and 2017-18; 151 in 2016-17, where the Isles of Scilly are left out, and said to be."""
    n = {k: r.observations.filter(level="council")["area"].n_unique() for k, r in tables.items()}
    assert n == {"expenditure": 152, "unit_costs": 152, "totals": 151, "activity": 151, "additional": 151, "long": 152}
    for name in ("totals", "activity", "additional"):
        assert "The table has no figures for Isles of Scilly." in tables[name].rejects["reason"].to_list()
    regions = {k: r.observations.filter(level="region")["area"].n_unique() for k, r in tables.items()}
    assert regions == {"expenditure": 0, "unit_costs": 9, "totals": 9, "activity": 9, "additional": 9, "long": 0}


def test_every_reject_is_explained(tables: dict[str, ReadResult]) -> None:
    """One cell of 2014-15 says $0.00; one line of the additional file of 2016-17 stands there twice."""
    rejected = {
        k: [(r["row"], r["column"], r["found"]) for r in t.rejects.filter(severity="rejected").iter_rows(named=True)]
        for k, t in tables.items()
    }
    assert rejected == {
        "expenditure": [(235, "EQ", "$0.00")], "unit_costs": [], "totals": [], "activity": [],
        "additional": [(3602, "UUID", "8511601")], "long": [],
    }  # fmt: skip
    repeats = tables["expenditure"].rejects.filter(severity="warning")["reason"].to_list()
    assert len(repeats) == 1
    assert repeats[0].startswith("240 rows")


def test_direct_payments_of_2014_15_add_up(tables: dict[str, ReadResult]) -> None:
    """£944.2m and £426.5m for people, £41.5m for carers; the groups add up to the printed total to the penny."""
    dp = tables["expenditure"].observations.filter(item="gross_current_expenditure", setting="direct-payments")
    assert pounds(dp.filter(age="18-64", reason="all")) == pytest.approx(944_167_200)
    assert pounds(dp.filter(age="65+", reason="all")) == pytest.approx(426_487_200)
    carers = tables["expenditure"].observations.filter(
        item="gross_current_expenditure", setting="carer-direct-payments", reason="psr:carer-support"
    )
    assert pounds(carers) == pytest.approx(41_513_750)
    sums = dp.with_columns(pl.col("reason") == "all").group_by("area", "age", "reason").agg(pl.col("value").sum())
    wide = sums.pivot(on="reason", index=["area", "age"], values="value")
    gap = (wide["true"] - wide["false"]).abs()
    print(f"{wide.height} totals of councils and ages; the largest gap £{gap.max() / 100:.2f}")  # type: ignore[operator]
    assert wide.height == 304
    assert (gap <= 5_000).all()


def test_the_whole_of_2014_15(tables: dict[str, ReadResult]) -> None:
    """£17.04bn gross current expenditure (£17.2bn the year before, DOMAIN 13.2)."""
    whole = tables["expenditure"].observations.filter(
        item="gross_current_expenditure", age="all", reason="all", setting="all"
    )
    assert whole.height == 152
    assert pounds(whole) == pytest.approx(17_043_296_460)


def test_pence_are_exactly_the_digits_of_the_file(official_data: Path, tables: dict[str, ReadResult]) -> None:
    """Every 97th amount of the totals file, again and one at a time through decimals."""
    with (official_data / "spending" / FILES["totals"]).open(encoding="utf-8", newline="") as f:
        rows = list(csv.reader(f))
    o = tables["totals"].observations.filter(status="published").gather_every(97)
    head = rows[0]
    for row, column, value in o.select("row", "column", "value").iter_rows():
        text = rows[row - 1][head.index(column)]
        assert value == (pence(text, pounds=1000) if "E" not in text else round(float(text) * 100_000))
    assert o.height > 1_000


def test_englands_row_of_2016_17_is_the_sum_of_councils(tables: dict[str, ReadResult]) -> None:
    """Within £1 in every line (the voluntary lines of councils that left them out were printed as 0)."""
    o = tables["totals"].observations
    place = ["item", "age", "reason", "setting"]
    councils = o.filter(level="council").group_by(place).agg(pl.col("value").sum().alias("sum"))
    england = o.filter(level="country").join(councils, on=place)
    gap = (england["value"] - england["sum"]).abs()
    assert england.height == 259 * 6
    print(f"{england.height} lines, the largest gap £{gap.max() / 100:.2f}")  # type: ignore[operator]
    assert (gap <= 100).all()
    gross = england.filter(pl.col("age").is_in(["all", "18-64", "65+"]), item="gross_current_expenditure")
    assert pounds(gross) / 1e9 == pytest.approx(17.526, abs=0.001)


def test_2017_18_is_in_pounds_and_plausible(tables: dict[str, ReadResult]) -> None:
    """£17.93bn, between the £17.2bn of 2013-14 and the £19.65bn of 2019-20 (DOMAIN 13.2)."""
    o = tables["long"].observations
    assert pounds(o) / 1e9 == pytest.approx(17.928, abs=0.001)
    dp = pounds(o.filter(setting="direct-payments")) / 1e9
    assert dp == pytest.approx(1.692, abs=0.002)
    assert o.height == 152 * 99


def test_every_unit_cost_of_2014_15_follows_from_its_parts(tables: dict[str, ReadResult]) -> None:
    """9,206 quotients agree, and the 2,458 dots stand where there were no weeks of care."""
    o = tables["unit_costs"].observations.filter(part="value")
    assert tables["unit_costs"].rejects.is_empty()
    assert dict(o.group_by("status").len().iter_rows()) == {"published": 9_206, "not_applicable": 2_458}
    england = o.filter(level="country", item="unit_cost", age="all", setting="residential-nursing")
    assert england["value"].item() == 66_637


# --- the keys of 2016-17, inferred again -----------------------------------------------------------------------


def _vectors(frame: pl.DataFrame, by: str, councils: list[str]) -> dict[str, np.ndarray]:
    wide = frame.group_by(by, "area").agg(pl.col("value").sum()).pivot(on=by, index="area", values="value")
    order = pl.DataFrame({"area": councils})
    wide = order.join(wide, on="area", how="left", maintain_order="left").fill_null(0)
    return {c: wide[c].to_numpy() for c in wide.columns if c != "area"}


# What the inferred words of 2016-17 are matched by, and the least correlation and lead over the next best.
MATCHES = [
    ("setting", 0.74, 0.07, {"fairer-charging-income"}),
    ("reason", 0.81, 0.06, set()),
    ("age", 0.96, 0.04, {"65-74", "75-84", "85+"}),
]


@pytest.mark.parametrize(("dimension", "least", "lead", "only_then"), MATCHES)
def test_each_key_of_2016_17_matches_its_word_of_2017_18_best(
    tables: dict[str, ReadResult], dimension: str, least: float, lead: float, only_then: set[str]
) -> None:
    """Councils' gross current expenditure by key, correlated with each word of 2017-18."""
    then = tables["totals"].observations.filter(level="council", item="gross_current_expenditure", status="published")
    now = tables["long"].observations
    councils = sorted(set(then["area"]) & set(now["area"]))
    assert len(councils) == 151
    then = then.filter(pl.col("age").is_in(["all", "18-64", "65+"]))  # the voluntary ages count the same money again
    if dimension == "age":
        now, then = now.filter(pl.col("age") != "all"), then.filter(pl.col("age") != "all")
    words = _vectors(now, dimension, councils)
    for key, vector in _vectors(then, dimension, councils).items():
        if key in only_then:
            continue
        fits = sorted(((float(np.corrcoef(vector, v)[0, 1]), word) for word, v in words.items()), reverse=True)
        print(f"{dimension} {key}: {fits[0][1]} {fits[0][0]:.3f}, next {fits[1][1]} {fits[1][0]:.3f}")
        assert fits[0][1] == key
        assert fits[0][0] >= least
        assert fits[0][0] - fits[1][0] >= lead


def test_the_voluntary_ages_are_parts_of_65_and_over(tables: dict[str, ReadResult]) -> None:
    """23 councils filled them in; there the three ages make up 65+ in nine cells of ten, and 18-64 hardly ever."""
    o = tables["totals"].observations.filter(level="council", item="gross_current_expenditure", status="published")
    wide = o.filter(pl.col("age") != "all").pivot(on="age", index=["area", "reason", "setting"], values="value")
    parts = pl.sum_horizontal("65-74", "75-84", "85+")
    filled = wide.filter(parts > 100_000)
    near = {a: filled.filter((parts - pl.col(a)).abs() <= 0.02 * pl.col(a)).height for a in ("65+", "18-64")}
    print(f"{filled.height} cells of {filled['area'].n_unique()} councils: {near}")
    assert near["65+"] >= 0.9 * filled.height
    assert near["18-64"] <= 0.01 * filled.height
    missing = tables["totals"].observations.filter(status="missing")
    assert missing["area"].n_unique() == 128
    assert set(missing["age"]) == {"65-74", "75-84", "85+"}


def test_the_order_of_the_voluntary_ages(tables: dict[str, ReadResult]) -> None:
    """Learning disability falls and memory and cognition rises with age, so 3, 4, 5 are 65-74, 75-84, 85+."""
    o = tables["totals"].observations.filter(level="country", item="gross_current_expenditure")
    for reason, falling in (("psr:learning-disability", True), ("psr:memory-cognition", False)):
        money = [pounds(o.filter(reason=reason, age=a)) for a in ("65-74", "75-84", "85+")]
        assert money == sorted(money, reverse=falling)


def test_activity_of_2016_17_is_in_weeks(tables: dict[str, ReadResult]) -> None:
    """The figures follow the weeks of care of 2014-15 council by council, and have their size."""
    now = tables["activity"].observations.filter(level="council", setting="nursing", status="published")
    now = now.filter(pl.col("age").is_in(["18-64", "65+"])).group_by("area").agg(pl.col("value").sum().alias("now"))
    then = tables["unit_costs"].observations.filter(part="denominator", setting="nursing", item="unit_cost")
    then = then.filter(level="council", status="published").group_by("area").agg(pl.col("value").sum().alias("then"))
    both = now.join(then, on="area")
    r = float(np.corrcoef(both["now"], both["then"])[0, 1])
    ratio = float(both["now"].sum() / both["then"].sum())
    print(f"{both.height} councils: correlation {r:.3f}, ratio {ratio:.2f}")
    assert both.height == 151
    assert r > 0.9
    assert 0.8 < ratio < 1.25


def test_comparative_totals_follow_the_lines_they_are_named_after(tables: dict[str, ReadResult]) -> None:
    """Residential and nursing care of people over 65 against settings nursing and residential of the totals."""
    own = tables["additional"].observations.filter(level="council", item="comparative_expenditure", age="65+")
    totals = tables["totals"].observations.filter(level="council", item="total_expenditure", age="65+")
    for setting, parts in (
        ("residential-nursing", ["residential", "nursing"]),
        ("home-care", ["home-care"]),
        ("direct-payments", ["direct-payments"]),
    ):
        line = own.filter(setting=setting).select("area", "value")
        lines = totals.filter(pl.col("setting").is_in(parts)).group_by("area").agg(pl.col("value").sum().alias("sum"))
        both = line.drop_nulls().join(lines, on="area")
        r = float(np.corrcoef(both["value"], both["sum"])[0, 1])
        print(f"{setting}: {both.height} councils, correlation {r:.3f}")
        assert r > 0.9


def test_every_key_of_the_files_is_in_the_table_of_keys(official_data: Path) -> None:
    with (Path(ascfr_2016.__file__).parent / "data" / "ascfr_2016_keys.csv").open(encoding="utf-8", newline="") as f:
        table = list(csv.DictReader(f))
    known = {(r["dimension"].lower(), r["key"]) for r in table}
    assert {r["status"] for r in table} == {"confirmed", "inferred", "unresolved"}
    assert all(r["evidence"] for r in table)
    for name in ("totals", "activity", "additional"):
        frame = pl.read_csv(official_data / "spending" / FILES[name], infer_schema_length=0)
        for column in (c for c in frame.columns if c.lower().endswith("_key") and c != "DataSource_KEY"):
            for value in frame[column].drop_nulls().unique():
                assert (column.lower(), value) in known, f"{name}: {column} {value}"


def test_amounts_of_2014_15_keep_the_decimals_of_the_file(official_data: Path, tables: dict[str, ReadResult]) -> None:
    """The grand total of every council, read a second time with nothing but csv and Decimal."""
    with (official_data / "spending" / FILES["expenditure"]).open(encoding="cp1252", newline="") as f:
        rows = list(csv.reader(f))
    line = next(r for r in rows if r[2] == "Adult Social Care" and r[4] == "Gross current expenditure")
    naive = [int(Decimal(c) * 100_000) for c in line[5:]]
    read = tables["expenditure"].observations.filter(
        item="gross_current_expenditure", age="all", reason="all", setting="all"
    )
    assert read["value"].to_list() == naive


def test_the_readers_have_the_names_they_are_listed_by() -> None:
    for module in (pssex1_expenditure, pssex1_unit_costs, ascfr_2016, ascfr_2017):
        assert module.__name__.endswith(module.NAME)
