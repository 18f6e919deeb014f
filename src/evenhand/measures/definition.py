"""Measures as data: what each counts, from which returns, under which definition, and where it must not be joined.

One YAML file a measure in ``definitions/``. This module reads them strictly: a field that nobody knows or a missing
one is an error naming the file and the field, so that a definition can never be half understood.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from itertools import product
from pathlib import Path
from typing import Any, Literal

from evenhand.facts.errors import EvenhandError, Where
from evenhand.facts.register import period_end

Kind = Literal[
    "proportion", "rate", "score", "survey_percent", "money_share", "money_per_head", "published_only",
    "context", "context_value",
]  # fmt: skip
Direction = Literal["higher", "lower", "none"]
KINDS = set(Kind.__args__)  # type: ignore[attr-defined]
SURVEY_KINDS = {"score", "survey_percent"}
COUNTED_KINDS = {"proportion", "rate"}
MONEY_KINDS = {"money_share", "money_per_head"}
DIMENSIONS = ("age", "sex", "reason", "setting")


class BadDefinition(EvenhandError):
    """A measure's YAML file that cannot be understood whole."""


@dataclass(frozen=True, slots=True)
class Selector:
    """Which observations to take: an item, a part, and for each dimension the values to add up.

    lag: take the period this many years before (an opening count on 31 March before the year begins).
    """

    item: str
    part: str | None
    age: tuple[str, ...] = ("all",)
    sex: tuple[str, ...] = ("all",)
    reason: tuple[str, ...] = ("all",)
    setting: tuple[str, ...] = ("all",)
    lag: int = 0

    @property
    def cells(self) -> int:
        """How many observations make one figure: their sum is known only when every one is."""
        return len(list(product(self.age, self.sex, self.reason, self.setting)))


@dataclass(frozen=True, slots=True)
class Population:
    """Residents of an age at the mid-year nearest to the period."""

    age: str


Source = tuple[Selector, ...] | Population


