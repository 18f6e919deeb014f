"""From what was read to every figure: the whole way, in one place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir

from evenhand.measures.cld import admissions, budgets, discharged, figures, home, reablement
from evenhand.measures.cld.engine import Engine
from evenhand.measures.cld.figures import Figure
from evenhand.measures.cld.logic import Period
from evenhand.measures.cld.options import Options
from evenhand.measures.cld.pipeline import (
    Identified,
    Selection,
    account,
    identify,
    main_table,
    people_table,
    select,
    single_table,
)
from evenhand.sources.cld.discharges import read_discharges

if TYPE_CHECKING:
    from evenhand.sources.cld import Read


# The measures that records alone decide, by the name of the table of their decisions.
STAGES: dict[str, Callable[[ir.Table, ir.Table, Period, Options], ir.Table]] = {
    "2a": reablement.short_term, "2bc": admissions.admissions, "2e": home.at_home, "3d_clients": budgets.clients,
    "3d_carers": budgets.carers,
}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What a person asked for.

    period: first and last day. as_of: submissions received after this day are not used. joined: put each council's
    submissions together quarter by quarter, as the official tables do. population: residents by (council code, "18-64"
    or "65+"). discharges: a file of hospital discharges for 2D.
    """

    period: Period
    as_of: dt.date | None = None
    joined: bool = False
    options: Options = field(default_factory=Options)
    population: Mapping[tuple[str, str], int] = field(default_factory=dict)
    discharges: Path | None = None


@dataclass
class Measured:
    """Every figure, and the tables that each can be taken apart into (kept by the engine until it is closed).

    finer: figures of 2D by client group, age and sex; none without hospital discharges.
    """

    asked: Asked
    councils: list[str]
    figures: list[figures.Figure]
    decisions: ir.Table
    main: ir.Table
    single: ir.Table
    people: ir.Table
    ids: ir.Table
    account: ir.Table
    identified: Identified
    selection: Selection
    notes: list[str]
    kept_rows: int
    finer: list[Figure] = field(default_factory=list)


def measured(
    engine: Engine,
    read: Read,
    asked: Asked,
    *,
    key: bytes | None = None,
    say: Callable[[str], None] = lambda stage: None,
) -> Measured:
    """Work out every official measure.

    read: what sources.cld.read gave. key: hides the ids of the discharges as it hid those of the records. say: is told
    the name of each stage as it begins. Raises EvenhandError where no submission can be used for the period.
    """
    period, options = asked.period, asked.options
    say("Choosing submissions")
    selection = select(read.submissions, period, as_of=asked.as_of, joined=asked.joined)
    say("Finding people")
    identified, ids = identify(engine, read.records, options)
    say("One row an event")
    main = main_table(engine, identified, selection, options)
    single = single_table(identified, selection, options)
    say("One row a person")
    people = people_table(engine, main, period, options)
    say("Measures")
    made = [
        engine.answer(f"decided_{name}", stage, (main, people), (period, options)) for name, stage in STAGES.items()
    ]
    # Every council in the input has every row; one whose submissions cannot be used has rows without numbers.
    councils, unknown = sorted({*selection.councils, *selection.missing}), set(selection.missing)
    finer: list[Figure] = []
    if asked.discharges is not None:
        discharges = read_discharges(engine, asked.discharges, key)
        linked = discharged.after_hospital(main, people, ids, discharges, period, options)
        made.append(engine.keep("decided_2d", linked))
        finer = discharged.by_group(main, people, ids, discharges, period, options, councils, unknown=unknown)
    decided = ibis.union(*made)
    out = figures.add_up(decided, councils, population=asked.population, unknown=unknown, options=options)
    told = account(engine, identified, selection, main, options)
    return Measured(
        asked, councils, out, decided, main, single, people, ids, told, identified, selection, list(selection.notes),
        int(main.agg(rows=main.count()).to_pyarrow()["rows"][0].as_py()), finer,
    )  # fmt: skip


def records_of(decided: ir.Table, measure: str, part: str, council: str, people: Sequence[int]) -> ir.Table:
    """The decisions of these people on one figure of one council: what a page opens a figure into."""
    chosen = (decided["measure"] == measure) & (decided["part"] == part) & (decided["la"] == council)
    return decided.filter(chosen & decided["person"].isin(list(people)))
