"""Everything that is said of the quality of the records, and as JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import polars as pl

from evenhand.measures.cld import figures
from evenhand.measures.cld.engine import Engine
from evenhand.measures.cld.pipeline import REASONS
from evenhand.measures.cld.quality import fields as counting
from evenhand.measures.cld.quality.checks import BIT, BY_KEY, CHECKS, FIGURES, MOST_ROWS, Check
from evenhand.measures.cld.quality.concern import find
from evenhand.measures.cld.quality.effects import Effect, effects
from evenhand.measures.cld.quality.ways import asked_again, frame

if TYPE_CHECKING:
    from evenhand.measures.cld.run import Measured
    from evenhand.sources.cld import Read

EXAMPLES = 3
OF_PEOPLE = ("birth_unknown", "births_differ", "accommodation_unknown", "reason_unknown", "split_person")
# Rows that no figure reads, so that nothing can be said of what they would do: by the reason of the account.
NO_EFFECT = {
    "no_event_type": "Give the event type, unless the row is of a carer known by association, who has no event.",
    "no_start": "Fill the event start date.",
    "starts_after_death": "Find out which of the two dates is wrong.",
    "not_ended_in_period": "Where it has ended, fill its end date. Those still going on are right as they are.",
}
TO_CHECK = ["council", "file", "row", "check", "field", "figures", "pseudonym"]


@dataclass(frozen=True)
class Found:
    """One check of one council: how many rows or people, what it does, and where three of them stand.

    moved: people whom mending would move in some figure. examples: file and row, as a spreadsheet shows it.
    """

    check: Check
    count: int
    moved: int
    effects: tuple[Effect, ...]
    examples: tuple[tuple[str, int], ...]

    @property
    def weight(self) -> Fraction:
        """How wide the widest range is, as a share of its upper end: by this the worst comes first."""
        return max((width(one) for one in self.effects), default=Fraction(0))


@dataclass(frozen=True)
class Council:
    """All of one council. together: how far each figure could be moved by all checks at once."""

    code: str
    rows: Mapping[str, int]  # what became of the rows that could be used, by reason
    found: tuple[Found, ...]
    together: tuple[Effect, ...]
    fields: tuple[counting.FieldCount, ...]
    now: tuple[figures.Figure, ...]


@dataclass(frozen=True)
class Quality:
    """The quality of the records, and what it does to the figures. For use inside the council: counts are exact."""

    period: tuple[str, str]
    read: int
    usable: int
    unusable: Mapping[str, int]
    councils: tuple[Council, ...]
    to_check: pl.DataFrame  # TO_CHECK: the rows whose mending would move a figure

    def to_json(self) -> bytes:
        """Everything but the list of rows, as UTF-8 JSON in a fixed order."""
        whole = {
            "period": {"start": self.period[0], "end": self.period[1]},
            "rows": {"read": self.read, "usable": self.usable, "not_usable": dict(self.unusable)},
            "rules": {
                check.key: {
                    "field": check.field, "rule": check.rule, "mended_as": list(check.ways.values()),
                    "or_right_as_it_stands": check.as_now, "what_to_do": check.mend,
                }
                for check in CHECKS
            },
            "councils": [_council(one) for one in self.councils],
        }  # fmt: skip
        return (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode()

    def to_csv(self) -> bytes:
        """The rows to check: where each stands, which check found it, and which figures it would move."""
        out = io.StringIO()
        write = csv.writer(out, lineterminator="\n")
        write.writerow(TO_CHECK)
        write.writerows(self.to_check.iter_rows())
        return out.getvalue().encode()

    def to_html(self, council: str | None = None) -> bytes:
        """One page, whole in itself: of the one council there is, of the one named, or of all in a table."""
        from evenhand.measures.cld.quality.page import page

        return page(self, council).encode()


def width(effect: Effect) -> Fraction:
    """The width of the range as a share of its upper end; the figure as it stands is part of it."""
    values = [exact(one) for one in (effect.now, effect.low, effect.high) if one]
    held = sorted(value for value in values if value is not None)
    return (held[-1] - held[0]) / held[-1] if held and held[-1] else Fraction(0)


def exact(figure: figures.Figure) -> Fraction | None:
    """The figure unrounded; of a rate without population, the count itself. None where there is nobody to count."""
    if figure.numerator is None:
        return None
    if not figure.denominator:
        return Fraction(figure.numerator) if figure.measure in figures.RATES else None
    return Fraction(figure.numerator, figure.denominator)


def quality(engine: Engine, read: Read, measured: Measured) -> Quality:
    """Count every field and check every row; ask the measures again for whomever a check finds.

    read and measured: of one run, their tables still kept by the engine. Nothing of it is changed.
    """
    account = frame(measured.account).sort("la", "submission", "reason")
    concerned = find(engine, measured)
    people = frame(concerned.people).sort("la", "person")
    hot, checked = concerned.hot, sum(BIT.values())
    rows = frame(hot.filter((hot["bits"] & checked) > 0).select("la", "person", "record", "bits"))
    counts = _counts(people, rows, account)
    counted = asked_again(engine, measured, concerned, {key for _, key in counts})
    made = effects(counted, people, measured.figures)
    ids = frame(measured.ids.semi_join(concerned.people, "person"))
    engine.drop("quality_concerned", "quality_hot", "quality_split", "quality_pairs")
    listed = _placed(_to_check(made.movers, people, rows, ids), read)
    reasons: dict[str, Counter[str]] = defaultdict(Counter)
    for la, reason, number in account.select("la", "reason", "rows").iter_rows():
        reasons[la][reason] += number
    by_council = defaultdict(list)
    for one in counting.count_fields(read.dictionary, measured.identified.records, measured.asked.period):
        by_council[one.council].append(one)
    moved = _moved(made.movers)
    examples = _examples(listed)
    councils = []
    for la in measured.councils:
        found = [
            Found(BY_KEY[key], number, moved.get((la, key), 0), made.by_check.get((la, key), ()),
                  examples.get((la, key), ()))
            for (where, key), number in counts.items() if where == la
        ]  # fmt: skip
        found.sort(key=lambda one: (-one.weight, -one.moved, -one.count, one.check.key))
        now = tuple(one for one in measured.figures if one.council == la and one.group == figures.TOTAL)
        rows_of = {name: reasons[la][name] for name in REASONS if reasons[la][name]}
        councils.append(Council(la, rows_of, tuple(found), made.together.get(la, ()), tuple(by_council[la]), now))
    period = measured.asked.period
    return Quality(
        (period.start.isoformat(), period.end.isoformat()), read.summary.read, read.summary.usable,
        dict(sorted(read.summary.unusable.items())), tuple(councils), listed,
    )  # fmt: skip


def _counts(people: pl.DataFrame, rows: pl.DataFrame, account: pl.DataFrame) -> dict[tuple[str, str], int]:
    """Rows, or people, that each check finds, by council and check; checks that find none are not in it."""
    out: dict[tuple[str, str], int] = {}
    for check in CHECKS:
        if check.key == "no_person_id":
            held = account.filter(pl.col("reason") == "no_person_id")
            each = held.group_by("la").agg(pl.col("rows").sum())
        else:
            source = people if check.key in OF_PEOPLE else rows
            held = source.filter((pl.col("bits") & BIT[check.key]) > 0)
            if check.key == "split_person":
                held = held.filter(pl.col("person") == pl.col("rep"))
            each = held.group_by("la").agg(pl.len())
        out |= {(la, check.key): number for la, number in each.sort("la").iter_rows() if number}
    return out


def _moved(movers: pl.DataFrame) -> dict[tuple[str, str], int]:
    each = movers.group_by("la", "check").agg(pl.col("person").n_unique())
    return {(la, check): number for la, check, number in each.iter_rows()}


def _to_check(movers: pl.DataFrame, people: pl.DataFrame, rows: pl.DataFrame, ids: pl.DataFrame) -> pl.DataFrame:
    """la, record, check, figures, pseudonym: the rows of whomever mending would move.

    Of a check of people, their latest row; of one of a person who appears twice, that of the half without NHS number.
    """
    out = []
    for check in CHECKS:
        mine = movers.filter(pl.col("check") == check.key)
        bit = (pl.col("bits") & BIT[check.key]) > 0
        if check.key == "no_person_id":
            made = mine.with_columns(record=-pl.col("person"))
        elif check.key == "split_person":
            halves = people.filter(bit & (pl.col("person") != pl.col("rep"))).select("la", "person", "rep", "record")
            made = mine.rename({"person": "rep"}).join(halves, on=["la", "rep"], how="inner")
        else:
            source = people if check.key in OF_PEOPLE else rows
            made = mine.join(source.filter(bit).select("la", "person", "record"), on=["la", "person"], how="inner")
        out.append(made.select("la", "person", "record", "check", "figures"))
    named = pl.concat(out).join(ids, on="person", how="left")
    return named.with_columns(pl.col("pseudonym").fill_null(""))


def _placed(listed: pl.DataFrame, read: Read) -> pl.DataFrame:
    """TO_CHECK, by council, file and row."""
    starts = pl.DataFrame(
        {"at": [start + 1 for start, _ in read.offsets], "start": [start for start, _ in read.offsets],
         "file": [file for _, file in read.offsets]},
        schema={"at": pl.Int64, "start": pl.Int64, "file": pl.String},
    )  # fmt: skip
    found = listed.sort("record").join_asof(starts.sort("at"), left_on="record", right_on="at", strategy="backward")
    keys = {check.key: check.field for check in CHECKS}
    named = found.with_columns(
        council=pl.col("la"), row=pl.col("record") - pl.col("start"),
        field=pl.col("check").replace_strict(keys, return_dtype=pl.String),
    )  # fmt: skip
    return named.select(TO_CHECK).sort("council", "file", "row", "check")


def _examples(listed: pl.DataFrame) -> dict[tuple[str, str], tuple[tuple[str, int], ...]]:
    first = listed.group_by("council", "check", maintain_order=True).head(EXAMPLES)
    out: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
    for la, check, file, row in first.select("council", "check", "file", "row").iter_rows():
        out[la, check].append((file, row))
    return {key: tuple(places) for key, places in out.items()}


def _council(one: Council) -> dict[str, Any]:
    return {
        "council": one.code,
        "rows": dict(one.rows),
        "figures": [_effect(effect) for effect in one.together],
        "checks": [
            {
                "check": found.check.key, "says": found.check.counted(found.count), "count": found.count,
                "people_who_would_move_a_figure": found.moved, "effects": [_effect(each) for each in found.effects],
                "examples": [{"file": file, "row": row} for file, row in found.examples],
            }
            for found in one.found
        ],
        "fields": [
            {
                "field": each.field.heading, "module": each.module, "rule": each.field.mandatory,
                "rows": each.rows, "results": dict(each.results), "valid_but_cannot_be_right": each.odd,
            }
            for each in one.fields
        ],
    }  # fmt: skip


def _effect(effect: Effect) -> dict[str, Any]:
    def told(figure: figures.Figure | None) -> dict[str, Any] | None:
        if figure is None:
            return None
        value = None if figure.value is None else str(figure.value)
        return {"numerator": figure.numerator, "denominator": figure.denominator, "value": value}

    return {
        "measure": effect.measure, "part": effect.part, "now": told(effect.now), "lowest": told(effect.low),
        "highest": told(effect.high), "people": effect.people,
    }  # fmt: skip


__all__ = ["EXAMPLES", "FIGURES", "MOST_ROWS", "NO_EFFECT", "Council", "Found", "Quality", "exact", "quality", "width"]
