"""The shapes of the API's answers. Every field says what it is; the OpenAPI document is made from these."""

from __future__ import annotations

from datetime import date
from typing import Any, Generic, Literal, TypeVar

from ninja import Schema
from pydantic import Field, create_model

from evenhand.site.evidence.present.tables import COLUMNS

T = TypeVar("T")
Level = Literal["country", "region", "council_type", "council"]
Gap = Literal["published", "derived", "suppressed", "missing", "not_applicable"]

_WHOLE = {"differs", "reliability", "rank_median", "rank_low", "rank_high", "ranked"}
_ALWAYS = {"area_code", "area_name", "level", "period", "measure", "group", "status"}


def _type(name: str, kind: str) -> Any:
    if name in ("status", "level"):
        return Gap if name == "status" else Level
    if name == "simulated":
        return bool
    if name in _WHOLE:
        return int | None
    if kind in ("figure", "score", "count"):
        return float | None
    return str if name in _ALWAYS else str | None


_OWN = "In the measure's unit (`unit` of the measure); pounds for money per head."
_COUNT = "People for counts; pence for money."
# What a column's own words leave out, because in a file the unit stands beside it.
_UNITS = {
    **dict.fromkeys(("value", "lower95", "upper95", "lower998", "upper998", "calculated", "real_value"), _OWN),
    **dict.fromkeys(("numerator", "denominator"), _COUNT),
    "value": f"{_OWN} A number where status is published or derived, else null: never 0 for a gap.",
    "margin_of_error": "In the measure's unit.",
    "respondents": "People.",
    "rank_low": "Places.",
    "status": (
        "published, derived: there is a figure. suppressed: hidden to protect people. missing: nobody published one. "
        "not_applicable: the question does not arise. In the last three every figure is null."
    ),
    "reason": "A sentence where there is no figure; null where there is one.",
}

# One field a column of the downloads, by the same name and with the same words.
_FIELDS: dict[str, Any] = {
    name: (_type(name, kind), Field(description=f"{words} {_UNITS[name]}" if name in _UNITS else words))
    for name, _, kind, _, words in COLUMNS
}
Value = create_model("Value", __base__=Schema, **_FIELDS)
Value.__doc__ = "One area's figure, with its uncertainty, or the reason that there is none."


class Envelope(Schema):
    """What every answer carries."""

    edition: str = Field(description="Id of the edition that this answer comes from.")
    simulated: bool = Field(description="True when every figure is invented; false for the publishers' own.")


class One(Envelope, Generic[T]):
    """One thing."""

    data: T


class Page(Envelope, Generic[T]):
    """A page of a list. Never empty: asking for what is not there is an error that names what is."""

    total: int = Field(description="Rows in the whole list.")
    limit: int = Field(description="Most rows in this answer.")
    offset: int = Field(description="Rows passed over.")
    next: str | None = Field(description="Address of the next page, without the site's name; null on the last.")
    previous: str | None = Field(description="Address of the page before; null on the first.")
    data: list[T]


class MeasureLine(Schema):
    """A measure in the list of measures."""

    id: str = Field(description="Id, as in addresses.")
    title: str
    question: str = Field(description="The question that the measure answers.")
    topic: str
    unit: str = Field(description="%, per 1,000 adults, £ per adult ...")
    kind: str = Field(description="proportion, rate, score, survey_percent, money_share, money_per_head ...")
    direction: str = Field(description="higher, lower or none: which way is better, if either.")
    decimals: int = Field(description="Decimals that people are shown; the API's numbers are not rounded.")
    periods: list[str] = Field(description="Periods with figures, for everyone or for some group.")
    latest_period: str | None = None
    councils_with_value: int | None = Field(None, description="Councils with a figure in the latest period.")
    country_value: float | None = Field(None, description="The country's figure in the latest period.")


class Holding(Schema):
    """What a measure has figures for."""

    period: str
    group: str
    levels: list[Level]


