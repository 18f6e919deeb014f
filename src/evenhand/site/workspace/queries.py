"""Reads for the pages: a result's figures as sentences, its reasons with counts, its people a page at a time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any

import polars as pl

from evenhand.edition.read import Edition
from evenhand.edition.standing import Standing, council_of, identifier, interval, standing
from evenhand.facts.errors import EvenhandError
from evenhand.measures.cld.definition import ORDER, CldMeasure, definitions
from evenhand.measures.cld.figures import PER, RATES, TOTAL, Figure
from evenhand.measures.cld.moved import Moved, moved
from evenhand.site.workspace.runs import NoRun, Run

PAGE = 50
NOBODY = "\x00"  # begins the stand-in for somebody whom the records do not know; no id does
# What a figure counts where that is not people: a person can have several.
SPELLS = {
    ("2A", ""): "spells of support", ("2D", "1"): "spells of reablement", ("2D", "2"): "discharges and spells",
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One figure as a page prints it. records: how many would move it if they were mended; could_be: how far."""

    key: str
    code: str
    title: str
    figure: Figure
    value: str
    counts: str
    sentence: str
    stands: str
    records: int
    could_be: str
    definition: CldMeasure
    groups: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Reason:
    """People of one reason. inside: in the denominator; counted: in the numerator too. rows: people, or spells.

    people: those whom the records know.
    """

    key: str
    words: str
    people: int
    rows: int
    inside: bool
    counted: bool


def key_of(measure: str, part: str) -> str:
    """A figure's name in addresses: ("3D", "2a") is "3d-2a"."""
    return f"{measure}-{part}".lower().rstrip("-")


def of_key(key: str) -> tuple[str, str]:
    """Measure and part. Raises NoRun."""
    for code in ORDER:
        for part in definitions()[code].parts:
            if key_of(code, part) == key:
                return code, part
    raise NoRun("There is no such figure.", do="Choose one of the figures of the result.")


def code_of(key: str) -> str:
    """A figure's short name: "3D(2a)"."""
    measure, part = of_key(key)
    return f"{measure}({part})" if part else measure


def label(key: str) -> str:
    """What a figure is called: "3D(2a) People with a direct payment"."""
    measure, part = of_key(key)
    return f"{code_of(key)} {definitions()[measure].parts[part].title}"


def council_in(run: Run, asked: str | None) -> str:
    """The council of a result that a page is about: the one asked for, or the first. Raises NoRun."""
    held = run.about.councils
    if asked and asked not in held:
        raise NoRun("This result has no such council.", do="Choose one of the councils of the result.")
    if not held:
        raise NoRun("This result has no council.", do="Delete it and measure again.")
    return asked or held[0]


def name_of(edition: Edition | None, run: Run, code: str) -> str:
    """A council's name: the edition's, or as it was given, or its code."""
    found = council_of(edition, code) if edition is not None else None
    if found is not None:
        return found.name
    return run.about.council if len(run.about.councils) == 1 else code


def slug_of(edition: Edition | None, run: Run, code: str) -> str:
    """The public page of a council: by its code in the records; else as the person said who measured."""
    found = council_of(edition, code) if edition is not None else None
    return found.id if found is not None else run.about.slug if len(run.about.councils) == 1 else ""


def lines(run: Run, council: str, edition: Edition | None) -> list[Line]:
    """Every figure of one council, in the order of the handbook."""
    held = {(f.measure, f.part, f.group): f for f in run.figures if f.council == council}
    out = []
    for (measure, part, group), figure in held.items():
        if group == TOTAL:
            same = [f for (m, p, g), f in held.items() if (m, p) == (measure, part) and g != TOTAL]
            finer = tuple((f.group, written(f), _counts(f)) for f in same)
            out.append(_line(run, figure, edition, finer))
    return out


def _line(run: Run, figure: Figure, edition: Edition | None, groups: tuple[tuple[str, str, str], ...]) -> Line:
    definition, key = definitions()[figure.measure], key_of(figure.measure, figure.part)
    got, records = place(figure, edition), to_mend(run, figure.council, key)["row"].len()
    return Line(
        key, code_of(key), definition.parts[figure.part].title, figure, written(figure), _counts(figure),
        sentence(run, figure), f"Among councils it {got.sentence}; 1st is the highest." if got else "", records,
        could_be(run, figure), definition, groups,
    )  # fmt: skip


def to_mend(run: Run, council: str, key: str | None = None) -> pl.DataFrame:
    """The records that would move a figure if they were mended, a row each: file, row, checks, figures, person."""
    rows = run.to_check.filter(pl.col("council") == council)
    if key is not None:
        rows = rows.filter(pl.col("figures").str.split(" ").list.contains(code_of(key)))
    by = ["file", "row"]
    return rows.group_by(by).agg(
        checks=pl.col("check").unique().sort(), person=pl.col("pseudonym").first(),
        figures=pl.col("figures").str.split(" ").explode().unique().sort(),
    ).sort(by)  # fmt: skip