@dataclass(frozen=True, slots=True)
class Group:
    """A part of the people measured: id and label, and what it changes in the selectors."""

    id: str
    label: str
    select: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Series:
    """One definition of a measure and the periods it holds for (both ends inclusive; None is open)."""

    definition: str
    start: str
    end: str | None
    source_return: str
    numerator: Source | None
    denominator: Source | None
    value: Selector | None
    margin_of_error: Selector | None
    respondents: Selector | None
    group_denominators: tuple[tuple[str, Population], ...] = ()

    def covers(self, period: str) -> bool:
        """Whether this definition is the one in force for a period."""
        day = period_end(period)
        return period_end(self.start) <= day and (self.end is None or day <= period_end(self.end))


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure. Texts are written for people; ``likelihood`` completes "k times as likely to ...".

    per: multiplies numerator / denominator (100, 1000, 100000; 1 for scores and money).
    direction: "higher" or "lower" when the definition says which is better, else "none".
    thresholds: "n councils below the first, m above the second", in the measure's unit.
    breaks: (period, reason): no line is drawn and no trend judged across the start of that period.
    set_aside: (period, reason): that point is shown and left out of trends.
    warnings: (period, sentence): what must be said before any comparison of that period.
    """

    id: str
    order: int
    title: str
    question: str
    why_it_matters: str
    topic: str
    official_code: str | None
    code_history: tuple[tuple[str, str], ...]
    kind: Kind
    unit: str
    per: int
    decimals: int
    direction: Direction
    direction_reason: str
    date_basis: str
    likelihood: str | None
    series: tuple[Series, ...]
    groups: tuple[Group, ...]
    bounds: tuple[float, float] | None
    thresholds: tuple[float, float] | None
    breaks: tuple[tuple[str, str], ...]
    set_aside: tuple[tuple[str, str], ...]
    warnings: tuple[tuple[str, str], ...]
    caveats: tuple[str, ...]
    history: tuple[str, ...] = field(default=())

    def series_for(self, period: str) -> tuple[int, Series] | None:
        """The definition in force for a period and its number, or None when the measure did not exist."""
        return next(((i, s) for i, s in enumerate(self.series) if s.covers(period)), None)

    def segment(self, period: str) -> str:
        """The start of the unbroken run a period belongs to: points with the same segment are comparable."""
        day = period_end(period)
        starts = [self.series[0].start, *(p for p, _ in self.breaks)]
        return max((p for p in starts if period_end(p) <= day), key=period_end, default=self.series[0].start)


REQUIRED = (
    "id", "order", "title", "question", "why_it_matters", "topic", "official_code", "code_history", "kind", "unit",
    "per", "decimals", "direction", "direction_reason", "date_basis", "likelihood", "series", "breaks", "caveats",
)  # fmt: skip
OPTIONAL = ("groups", "bounds", "thresholds", "set_aside", "warnings", "history")
SERIES_KEYS = {
    "definition", "from", "to", "source_return", "numerator", "denominator", "value", "margin_of_error",
    "respondents", "group_denominators",
}  # fmt: skip


def _fail(file: str, field_name: str, what: str) -> BadDefinition:
    return BadDefinition(what, where=Where(file, column=field_name), do="Correct the definition; nothing was built.")


def _values(raw: Any) -> tuple[str, ...]:
    return tuple(str(v) for v in raw) if isinstance(raw, list) else (str(raw),)


def _selector(file: str, name: str, raw: Any) -> Selector:
    if not isinstance(raw, dict) or "item" not in raw:
        raise _fail(file, name, "A selector needs an item.")
    unknown = set(raw) - {"item", "part", "lag", *DIMENSIONS}
    if unknown:
        raise _fail(file, name, f"A selector has no field called {sorted(unknown)[0]!r}.")
    dims = {d: _values(raw[d]) for d in DIMENSIONS if d in raw}
    return Selector(item=raw["item"], part=raw.get("part"), lag=int(raw.get("lag", 0)), **dims)


def _source(file: str, name: str, raw: Any, amounts: dict[str, Any]) -> Source | None:
    if raw is None:
        return None
    if isinstance(raw, str):
        if raw not in amounts:
            raise _fail(file, name, f"There is no amount called {raw!r} in amounts.yaml.")
        raw = amounts[raw]
    if isinstance(raw, dict) and "population" in raw:
        return Population(str(raw["population"]["age"]))
    return tuple(_selector(file, name, r) for r in (raw if isinstance(raw, list) else [raw]))


def _series(file: str, raw: dict[str, Any], amounts: dict[str, Any]) -> Series:
    unknown = set(raw) - SERIES_KEYS
    if unknown:
        raise _fail(file, "series", f"A series has no field called {sorted(unknown)[0]!r}.")
    single = {k: _selector(file, k, raw[k]) if k in raw else None for k in ("value", "margin_of_error", "respondents")}
    groups = tuple(
        (str(g), Population(str(p["population"]["age"]))) for g, p in raw.get("group_denominators", {}).items()
    )
    for period in (raw["from"], raw["to"]):
        if period is not None:
            try:
                period_end(str(period))
            except ValueError as fault:
                raise _fail(file, "series", str(fault)) from fault
    return Series(
        definition=raw["definition"],
        start=str(raw["from"]),
        end=None if raw["to"] is None else str(raw["to"]),
        source_return=raw["source_return"],
        numerator=_source(file, "numerator", raw.get("numerator"), amounts),
        denominator=_source(file, "denominator", raw.get("denominator"), amounts),
        group_denominators=groups,
        **single,
    )


def _groups(raw: dict[str, Any] | None) -> tuple[Group, ...]:
    if not raw:
        return ()
    if "list" in raw:
        return tuple(Group(g["id"], g["label"], tuple(g["select"].items())) for g in raw["list"])
    dim = raw["dimension"]
    words = {"18-64": "aged 18 to 64", "65+": "aged 65 and over", "under-65": "aged under 65"}
    return tuple(Group(v, words.get(v, f"{dim} {v}"), ((dim, v),)) for v in map(str, raw["values"]))


def parse(raw: dict[str, Any], file: str, amounts: dict[str, Any]) -> Measure:
    """One measure from its YAML mapping. Raises BadDefinition naming the file and the field."""
    for name in REQUIRED:
        if name not in raw:
            raise _fail(file, name, "This field is missing.")
    unknown = set(raw) - set(REQUIRED) - set(OPTIONAL)
    if unknown:
        raise _fail(file, sorted(unknown)[0], "Evenhand knows no field of this name.")
    if raw["kind"] not in KINDS:
        raise _fail(file, "kind", f"{raw['kind']!r} is not a kind of measure.")
    if raw["direction"] not in ("higher", "lower", "none"):
        raise _fail(file, "direction", "The direction is higher, lower or none.")
    plain = {k: raw[k] for k in REQUIRED if k not in ("series", "breaks", "caveats", "code_history")}
    bounds, limits = raw.get("bounds"), raw.get("thresholds")
    return Measure(
        **plain,
        code_history=tuple((str(c["code"]), str(c["periods"])) for c in raw["code_history"]),
        series=tuple(_series(file, s, amounts) for s in raw["series"]),
        groups=_groups(raw.get("groups")),
        bounds=(float(bounds[0]), float(bounds[1])) if bounds else None,
        thresholds=(float(limits[0]), float(limits[1])) if limits else None,
        breaks=tuple((str(b["at"]), b["reason"]) for b in raw["breaks"]),
        set_aside=tuple((str(k), v) for k, v in raw.get("set_aside", {}).items()),
        warnings=tuple((str(k), v) for k, v in raw.get("warnings", {}).items()),
        caveats=tuple(raw["caveats"]),
        history=tuple(raw.get("history", ())),
    )


def _folder() -> Path:
    return Path(str(files("evenhand.measures")))


@cache
def load_all() -> tuple[Measure, ...]:
    """Every measure that ships with Evenhand, in the order people see them."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    def read(path: Path) -> Any:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 (CSafeLoader is the safe one)

    amounts = read(_folder() / "amounts.yaml")
    paths = sorted((_folder() / "definitions").glob("*.yaml"))
    measures = [parse(read(p), p.name, amounts) for p in paths]
    for path, m in zip(paths, measures, strict=True):
        if path.stem != m.id:
            raise _fail(path.name, "id", f"The file is called {path.stem} and the measure {m.id}.")
    return tuple(sorted(measures, key=lambda m: m.order))