class Text(Schema):
    """A sentence about a period."""

    period: str
    text: str


class Group(Schema):
    """A group of people."""

    id: str
    label: str


class Measure(MeasureLine):
    """A measure: what it is, why it matters, and what must be known before it is used."""

    official_code: str | None = None
    date_basis: str = Field(description="What the figures are about in time.")
    why_it_matters: str
    direction_reason: str = Field(description="Why this way is better, or why neither is.")
    groups: list[Group] = Field(description="Groups of people besides everyone (all).")
    breaks: list[Text] = Field(description="From this period on figures cannot be compared with earlier ones.")
    warnings: list[Text] = Field(description="What must be read before any comparison of a period.")
    set_aside: list[Text] = Field(description="Periods left out of trends, and why.")
    caveats: list[str]
    holds: list[Holding] = Field(description="Every period and group with figures, and at which levels.")


class Area(Schema):
    """A council, region, council type or the country."""

    code: str = Field(description="ONS code on the day asked about; a letter for council types.")
    slug: str | None = Field(description="The council's lasting short name; null above councils.")
    name: str
    level: Level
    region: str | None = Field(None, description="Code of the council's region.")
    region_name: str | None = None
    council_type: str | None = Field(None, description="The publishers' letter for the type of council.")
    council_type_name: str | None = None
    valid_from: date | None = Field(None, description="First day, or 2008-04-01, where the register begins.")
    valid_to: date | None = Field(None, description="Last day; null while the council stands.")
    standing: bool | None = Field(None, description="Whether the council stands on the day; null above councils.")
    predecessors: list[str] = Field(default_factory=list, description="Short names of the councils before it.")
    successors: list[str] = Field(default_factory=list, description="Short names of the councils that followed it.")


class Code(Schema):
    """An ONS code and the days on which it was in use."""

    code: str
    valid_from: date
    valid_to: date | None = None


class OneArea(Area):
    """An area with every code that it ever had."""

    codes: list[Code] = Field(default_factory=list)
    history: list[str] = Field(
        default_factory=list, description="Where the council came from and what it became, in sentences."
    )


class Line(Schema):
    """A council on one measure: its latest figure, and the country's of the same period."""

    measure: str
    title: str
    unit: str
    decimals: int = Field(description="Decimals that people are shown; the API's numbers are not rounded.")
    value: Value  # type: ignore[valid-type]
    country: Value | None = Field(None, description="As its publisher prints it, else the sum of councils.")  # type: ignore[valid-type]


class Peer(Schema):
    """A council that is like this one."""

    slug: str
    name: str
    distance: float = Field(description="Distance in standardised features; 0 is the same.")


class Neighbour(Schema):
    """A council that is like another, and what sets the two apart."""

    place: int = Field(description="1 is the nearest.")
    slug: str
    name: str
    distance: float = Field(description="Distance in standardised features; 0 is the same.")
    shares: dict[str, float] = Field(description="Each feature's share of the squared distance, from 0 to 1.")
    without: list[str] = Field(description="Features that had no figure for this council.")


class Benchmark(Schema):
    """What councils are judged by on a measure, in a period and for a group."""

    measure: str
    period: str
    group: str
    kind: str = Field(description="How it was worked out, as the kind of the measure.")
    value: float | None = Field(None, description="Sum of councils over sum of councils, in the measure's unit.")
    published: float | None = Field(None, description="The country's figure as printed, in the measure's unit, if any.")
    mean_of_councils: float | None = Field(None, description="Each council counted once, in the measure's unit.")
    numerator: float | None = Field(None, description=_COUNT)
    denominator: float | None = Field(None, description=_COUNT)
    phi: float | None = Field(None, description="Variance beyond chance: 1 is chance alone. No unit.")
    tau2: float | None = Field(None, description="Variance between councils, on the scale that z is worked out on.")
    councils: int = Field(description="Councils with a figure.")