def could_be(run: Run, figure: Figure) -> str:
    """Between which values the figure could be once those records are mended; "" when nothing would move it."""
    found = run.ranges.get((figure.council, figure.measure, figure.part))
    if found is None or not found.people or figure.value is None:
        return ""
    held = [one.value for one in (found.low, figure, found.high) if one is not None and one.value is not None]
    if min(held) == max(held):
        return ""
    return f"between {written(figure, min(held))} and {written(figure, max(held))}"


def place(figure: Figure, edition: Edition | None) -> Standing | None:
    """Where a figure would stand among the published ones; None where that cannot be said."""
    if edition is None or figure.numerator is None or not figure.denominator or not is_share(figure):
        return None
    name = identifier(figure.measure, figure.part)
    return standing(edition, name, figure.council, figure.numerator, figure.denominator)


def written(figure: Figure, value: Decimal | None = None) -> str:
    """A figure as the official table prints it: "22.2%", "14.3"; "–" where there is none."""
    shown = figure.value if value is None else value
    if shown is None:
        return "–"
    return f"{shown:,}" if figure.measure in RATES else f"{shown:,}%"


def needs_discharges(run: Run, figure: Figure) -> bool:
    """Whether a figure is not computable because the run was given no hospital discharges."""
    return figure.measure == "2D" and not run.about.discharges


def sentence(run: Run, figure: Figure) -> str:
    """The figure with its counts and its uncertainty, or why there is none and what to do."""
    title = definitions()[figure.measure].parts[figure.part].title
    if needs_discharges(run, figure):
        return f"{title}: not computable without hospital discharges. Measure again, with a file of them."
    if figure.numerator is None:
        return f"{title}: no figure. No submission could be used."
    if figure.measure in RATES and not figure.denominator:
        return f"{title}: {figure.numerator:,} people. No rate, because the edition has no number of residents."
    if figure.value is None:
        return f"{title}: no figure, because there is nobody to count."
    if not is_share(figure):
        return f"{title}: {written(figure)}, {_counts(figure)}. The two are of different areas, so it can pass 100%."
    low, high = interval(figure)
    unit = "" if figure.measure in RATES else "%"
    of = f" per {PER[figure.measure]:,}" if figure.measure in RATES else ""
    return (
        f"{title}: {written(figure)}{of}, {_counts(figure)}. "
        f"Chance alone could explain a value from {low:,.1f}{unit} to {high:,.1f}{unit}."
    )


def is_share(figure: Figure) -> bool:
    """Whether the numerator is a part of the denominator, or of residents: else no interval fits.

    2D(2) counts reablement by the council that gives it and discharges by the council of residence.
    """
    return figure.measure in RATES or (figure.numerator or 0) <= (figure.denominator or 0)


def spells(key: str) -> str:
    """What a figure counts beside people, in words; "" where it counts people."""
    return SPELLS.get(of_key(key), "")


def _counts(figure: Figure) -> str:
    if figure.numerator is None:
        return "–"
    return f"{figure.numerator:,} of {figure.denominator:,}" if figure.denominator else f"{figure.numerator:,}"


def decided(run: Run, council: str, key: str) -> pl.DataFrame:
    """The decisions on one figure of one council: PEOPLE of ``runs``."""
    measure, part = of_key(key)
    return run.people.filter((pl.col("la") == council) & (pl.col("measure") == measure) & (pl.col("part") == part))


def reasons(run: Run, council: str, key: str) -> list[Reason]:
    """Why people are counted, are in the denominator only, or in neither: most telling first, with counts."""
    measure, _ = of_key(key)
    said = definitions()[measure].reasons
    found = decided(run, council, key).group_by("why", "denominator", "numerator").agg(
        people=pl.col("person").drop_nulls().n_unique(), rows=pl.len()
    )  # fmt: skip
    out = [
        Reason(
            r["why"] or "", said.get(r["why"], r["why"] or "No reason was given."), r["people"], r["rows"],
            r["denominator"], r["numerator"],
        )
        for r in found.to_dicts()
    ]  # fmt: skip
    return sorted(out, key=lambda r: (not r.counted, not r.inside, -r.rows, r.key))


def unknown(run: Run, council: str, key: str, why: str | None = None) -> int:
    """How many discharges of a figure, or of one reason, are of people whom the records do not know."""
    rows = decided(run, council, key)
    return (rows if why is None else rows.filter(pl.col("why") == why))["person"].null_count()


def behind(run: Run, council: str, key: str, why: str) -> pl.DataFrame:
    """The people of one reason whom the records know, in the order of their records."""
    rows = decided(run, council, key).filter((pl.col("why") == why) & pl.col("person").is_not_null())
    return rows.sort(["file", "row", "person", "unit"], nulls_last=True)


