"""The real calculators and the plain rewrite on the same councils, and where they differ."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from evenhand.measures.cld import admissions, budgets, figures, home, reablement, spend, tables
from evenhand.measures.cld.engines import DuckDb, Spark
from evenhand.measures.cld.options import Options
from evenhand.measures.cld.pipeline import Selection, identify, main_table, people_table, single_table
from tests.measures.cld import naive
from tests.measures.cld.naive.costs import costs
from tests.measures.cld.naive.logic import Row
from tests.measures.cld.naive.messy import YEAR, Council, together
from tests.measures.cld.naive.pipeline import single_rows

STAGES = (reablement.short_term, admissions.admissions, home.at_home, budgets.clients, budgets.carers)
Made = dict[str, list[Row]]


def real(engine: DuckDb | Spark, records: Sequence[Row], selection: Selection, options: Options) -> Made:
    """MAIN, SINGLE, PEOPLE, DECISIONS and the figures that the real stages make of the records."""
    known, _ = identify(engine, read(engine, records), options)
    main = main_table(engine, known, selection, options)
    single = single_table(known, selection, options)
    people = people_table(engine, main, YEAR, options)
    decided = decisions(engine, main, people, options)
    made = {"main": main, "single": single, "people": people, "decisions": decided}
    out: Made = {name: table.to_pyarrow().to_pylist() for name, table in made.items()}
    out["figures"] = [vars(figure) for figure in figures.add_up(decided, _councils(selection))]
    return out


def real_figures(
    engine: DuckDb | Spark, records: Sequence[Row], selection: Selection, options: Options
) -> list[figures.Figure]:
    """Only the figures, for a benchmark to time."""
    known, _ = identify(engine, read(engine, records), options)
    main = main_table(engine, known, selection, options)
    people = people_table(engine, main, YEAR, options)
    return figures.add_up(decisions(engine, main, people, options), _councils(selection))


def decisions(engine: DuckDb | Spark, main: ir.Table, people: ir.Table, options: Options) -> ir.Table:
    """DECISIONS of every measure."""
    kept = [engine.keep(f"d{place}", stage(main, people, YEAR, options)) for place, stage in enumerate(STAGES)]
    return ibis.union(*kept)


def _councils(selection: Selection) -> list[str]:
    return sorted({one.la for one in selection.taken})


def read(engine: DuckDb | Spark, records: Sequence[Row]) -> ir.Table:
    """The records as the engine reads them from a file: Spark takes no blank decimals from memory."""
    shape = ibis.schema(tables.RECORDS).to_pyarrow()
    columns = {field.name: pa.array([row[field.name] for row in records], field.type) for field in shape}
    path = engine.scratch / "messy.parquet"
    pq.write_table(pa.table(columns, shape), path)
    return engine.con.read_parquet(str(path))


def differences(engine: DuckDb | Spark, councils: Sequence[Council], options: Options) -> dict[str, list[str]]:
    """What differs between the two on these councils, in words, by council; empty when they agree on everything."""
    return differences_of(engine, *together(councils), options)


def differences_of(
    engine: DuckDb | Spark, records: Sequence[Row], selection: Selection, options: Options
) -> dict[str, list[str]]:
    """The same of any records and submissions."""
    plain = naive.measured(records, selection, YEAR, options)
    made = real(engine, records, selection, options)
    who = {row["record"]: row["person_id"] for row in plain.main}
    # The real person is a number: which person of ours it is, the records say, and they must say one thing.
    names: dict[int, set[str]] = defaultdict(set)
    for row in made["main"]:
        names[row["person"]].add(who.get(row["record"], f"nobody of record {row['record']}"))
    ids = {person: next(iter(said)) if len(said) == 1 else f"not one person: {said}" for person, said in names.items()}
    assert len(set(ids.values())) == len(ids), "one person has several numbers"
    out: dict[str, list[str]] = defaultdict(list)
    pairs: dict[str, tuple[dict[Any, Any], dict[Any, Any]]] = {
        "main": (_rows(plain.main, tables.MAIN), _rows(made["main"], tables.MAIN)),
        "single": (_rows(plain.single, tables.SINGLE), _rows(made["single"], tables.SINGLE)),
        "people": (plain.people, _people(made["people"], ids)),
        "decision": (plain.decisions, _decided(made["decisions"], ids)),
        "figure": (_figures(plain, made["figures"]), {_group(row): _numbers(row) for row in made["figures"]}),
    }
    for what, (ours, theirs) in pairs.items():
        for key in sorted({*ours, *theirs}, key=str):
            mine, real_one = ours.get(key), theirs.get(key)
            if mine != real_one:
                out[key[0]].append(f"{what} {key[1:]}: {_apart(mine, real_one)}")
    return dict(out)


def cost_differences(engine: DuckDb | Spark, councils: Sequence[Council], options: Options) -> list[str]:
    """What differs in the cost of the last quarter, by council and mechanism."""
    records, selection = together(councils)
    single = single_rows(records, selection.single, options)
    words = {None: spend.MECHANISMS[0]} | {number: word for number, word in spend.MECHANISMS.items() if number}
    ours = {
        (la, words[mechanism]): (one.pounds, one.rows, one.without_cost, one.without_units)
        for (la, mechanism), one in costs(single, YEAR).items()
    }
    known, _ = identify(engine, read(engine, records), options)
    found = spend.spend(engine, single_table(known, selection, options), YEAR, options)
    whole = ("All", "All", "All")
    theirs = {
        (one.council, one.mechanism): (one.total or Decimal(0), one.rows, one.rows_without_cost, one.rows_without_units)
        for one in found
        if one.basis == spend.QUARTER and one.mechanism != "All" and one.groups[1:] == whole
    }
    assert ours
    return [
        f"{key}: {ours.get(key)} / {theirs.get(key)}" for key in {*ours, *theirs} if ours.get(key) != theirs.get(key)
    ]


def smallest(engine: DuckDb | Spark, council: Council, options: Options, rounds: int = 12) -> tuple[Council, list[str]]:
    """The council with as many rows taken away as can be while the two still differ, and what differs."""
    told = differences(engine, [council], options).get(council.name, [])
    for _ in range(rounds):
        fewer = [council.without(place) for place in range(len(council.rows))]
        # Each try is a council of its own, so that all are worked at once.
        tries = [_renamed(one, f"try{number:03}") for number, one in enumerate(fewer)]
        found = differences(engine, tries, options)
        still = [number for number, one in enumerate(tries) if one.name in found]
        if not still:
            break
        council, told = fewer[still[0]], found[tries[still[0]].name]
    return council, told


def report(engine: DuckDb | Spark, councils: Sequence[Council], options: Options) -> str:
    """Nothing when all agree; else how many do not, and one of them made small."""
    found = differences(engine, councils, options)
    if not found:
        return ""
    shortest = min((one for one in councils if one.name in found), key=lambda one: len(one.rows))
    council, told = smallest(engine, shortest, options)
    return "\n".join(
        [f"{len(found)} of {len(councils)} councils differ. The smallest:", council.told(), "naive / real:", *told]
    )


def _renamed(council: Council, name: str) -> Council:
    return replace(
        council,
        name=name,
        rows=tuple(row | {"la": name} for row in council.rows),
        taken=tuple(replace(one, la=name) for one in council.taken),
        single=replace(council.single, la=name),
    )


def _rows(made: Sequence[Row], shape: tables.Schema) -> dict[Any, Row]:
    """A table's rows by council and record, but for the person's name, which is compared by itself."""
    columns = [name for name in shape if name not in ("la", "person")]
    return {(row["la"], row["record"]): {name: row[name] for name in columns} for row in made}


def _decided(made: list[Row], ids: dict[int, str]) -> dict[Any, Any]:
    return {
        (r["la"], ids[r["person"]], r["measure"], r["part"], r["unit"] if r["measure"] == "2A" else 0):
            (r["age"], r["band"], r["denominator"], r["numerator"])
        for r in made if r["denominator"] or r["numerator"]
    }  # fmt: skip


def _people(made: Sequence[Row], ids: dict[int, str]) -> dict[Any, Row]:
    columns = [name for name in tables.PEOPLE if name not in ("la", "person")]
    return {(row["la"], ids[row["person"]]): {name: row[name] for name in columns} for row in made}


def _numbers(figure: Row) -> tuple[int, int]:
    return figure["numerator"] or 0, figure["denominator"] or 0


def _group(figure: Row) -> tuple[str, str, str, str]:
    return figure["council"], figure["measure"], figure["part"], figure["group"]


def _figures(plain: naive.Naive, shown: list[Row]) -> dict[Any, Any]:
    return {_group(figure): plain.figures.get(_group(figure), (0, 0)) for figure in shown}


def _apart(ours: Any, theirs: Any) -> str:
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return "; ".join(f"{n} {ours[n]} / {theirs[n]}" for n in ours if n in theirs and ours[n] != theirs[n])
    return f"{ours} / {theirs}"
