"""One council on every measure as lines that a page prints: figure, interval, what it is set against, word, rank.

Nothing is judged here. Words, limits and ranks come from the edition, or from ``edition.against`` for another set.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from evenhand.compare import words as say
from evenhand.edition import against as sets
from evenhand.edition import profile as profiles
from evenhand.edition import sentences
from evenhand.edition.assemble import SUM_AREA
from evenhand.edition.marks import OF_THE_SET, Against
from evenhand.edition.read import Edition
from evenhand.facts.errors import EvenhandError, UnknownArea
from evenhand.facts.register import Council, period_end
from evenhand.site.evidence import words

SETS = {"england": "", "region": "its region", "type": "councils of its type", "peers": "its peers"}
NO_SET = "There are too few councils to compare with."


@dataclass(frozen=True, slots=True)
class Line:
    """A council on one measure. ``row`` is judged against the set that ``benchmark`` names; ``set_value`` is the set's.

    reason: why there is no word, where the comparison itself could not be made.
    """

    definition: dict[str, Any]
    row: dict[str, Any]
    benchmark: str
    set_value: float | None
    reason: str = ""

    @property
    def title(self) -> str:
        """The measure."""
        return str(self.definition["title"])

    @property
    def label(self) -> str:
        """The measure and its period, once each: "People with a direct payment, 2024-25"."""
        return f"{self.title}, {self.period}"

    @property
    def period(self) -> str:
        """The period of the row."""
        return str(self.row["period"])

    @property
    def unit(self) -> str:
        """The unit in words, where the number alone does not say it."""
        return "" if self.definition["unit"] == "%" else str(self.definition["unit"])

    def spelled(self, value: float | None) -> str:
        """A value of this measure as tables print it; "" for none."""
        return words.number(value, self.definition["unit"], self.definition["decimals"])

    @property
    def value(self) -> str:
        """The figure as tables print it; "" for none."""
        return self.spelled(self.row["value"])

    @property
    def set_figure(self) -> str:
        """What the set's figure is; "" for none."""
        return self.spelled(self.set_value)

    @property
    def counts(self) -> str:
        """The counts behind the figure; "" for none."""
        return sentences.counts(self.definition, self.row) if self.row["value"] is not None else ""

    @property
    def interval(self) -> str:
        """What chance alone could explain; "" where that is not known."""
        unit, places = self.definition["unit"], self.definition["decimals"]
        return words.interval(self.row["lower95"], self.row["upper95"], unit, places) if self.value else ""

    @property
    def band(self) -> str:
        """The word: much lower ... much higher; "" where the figure is not judged."""
        return self.row["band"] or ""

    @property
    def chip(self) -> str:
        """The end of the chip's class, from a fixed list."""
        return self.band.replace(" ", "-") if self.band in words.BANDS else ""

    @property
    def unusual(self) -> bool:
        """Whether the word is another than "similar"."""
        return bool(self.band) and self.band != "similar"

    @property
    def rank(self) -> str:
        """The place with its interval; "" for none."""
        return words.rank(self.row["rank_low"], self.row["rank_high"], self.row["ranked"])

    @property
    def absence(self) -> tuple[str, str]:
        """What stands where the figure would, and the sentence that says why; two empty strings when there is one."""
        if self.row["value"] is not None:
            return "", ""
        mark, reason = sentences.absence(self.row)
        return mark, " ".join(s for s in (reason, sentences.beside(self.row)) if s)

    @property
    def warnings(self) -> list[str]:
        """What must be read before any comparison of this period."""
        return [text for period, text in self.definition["warnings"] if period == self.period]

    @property
    def care(self) -> str:
        """Why the figure should be treated with care; "" where nothing speaks against it."""
        return say.reliability_words(self.row["reliability"] or 0) if self.value else ""

    @property
    def better(self) -> str:
        """Which way is better, only where the measure declares it."""
        way = self.definition["direction"]
        return f"On this measure {way} is better." if way in ("higher", "lower") else ""

    @property
    def written(self) -> str:
        """The figure with its unit in words; only where there is one."""
        return sentences.written(self.definition, self.row["value"])

    @property
    def against(self) -> str:
        """The finding in one sentence: "Much higher than England: 989.8 beside 619.1.", with its unit."""
        first = f"{self.band.capitalize()} {'to' if self.band == 'similar' else 'than'} {self.benchmark}"
        if self.set_value is None:
            return f"{first}: {sentences.written(self.definition, self.row['value'])}."
        both = sentences.between(self.definition, self.row["value"], self.set_value, "beside")
        return f"{first}: {both}."