def page_of(rows: pl.DataFrame, asked: str | None) -> tuple[pl.DataFrame, int, int]:
    """One page of rows, its number from 1, and how many there are."""
    pages = max(1, -(-rows.height // PAGE))
    number = min(max(int(asked), 1), pages) if asked and asked.isascii() and asked.isdigit() else 1
    return rows.slice((number - 1) * PAGE, PAGE), number, pages


def comparable(one: Run, other: Run, council: str) -> None:
    """Raises EvenhandError where people of two results cannot be told to be the same."""
    if one.about.key != other.about.key:
        raise EvenhandError(
            "The people of these two results cannot be matched: their ids were hidden in different ways.",
            do="Measure one of them again, with ids hidden or shown as in the other.",
        )
    if council not in one.about.councils or council not in other.about.councils:
        raise EvenhandError("The two results have no council in common.", do="Choose two results of one council.")


def movement(one: Run, other: Run, council: str, key: str) -> Moved | None:
    """Which people moved a figure between two results; None where one of them has no figure."""
    measure, part = of_key(key)
    was, became = (_total(run, council, measure, part) for run in (one, other))
    if was is None or became is None or was.numerator is None or became.numerator is None:
        return None
    residents = (was.denominator or 0, became.denominator or 0) if measure in RATES else None
    before, after = (_numbered(decided(run, council, key)) for run in (one, other))
    got = moved(before, after, residents=residents, per=PER.get(measure, 100))
    for figure, counts in ((was, got.before), (became, got.after)):
        assert (figure.numerator, figure.denominator or 0) == counts, "a figure is not the sum of its people"
    named = pl.when(~pl.col("person").str.starts_with(NOBODY)).then("person").alias("person")
    return replace(got, people=got.people.with_columns(named))


def who_moved(got: Moved, key: str) -> pl.DataFrame:
    """Who moved a figure in one way, of those whom the records know."""
    return got.people.filter((pl.col("movement") == key) & pl.col("person").is_not_null())


def _numbered(rows: pl.DataFrame) -> pl.DataFrame:
    """Decisions with a stand-in for each person whom the records do not know.

    They cannot be told apart, so as many as are there both times are taken for the same.
    """
    number = pl.int_range(pl.len()).over(pl.col("person").is_null()).cast(pl.String)
    return rows.with_columns(person=pl.coalesce("person", pl.lit(NOBODY) + number))


def _total(run: Run, council: str, measure: str, part: str) -> Figure | None:
    for figure in run.figures:
        if (figure.council, figure.measure, figure.part, figure.group) == (council, measure, part, TOTAL):
            return figure
    return None


@dataclass(frozen=True)
class Step:
    """One movement as a page prints it: points add up, as printed, to the printed change."""

    key: str
    words: str
    people: int
    numerator: int
    denominator: int
    points: str


def steps(got: Moved) -> tuple[list[Step], str]:
    """The movements of a figure, and its change, in hundredths of a point or of a rate; "–" without a figure."""
    if got.points is None:
        return [Step(m.key, m.words, m.people, m.numerator, m.denominator, "–") for m in got.movements], "–"
    exact = [(m.points or Fraction(0)) * 100 for m in got.movements]
    whole, total = [floor(part) for part in exact], floor(got.points * 100 + Fraction(1, 2))
    # What rounding down has left over goes to those that lost most of it: then the printed parts add up.
    order = sorted(range(len(exact)), key=lambda i: (whole[i] - exact[i], i))
    for place in order[: total - sum(whole)]:
        whole[place] += 1
    out = [
        Step(m.key, m.words, m.people, m.numerator, m.denominator, signed(Decimal(part) / 100, "+.2f"))
        for m, part in zip(got.movements, whole, strict=True)
    ]
    return out, signed(Decimal(total) / 100, "+.2f")


def signed(number: Decimal | int, form: str = "+,d") -> str:
    """A change with its sign: "+3", "−12", "0"."""
    return "0" if not number else format(number, form).replace("-", "−")


def total(run: Run, council: str, key: str) -> Figure:
    """One figure of all people. Raises NoRun."""
    found = _total(run, council, *of_key(key))
    if found is None:
        raise NoRun("This result has no such figure.", do="Choose one of the figures of the result.")
    return found


def beside(home_runs: list[Run], edition: Edition, slug: str) -> dict[str, Any] | None:
    """A council's own figures beside the published ones: of its latest period, measured last; None without any."""
    for run in sorted(home_runs, key=lambda one: (one.about.end, one.id), reverse=True):
        for code in run.about.councils:
            if slug_of(edition, run, code) == slug:
                rows = [
                    _beside(line, edition, slug) for line in lines(run, code, edition) if line.figure.value is not None
                ]
                return {"run": run, "council": code, "rows": rows}
    return None


def _beside(line: Line, edition: Edition, slug: str) -> dict[str, Any]:
    name = identifier(line.figure.measure, line.figure.part)
    out: dict[str, Any] = {"line": line, "published": "", "period": "", "interval": "", "measure": ""}
    unit = "" if line.figure.measure in RATES else "%"
    if is_share(line.figure):
        low, high = interval(line.figure)
        out["interval"] = f"{low:,.1f}{unit} to {high:,.1f}{unit}"
    try:
        definition = edition.definition(name)
        rows = edition.rows(name, definition["latest_period"]).filter(pl.col("slug") == slug)
    except EvenhandError:
        return out
    out |= {"measure": name, "period": definition["latest_period"]}
    if rows.height and rows["value"][0] is not None:
        places = definition["decimals"]
        out["published"] = f"{rows['value'][0]:,.{places}f}{unit}"
    return out