class OnShelf(Schema):
    """An edition on this machine."""

    id: str
    current: bool = Field(description="Whether it is the edition in use.")
    simulated: bool
    country: str | None = None
    newest_period: str | None = Field(None, description="The newest financial year with figures.")
    code_version: str | None = Field(None, description="The version of Evenhand that made it.")
    sources: int = Field(description="Files that it was made from.")


class Profile(Schema):
    """A council over every measure."""

    area: Area
    looked_at: int = Field(description="Measures on which the council was compared with the others.")
    outside: int = Field(description="How many of them are beyond what chance and usual differences explain.")
    peers: list[Peer]
    peers_without: list[str] = Field(description="Features that had no figure for this council.")
    history: list[str] = Field(description="Where the council came from and what it became, in sentences.")
    measures: list[Line]


class Variation(Schema):
    """How much councils differ on a measure."""

    measure: str
    period: str
    group: str
    councils: int = Field(description="Councils with a figure.")
    without_figure: int = Field(description="Councils with a gap in place of a figure.")
    zeros: int = Field(description="Councils whose figure is 0.")
    minimum: float | None = Field(description="In the measure's unit.")
    smallest_non_zero: float | None = Field(description="In the measure's unit.")
    maximum: float | None = Field(description="In the measure's unit.")
    mean_of_councils: float | None = Field(description="Each council counted once, in the measure's unit.")
    cv: float | None = Field(description="Standard deviation over mean.")
    highest_to_lowest: float | None = Field(description="Highest over the smallest that is not zero.")
    ninety_to_ten: float | None = Field(description="90th percentile over 10th.")
    deciles: list[float] = Field(description="Nine, from the 10th percentile to the 90th, in the measure's unit.")
    highest: str | None = Field(description="Short name of the council with the highest figure.")
    lowest: str | None = Field(description="Short name of the council with the smallest figure that is not zero.")
    ratio: float | None = Field(description="Highest to lowest, where counts are published.")
    ratio_lower: float | None = Field(description="Lower 95% limit of the ratio.")
    ratio_upper: float | None = Field(description="Upper 95% limit of the ratio.")
    low_threshold: float | None = Field(description="In the measure's unit.")
    high_threshold: float | None = Field(description="In the measure's unit.")
    below: int = Field(description="Councils below the lower threshold.")
    above: int = Field(description="Councils above the higher threshold.")
    observed_variance: float | None = Field(description="Variance between councils; a share squared for a percentage.")
    chance_variance: float | None = Field(description="How much of it chance alone would make.")
    systematic_share: float | None = Field(description="Share of the variance that is more than chance.")
    ends_with_care: list[str] = Field(
        default_factory=list, description="Which of highest and lowest rest on few people."
    )


class Edition(Schema):
    """The edition in use."""

    id: str
    simulated: bool
    country: str
    newest_period: str = Field(description="The newest financial year with figures.")
    code_version: str = Field(description="The version of Evenhand that made it.")
    licence: str
    rows: dict[str, int] = Field(description="Rows in each of its tables.")


class Source(Schema):
    """A file that the edition was made from."""

    publisher: str
    title: str
    table: str
    periods: list[str]
    revision: str
    licence: str
    sha256: str
    bytes: int = Field(description="Size of the file; 0 for the simulation, which has none.")
    values: int = Field(description="Cells with a number.")
    suppressed: int = Field(description="Cells hidden by the publisher to protect people.")
    missing: int = Field(description="Cells where no figure is published.")
    not_applicable: int = Field(description="Cells where the question does not arise.")
    rejected: int = Field(description="Cells that could not be read, and are left out.")


class ProblemDetails(Schema):
    """RFC 9457 problem details."""

    type: str = Field(description="Address of an explanation.")
    title: str
    status: int
    detail: str
    instance: str
    available: list[str] | None = Field(None, description="What there is instead.")
    errors: list[dict[str, Any]] | None = Field(None, description="Each parameter that is wrong.")
    total: int | None = None
    retry_after: int | None = None
