"""Figures, tables, spend and equity as they may leave the council: small counts withheld, the others rounded to 5.

``Status.SUPPRESSED`` stands in a withheld cell's place, all the way to the file, where it is written ``[c]``; None is a
figure that there is not. The cells to withhold are found by ``compare.disclosure`` from the sums of each table. What
hangs on a withheld count (a percentage, money, a gap) is withheld with it. Profile "none" leaves everything as it is.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from evenhand.compare.disclosure import RULES, Profile, Shown, protect, rounded
from evenhand.facts.status import Status
from evenhand.measures.cld.crossed import ALL, Crossed, Key
from evenhand.measures.cld.equity import Gap
from evenhand.measures.cld.figures import RATES, Figure, splits
from evenhand.measures.cld.spend import LAST_DAY, Share, Spend

Cell = int | Decimal | float | str | Status | None
Sum = tuple[Hashable, list[Hashable]]
_SAME = (("3D", "1a", "2a"), ("3D", "1b", "2b"))  # parts that share a denominator


@dataclass(frozen=True)
class ShownFigure:
    """A figure as it may be shown; see ``figures.Figure``."""

    figure: Figure
    numerator: Cell
    denominator: Cell
    value: Cell


def figures(found: Sequence[Figure], profile: Profile) -> list[ShownFigure]:
    """The figures in their order. Give those of every file together: their groups add up across files.

    A rate's denominator is a population and is not withheld.
    """
    out = []
    for _, held in groupby(found, lambda one: one.council):
        figures = list(held)
        counts, sums = _counts(figures)
        shown = protect(counts, sums, profile)
        for one in figures:
            name = (one.measure, one.part, one.group)
            number = _cell(shown.get(("n", *name)))
            of = one.denominator if one.measure in RATES else _cell(shown.get(("d", *name)))
            hidden = Status.SUPPRESSED in (number, of)
            out.append(ShownFigure(one, number, of, Status.SUPPRESSED if hidden else one.printed))
    return out


def _cell(shown: Shown | None) -> Cell:
    if shown is None:
        return None
    return Status.SUPPRESSED if shown.suppressed else shown.count


def _counts(found: list[Figure]) -> tuple[dict[Hashable, int], list[Sum]]:
    """A council's counts, and what adds up among them: ages, sexes, client groups, and denominators that parts share.

    People of unknown age or other sex are a cell of their own, as the difference to the total shows them.
    """
    counts: dict[Hashable, int] = {}
    for one in found:
        name = (one.measure, one.part, one.group)
        if one.numerator is not None:
            counts["n", *name] = one.numerator
        if one.denominator is not None and one.measure not in RATES:
            counts["d", *name] = one.denominator
    sums: list[Sum] = []
    for key in [key for key in counts if isinstance(key, tuple)]:
        kind, measure, part, group = key
        for _, groups in (split for split in splits(measure) if split[0] == group):
            parts: list[Hashable] = [(kind, measure, part, name) for name in groups]
            if all(cell in counts for cell in parts):
                rest = counts[key] - sum(counts[cell] for cell in parts)
                if rest < 0:  # a spell of 2D may count in two groups: then they do not add up
                    continue
                if rest:
                    counts[kind, measure, part, f"{group} but {groups}"] = rest
                    parts.append((kind, measure, part, f"{group} but {groups}"))
                sums.append((key, parts))
    for measure, one_part, other in _SAME:
        same = [key for key in counts if isinstance(key, tuple) and key[:3] == ("d", measure, one_part)]
        pairs = [(key, ("d", measure, other, key[3])) for key in same if isinstance(key, tuple)]
        sums += [(key, [twin]) for key, twin in pairs if twin in counts]
    linked = [key for key in counts if isinstance(key, tuple) and key[:3] == ("d", "2D", "1")]
    twins = [(key, ("n", "2D", "2", key[3])) for key in linked]
    sums += [(key, [twin]) for key, twin in twins if twin in counts]
    return counts, sums


def table(held: Crossed, profile: Profile) -> dict[Key, Cell]:
    """Each cell and sum of a table of people, in its order. Cells of nobody are not there, and nobody is in them."""
    if profile == "none":
        return dict(held.counts)
    found: dict[Hashable, Shown] = {}
    for cells, sums in held.blocks():
        counts: dict[Hashable, int] = {key: people for key, people in cells.items()}  # noqa: C416 - of any key
        found |= protect(counts, sums, profile)
    return {key: _cell(found[key]) for key in held.counts}


@dataclass(frozen=True)
class ShownGap:
    """A group's share and gap as they may be shown: all of it or nothing."""

    gap: Gap
    numerator: Cell
    denominator: Cell
    hidden: bool