def councils_lines(edition: Edition, council: Council, against: str = "england") -> list[Line]:
    """Every measure that ever applied to a council, in the measures' order, against one of SETS.

    Raises UnknownArea for a set that is none of SETS.
    """
    if against not in SETS:
        raise UnknownArea(
            f"There is no comparison called {against[:40]!r}.", do=f"Choose one of {say.listed(list(SETS))}."
        )
    found = profiles.profile(edition, edition.register.gss(council.id, _day(edition, council))).lines
    if against == "england":
        name = edition.about["country"]
        return [
            Line(d, row, _set_name(d, row, country, name), country["value"] if country else None)
            for d, row, country in found
        ]
    held = sets.of_council(edition, council.id, against)
    label = set_name(edition, council, against)
    return [_held(edition, council, against, label, d, row, held) for d, row, _ in found]


def _day(edition: Edition, council: Council) -> Any:
    return council.valid_to or period_end(edition.about["newest_period"])


def _set_name(d: dict[str, Any], row: dict[str, Any], country: dict[str, Any] | None, name: str) -> str:
    """What a figure is set against: a survey without a figure for the country is set against the councils' own."""
    missing = country is not None and country["value"] is None and country["respondents"] is None
    survey = row["interval"] == "published margin of error"
    return "the councils that have a figure" if missing and survey else name


def _held(
    edition: Edition, council: Council, against: str, label: str, d: dict[str, Any], row: dict[str, Any],
    held: dict[tuple[str, str], tuple[dict[str, Any], Against]],
) -> Line:  # fmt: skip
    """One line against a region, a type or peers, as the edition holds it; no word where there is no such set."""
    judged, mark = held.get((d["id"], row["period"]), (None, None))
    if judged is not None and mark is not None:
        return Line(d, row | judged, label, mark.value)
    bare = row | dict.fromkeys(OF_THE_SET)
    if against == "peers" and not held:
        return Line(d, bare, label, None, sets.NO_PEERS)
    try:  # a figure older than the measure's latest period, which the edition does not hold against this set
        code = edition.register.gss(council.id, period_end(row["period"]))
        found = sets.compare(edition, d["id"], row["period"], against=against, areas=(code,))
    except EvenhandError:
        return Line(d, bare, label, None, NO_SET)
    own = found.rows.filter(pl.col("area") == council.id).to_dicts()
    told = next(iter(found.benchmarks.values()), None)
    return Line(d, own[0] if own else bare, label, told.value if told else None)


def set_name(edition: Edition, council: Council, against: str) -> str:
    """The set as a sentence names it: "England", "North East", "metropolitan districts", "its peers"."""
    if against == "england":
        return str(edition.about["country"])
    if against == "peers":
        return "its peers"
    code = council.region if against == "region" else council.council_type
    area = next((a for a in edition.register.areas if a.code == code), None)
    if against == "region":
        return area.name if area else "its region"
    return f"councils of its type ({area.name})" if area else "councils of its type"


def by_topic(lines: list[Line]) -> dict[str, list[Line]]:
    """The lines under the measures' topics, in the order in which topics first come."""
    out: dict[str, list[Line]] = {}
    for line in lines:
        out.setdefault(line.definition["topic"], []).append(line)
    return out


def members(edition: Edition, council: Council, against: str, lines: list[Line]) -> pl.DataFrame:
    """measure, area, name, value of every council of the set in each line's own period: the dots of a strip."""
    wanted = pl.DataFrame(
        {"measure": [li.definition["id"] for li in lines], "period": [li.period for li in lines]},
        schema={"measure": pl.String, "period": pl.String},
    )
    rows = (
        edition.table("values")
        .filter((pl.col("group") == "all") & (pl.col("level") == "council") & pl.col("value").is_not_null())
        .select("measure", "period", "area", "area_name", "value", "region", "council_type")
        .collect()
        .join(wanted, on=["measure", "period"], how="semi")
    )
    if against == "peers":
        near = edition.table("peers").filter(pl.col("area") == council.id).collect()["peer"].to_list()
        return rows.filter(pl.col("area").is_in([council.id, *near]))
    if against == "england":
        return rows
    column = "region" if against == "region" else "council_type"
    own = rows.filter(pl.col("area") == council.id).select("measure", pl.col(column).alias("own"))
    return rows.join(own, on="measure").filter(pl.col(column) == pl.col("own"))


def country_row(edition: Edition, measure: str, period: str) -> dict[str, Any] | None:
    """The country's row as its publisher prints it, else the sum of its councils."""
    rows = edition.rows(measure, period).filter(pl.col("level") == "country")
    found = rows.sort(pl.col("area") == SUM_AREA).to_dicts()
    return found[0] if found else None
