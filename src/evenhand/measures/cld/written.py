"""The files of a run: measures.csv, tables/, spend.csv and people.parquet, all of them or none.

The same rows give the same bytes: everything is in an order of its own. A withheld number is written ``[c]``; a number
that there is not is an empty cell. ``people.parquet`` names nobody, but is about single people, and the report on
quality is about their records: both stay in the council whatever the disclosure profile, and the command says so.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from evenhand.compare.disclosure import Profile
from evenhand.facts.errors import EvenhandError, Where
from evenhand.facts.status import Status
from evenhand.measures.cld import equity, figures, protected, spend
from evenhand.measures.cld.engine import Engine
from evenhand.measures.cld.protected import Cell
from evenhand.measures.cld.run import Measured
from evenhand.measures.cld.salt import Salt, salt

if TYPE_CHECKING:
    from evenhand.sources.cld import Read

WITHHELD = "[c]"  # the shorthand of the Government Analysis Function for a confidential figure
OURS = ("measures.csv", "spend.csv", "people.parquet", "quality.html", "quality.json", "records_to_check.csv", "tables")
MORE = {("2A", ""): (figures.YOUNGER, figures.OLDER)}
# Decisions that say nothing but that the person has no support of the measure's kind: not written.
NOTHING = ("no_long_term_support", "not_a_carer", "no_care_home", "no_reablement")


@dataclass(frozen=True)
class Outputs:
    """Everything beside the official figures, unprotected: finer figures, tables, spend, shares of it, and equity."""

    more: list[figures.Figure]
    salt: Salt
    costs: list[spend.Spend]
    shares: list[spend.Share]
    gaps: list[equity.Gap]


def outputs(engine: Engine, measured: Measured, read: Read) -> Outputs:
    """Work out all that is written beside measures.csv."""
    asked = measured.asked
    decided = measured.decisions
    more = figures.add_up(
        decided.filter(decided["measure"].isin([measure for measure, _ in MORE])), measured.councils, groups=MORE,
        unknown=set(measured.selection.missing), options=asked.options,
    )  # fmt: skip
    more += measured.finer
    births = None
    if not asked.options.lts_age_row_level:
        people = measured.people.join(measured.ids, "person")
        births = people.select("la", "pseudonym", "birth")
    tables = salt(engine, read.records, read.submissions, asked.period, asked.options, as_of=asked.as_of, births=births)
    costs = spend.spend(engine, measured.single, asked.period, asked.options)
    gaps = equity.gaps(equity.groups(decided, measured.people))
    return Outputs(more, tables, costs, spend.shares(costs), gaps)


def write(
    out: Path, engine: Engine, measured: Measured, made: Outputs, profile: Profile = "none",
    also: Callable[[Path], None] | None = None,
) -> None:  # fmt: skip
    """Write every file into the folder, which takes the place of an earlier run's.

    also: writes further files (the report on quality) into the folder that it is given. Raises EvenhandError where the
    folder holds anything that is not of a run, or cannot be written.
    """
    with whole_or_nothing(out) as folder:
        _measures(folder, measured, made, profile)
        _spend(folder, made, profile)
        _equity(folder, made, profile)
        for name, held in made.salt.tables.items():
            rows = ((*key, cell) for key, cell in protected.table(held, profile).items())
            _csv(folder / "tables" / f"{name}.csv", (*held.headings, "people"), rows)
        people(folder / "people.parquet", engine, measured)
        if also:
            also(folder)


@contextmanager
def whole_or_nothing(out: Path) -> Iterator[Path]:
    """A folder to write in, which becomes ``out`` when all went well; until then an earlier ``out`` stays as it is."""
    if out.exists() and (not out.is_dir() or (odd := sorted({one.name for one in out.iterdir()} - set(OURS)))):
        held = f"holds {odd[0]}, which is not of a run" if out.is_dir() else "is a file"
        raise EvenhandError(f"{out.name} {held}.", where=Where(str(out)), do="Name another folder.")
    making, old = out.with_name(f".{out.name}.making"), out.with_name(f".{out.name}.old")
    try:
        for left in (making, old):
            shutil.rmtree(left, ignore_errors=True)
        (making / "tables").mkdir(parents=True)
        yield making
        if out.exists():
            out.rename(old)
        making.rename(out)
    except OSError as fault:
        raise EvenhandError(
            f"The files cannot be written ({fault.strerror}).", where=Where(str(out)), do="Make room, or name another."
        ) from fault
    finally:
        shutil.rmtree(making, ignore_errors=True)
        if out.exists():
            shutil.rmtree(old, ignore_errors=True)
        elif old.exists():
            old.rename(out)


def _measures(folder: Path, measured: Measured, made: Outputs, profile: Profile) -> None:
    """measures.csv, and tables/measures_more.csv; protected together, because their groups add up."""
    every = sorted([*measured.figures, *made.more], key=lambda one: one.council)
    shown = protected.figures(every, profile)
    finer = {id(one) for one in made.more}
    headings = ("council_code", "measure", "part", "group", "numerator", "denominator", "value")
    for path, more in ((folder / "measures.csv", False), (folder / "tables" / "measures_more.csv", True)):
        rows = (
            (one.figure.council, one.figure.measure, one.figure.part, one.figure.group, *_numbers(one))
            for one in shown
            if (id(one.figure) in finer) is more
        )
        _csv(path, headings, rows)


def _numbers(one: protected.ShownFigure) -> tuple[Cell, Cell, Cell]:
    return one.numerator, one.denominator, one.value


def _spend(folder: Path, made: Outputs, profile: Profile) -> None:
    """spend.csv and tables/spend_shares.csv."""
    shown = protected.spend(made.costs, profile)
    rows = (
        (
            one.spend.council, one.spend.basis, *one.spend.groups, one.count(one.spend.people),
            one.count(one.spend.rows), one.count(one.spend.rows_without_cost), one.count(one.spend.rows_without_units),
            *(one.money(held) for held in (one.spend.weekly, one.spend.total, one.spend.mean, one.spend.median)),
        )
        for one in shown
    )  # fmt: skip
    _csv(folder / "spend.csv", spend.COLUMNS, rows)
    headings = ("council_code", "basis", "out_of", "held_as", "spend", "all_spend", "percent", "note")
    _csv(
        folder / "tables" / "spend_shares.csv", headings,
        (
            (
                one.council, one.basis, one.out_of, one.held_as,
                *([Status.SUPPRESSED] * 3 if hidden else [one.spend, one.all_spend, one.percent]), spend.NOT_OFFICIAL,
            )
            for one, hidden in protected.shares(made.shares, shown, profile)
        ),
    )  # fmt: skip


def _equity(folder: Path, made: Outputs, profile: Profile) -> None:
    """tables/equity.csv: percentages to one decimal."""

    def row(one: protected.ShownGap) -> tuple[Cell, ...]:
        of = one.gap.counted
        exact = (
            one.gap.value, one.gap.lower, one.gap.upper, one.gap.others, one.gap.gap, one.gap.gap_lower,
            one.gap.gap_upper,
        )  # fmt: skip
        numbers = [Status.SUPPRESSED if one.hidden else _percent(number) for number in exact]
        return (of.council, "3D", of.part, of.dimension, of.group, one.numerator, one.denominator, *numbers)

    shown = protected.equity(made.gaps, profile)
    _csv(folder / "tables" / "equity.csv", equity.COLUMNS, (row(one) for one in shown))


def _percent(exact: float | None) -> Decimal | None:
    """To one decimal, half away from nought, on the decimal that the number prints as."""
    if exact is None:
        return None
    # Nine places first: the last bit of a float may differ from machine to machine, and a half must not turn on it.
    out = Decimal(f"{exact:.9f}").quantize(Decimal("0.1"), ROUND_HALF_UP)
    return abs(out) if out == 0 else out


def people(path: Path, engine: Engine, measured: Measured) -> None:
    """people.parquet: each decision with the person's pseudonym, written by the engine; see NOTHING.

    In order of council, person, measure, part and unit.
    """
    decided = measured.decisions
    told = decided.filter(decided["denominator"] | decided["numerator"] | ~decided["why"].isin(NOTHING))
    named = told.left_join(measured.ids, "person").select(
        council_code=told["la"], pseudonym=measured.ids["pseudonym"], measure=told["measure"], part=told["part"],
        unit=told["unit"], age=told["age"], band=told["band"], gender=told["gender"],
        denominator=told["denominator"], numerator=told["numerator"], why=told["why"], record=told["record"],
    )  # fmt: skip
    order = ["council_code", "pseudonym", "measure", "part", "unit"]
    engine.con.to_parquet(named.order_by(order), str(path))
    if path.is_dir():  # Spark writes a folder of parts, named in their order
        parts = path.rename(path.with_name(".parts"))
        pl.scan_parquet(sorted(parts.glob("part-*.parquet"))).sink_parquet(path)
        shutil.rmtree(parts)


def _csv(path: Path, headings: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(headings)
        writer.writerows([_written(cell) for cell in row] for row in rows)


def _written(cell: Cell) -> str | int:
    if cell is None:
        return ""
    if isinstance(cell, Status):
        return WITHHELD
    return f"{cell:f}" if isinstance(cell, Decimal) else cell  # type: ignore[return-value]