def equity(found: Sequence[Gap], profile: Profile) -> list[ShownGap]:
    """The groups in their order. Their sums are figures of ASCOF 3D, which are shown: so where a sum would have to be
    withheld, every group of it is.
    """  # fmt: skip
    out = []
    for _, same in groupby(found, lambda one: (one.counted.council, one.counted.part, one.counted.dimension)):
        held = list(same)
        shown = [_with_sum({one.counted.group: getattr(one.counted, name) for one in held}, profile) for name in _BOTH]
        for one in held:
            number, of = (_cell(cells[one.counted.group]) for cells in shown)
            out.append(ShownGap(one, number, of, Status.SUPPRESSED in (number, of)))
    return out


_BOTH = ("numerator", "denominator")


def _with_sum(counts: Mapping[str, int], profile: Profile) -> dict[Hashable, Shown]:
    total = (ALL, ALL)  # no group has this name
    cells: dict[Hashable, int] = {total: sum(counts.values())}
    cells.update(dict(counts.items()))
    found = protect(cells, [(total, list(counts))], profile)
    if found[total].suppressed:
        return {key: Shown(None) for key in cells}
    return found


@dataclass(frozen=True)
class ShownSpend:
    """A group's spend as it may be shown: all of it or nothing, counts rounded."""

    spend: Spend
    hidden: bool
    profile: Profile

    def count(self, number: int) -> Cell:
        """A count of people or services, rounded unless the profile is none."""
        return Status.SUPPRESSED if self.hidden else number if self.profile == "none" else rounded(number)

    def money(self, amount: Decimal | None) -> Cell:
        """An amount; withheld where the group is."""
        return Status.SUPPRESSED if self.hidden and amount is not None else amount


def spend(found: Sequence[Spend], profile: Profile) -> list[ShownSpend]:
    """The groups in their order. Costed services add up over groups as their money does; people do not, who may have
    two. So it is the services that are protected, and groups of few people are withheld whatever their services.
    """  # fmt: skip
    out = []
    for _, same in groupby(found, lambda one: (one.council, one.basis)):
        held = list(same)
        hidden = _hidden(held, profile)
        out += [ShownSpend(one, one.groups in hidden, profile) for one in held]
    return out


def _hidden(held: list[Spend], profile: Profile) -> set[Any]:
    if profile == "none":
        return set()
    counts: dict[Hashable, int] = {
        one.groups: one.rows - one.rows_without_cost - one.rows_without_units for one in held
    }
    few = {one.groups for one in held if RULES[profile].small(one.people)}
    shown = protect(counts, _sums_of([one.groups for one in held]), profile, also=few)
    return {key for key, cell in shown.items() if cell.suppressed}


def _sums_of(groups: list[tuple[str, str, str, str]]) -> list[Sum]:
    """What adds up: over mechanisms, and over settings, reasons or age bands, where any of their parts are there."""
    sums: dict[tuple[Hashable, int], list[Hashable]] = {}
    for key in groups:
        for place, word in enumerate(key):
            if word != ALL:
                total = (*key[:place], ALL, *key[place + 1 :])
                sums.setdefault((total, place), []).append(key)
    return [(total, parts) for (total, _), parts in sums.items()]


def shares(found: Iterable[Share], protected: Iterable[ShownSpend], profile: Profile) -> list[tuple[Share, bool]]:
    """Each share and whether it is withheld: where money that it is made of is."""
    hidden = {
        (one.spend.council, one.spend.basis, one.spend.setting, one.spend.mechanism)
        for one in protected
        if one.hidden and one.spend.reason == one.spend.age_band == ALL
    }
    out = []
    for share in found:
        setting = ALL if share.out_of == "All support" else "Community"
        mechanisms = [ALL, "Direct payment"]
        if share.held_as == "Personal budgets":
            mechanisms.append("CASSR managed personal budget")
        keys = {(share.council, share.basis, setting, mechanism) for mechanism in mechanisms}
        out.append((share, profile != "none" and bool(keys & hidden)))
    return out


def amount(one: Spend) -> Decimal | None:
    """The money of a group on its basis."""
    return one.weekly if one.basis == LAST_DAY else one.total
