"""The read side of an edition: what pages, the API and the command line ask. Opens quickly, reads what is asked for.

An ``Edition`` stays with the folder it opened: if a new edition is put in use meanwhile, answers do not mix.
"""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from evenhand.edition.store import FORMAT, folder_of
from evenhand.facts.errors import EvenhandError, Where
from evenhand.facts.register import Area, Council, Register, period_end

TABLES = (
    "values", "benchmarks", "variation", "deciles", "trends", "peers", "features", "areas", "conflicts", "notes",
    "comparability", "tiles", "sets", "set_benchmarks",
)  # fmt: skip
COMMON = (
    "area_code", "area_name", "slug", "level", "period", "numerator", "denominator", "value", "lower95", "upper95",
    "lower998", "upper998", "band", "rank_median", "rank_low", "rank_high", "ranked", "status", "reason",
)  # fmt: skip


class UnknownMeasure(EvenhandError):
    """No measure has this id."""


class Edition:
    """One edition, opened. ``id``, ``simulated`` and ``built_from`` come with it; tables are read when asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.id = folder.name

    @cached_property
    def about(self) -> dict[str, Any]:
        """What ``edition.json`` says: id, version, newest period, sources with checksums, row counts."""
        about: dict[str, Any] = self._json("edition.json")
        if about.get("format") != FORMAT:
            raise EvenhandError(
                f"The edition {self.id} was made by another version of Evenhand.",
                do="Run `evenhand build` (or `evenhand build --sample`) to make it again.",
            )
        return about

    @property
    def simulated(self) -> bool:
        """Whether every figure in this edition is invented."""
        return bool(self.about["simulated"])

    @property
    def built_from(self) -> list[dict[str, Any]]:
        """The source files: publisher, title, table, periods, revision, licence, sha256, counts."""
        return list(self.about["built_from"])

    def _json(self, name: str) -> Any:
        try:
            return json.loads((self.folder / name).read_text(encoding="utf-8"))
        except (OSError, ValueError) as fault:
            raise _damaged(self.folder / name) from fault

    def table(self, name: str) -> pl.LazyFrame:
        """One of TABLES as a lazy frame. Raises EvenhandError for one that this edition lacks, or that is damaged."""
        if name not in TABLES or not (self.folder / f"{name}.parquet").is_file():
            raise EvenhandError(f"This edition has no table called {name!r}.", where=Where(str(self.folder)))
        path = self.folder / f"{name}.parquet"
        frame = pl.scan_parquet(path)
        try:
            frame.collect_schema()  # at the end of the file: a copy that was cut short fails here, in words
        except (OSError, pl.exceptions.PolarsError) as fault:
            raise _damaged(path) from fault
        return frame

    @cached_property
    def definitions(self) -> dict[str, dict[str, Any]]:
        """Every measure's texts and what the edition holds of it, by id, in the order people see them."""
        assert self.about  # an edition of another format is refused before anything is read from it
        return {m["id"]: m for m in sorted(self._json("measures.json"), key=lambda m: m["order"])}

    def definition(self, measure: str) -> dict[str, Any]:
        """One measure's texts. Raises UnknownMeasure with the nearest ids."""
        found = self.definitions.get(measure.lower())
        if found is None:
            from difflib import get_close_matches

            near = get_close_matches(measure.lower(), list(self.definitions), n=3, cutoff=0.5)
            raise UnknownMeasure(
                f"There is no measure called {measure!r}.",
                do=f"Did you mean {' or '.join(near)}?" if near else "`evenhand show --list` lists the measures.",
            )
        return found

    def measures(self) -> pl.DataFrame:
        """One row a measure: measure, title, question, topic, unit, kind, direction, decimals, periods, latest_period,
        councils_with_value, england_value (as published where the publisher prints it).
        """
        keys = (
            "title", "question", "topic", "unit", "kind", "direction", "decimals", "periods", "latest_period",
            "councils_with_value", "england_value",
        )  # fmt: skip
        rows = [{"measure": m["id"]} | {k: m[k] for k in keys} for m in self.definitions.values()]
        return pl.DataFrame(rows, infer_schema_length=None)

    def areas(self) -> pl.DataFrame:
        """One row an area: area, level, code, name, slug, region, council_type, dates, predecessors, successors."""
        return self.table("areas").collect()

    @cached_property
    def register(self) -> Register:
        """The councils, codes and areas that the edition was built with."""
        return Register.from_folder(self.folder / "register", simulated=self.simulated)

    def find(self, text: str, period: str | None = None) -> Council | Area:
        """What a person typed, as at the end of a period (the edition's newest when none is given).

        Raises UnknownArea: for a council that has gone, with what it became; for a slip, with the nearest names.
        """
        return self.register.find(text, period_end(period or self.about["newest_period"]))

    def rows(self, measure: str, period: str | None = None, group: str = "all") -> pl.DataFrame:
        """Every column of a measure's rows; all periods when none is given. Raises UnknownMeasure or EvenhandError."""
        d = self.definition(measure)
        if period is not None and period not in d["periods"]:
            held = ", ".join(d["periods"]) or "none"
            raise EvenhandError(f"{d['title']} has no figures for {period}.", do=f"Periods in this edition: {held}.")
        wanted = (pl.col("measure") == d["id"]) & (pl.col("group") == group)
        if period is not None:
            wanted &= pl.col("period") == period
        return self.table("values").filter(wanted).collect()

    def values(self, measure: str, period: str | None = None) -> pl.DataFrame:
        """A measure's figures for everyone, COMMON columns: the latest period when none is given."""
        d = self.definition(measure)
        return self.rows(measure, period or d["latest_period"]).select(*COMMON)


def _damaged(path: Path) -> EvenhandError:
    return EvenhandError(
        "The edition is damaged.", where=Where(str(path)), do="Build it again from the loaded files: `evenhand build`."
    )


def open_current(home: Path) -> Edition:
    """The edition in use. Raises NoEdition when there is none."""
    return Edition(folder_of(home))


def open_edition(home: Path, edition_id: str) -> Edition:
    """An edition by its id or the first letters of it."""
    return Edition(folder_of(home, edition_id))
