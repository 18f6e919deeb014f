"""Chosen councils on chosen measures, as rows that a template only has to print and a file only has to write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from evenhand.compare.words import MARKS, listed, possessive, rounded
from evenhand.documents.table import Column, Table
from evenhand.edition.assemble import SUM_AREA
from evenhand.edition.read import Edition
from evenhand.edition.sentences import PERCENTS, absence, between, counts
from evenhand.facts.register import Council, period_end
from evenhand.facts.status import Status
from evenhand.site.evidence import queries
from evenhand.site.evidence.comparing import drawing, together
from evenhand.site.evidence.comparing.choice import Choice
from evenhand.site.evidence.present.tables import licence_of, sources_of
from evenhand.site.evidence.present.wording import warned

DIFFERS = {-2: "below", -1: "below", 0: "may be no different", 1: "above", 2: "above"}
FEW = 4  # so many names fit a sentence
WIDTHS = (("wide", 760), ("narrow", 340))


@dataclass(frozen=True)
class Member:
    """One council, the country or all members together on one measure, in words."""

    name: str
    slug: str
    figure: str
    interval: str
    counts: str
    band: str
    differs: str
    absent: str  # what stands where the figure would
    why: str


@dataclass(frozen=True)
class Line:
    """One measure over all members. ``drawings``: (class, SVG) pairs, none when there is nothing to draw."""

    definition: dict[str, Any]
    period: str
    finding: str
    members: tuple[Member, ...]
    country: Member | None
    total: Member | None
    said: tuple[str, ...]
    warnings: tuple[str, ...]
    drawings: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Raw:
    """The rows behind a line: members in the choice's order (None: no row at all), the country, and their total."""

    definition: dict[str, Any]
    period: str
    rows: tuple[tuple[Council, dict[str, Any] | None], ...]
    country: dict[str, Any] | None
    total: together.Total


def short(definition: dict[str, Any], value: float) -> str:
    """A figure for a cell: "22.2%", "2.35", "£1,204": the heading says of what."""
    if definition["kind"] == "money_per_head":
        return f"£{rounded(value, 0)}"
    return f"{rounded(value, definition['decimals'])}{'%' if definition['kind'] in PERCENTS else ''}"


def spoken(definition: dict[str, Any], value: float) -> str:
    """The same figure in a sentence, with its unit: "22.2%", "2.35 per 1,000 adults", "£1,204 per adult"."""
    unit = "" if definition["kind"] in PERCENTS else f" {definition['unit'].removeprefix('£ ')}"
    return f"{short(definition, value)}{unit}"


def raw(edition: Edition, chosen: Choice) -> list[Raw]:
    """One ``Raw`` a measure, read in one pass over the edition's values."""
    ids = [c.id for c in chosen.councils]
    found = (
        edition.table("values")
        .filter(
            (pl.col("group") == "all")
            & pl.col("measure").is_in(list(chosen.measures))
            & (pl.col("area").is_in(ids) | (pl.col("level") == "country"))
        )
        .collect()
        .to_dicts()
    )
    at = {(r["measure"], r["period"], r["area"]): r for r in found}
    out = []
    for measure in chosen.measures:
        d = edition.definition(measure)
        period = chosen.period or d["latest_period"] or ""
        rows = tuple((c, at.get((measure, period, c.id))) for c in chosen.councils)
        whole = [r for r in found if (r["measure"], r["period"], r["level"]) == (measure, period, "country")]
        whole.sort(key=lambda r: (r["value"] is None, r["area"] == SUM_AREA))
        # A member without a row counts as one without a figure, so that the total says who is not in it.
        blank = dict.fromkeys(("value", "numerator", "denominator"))
        total = together.total(d, [r or blank | {"area_name": c.name} for c, r in rows])
        out.append(Raw(d, period, rows, whole[0] if whole else None, total))
    return out


def lines(edition: Edition, chosen: Choice) -> list[Line]:
    """Every measure of a choice, in words and drawn; direct payments first, then in the edition's order."""
    rows = sorted(raw(edition, chosen), key=lambda one: one.definition["id"] != queries.HEADLINE)
    return [_line(edition, one) for one in rows]


def _line(edition: Edition, one: Raw) -> Line:
    d = one.definition
    people = tuple(_member(d, c, row, one.period) for c, row in one.rows)
    held = [r for _, r in one.rows if r]
    country = _country(d, one.country)
    total = _total(d, one.total)
    if not any(p.figure for p in people):
        return Line(d, one.period, _nothing(d, one.period), people, country, None, (), (), ())
    said = [_together(d, one.total), together.apart(d, held), *_against(people, country, edition.about["country"])]
    line = Line(
        d, one.period, _finding(d, held), people, country, total, tuple(s for s in said if s),
        tuple(text.removeprefix("Warning: ") for text in warned(d, one.period)), (),
    )  # fmt: skip
    return _drawn(edition, one, line)


def _nothing(definition: dict[str, Any], period: str) -> str:
    if period and period not in definition["periods"]:
        return f"No figures for {period}. Years with figures: {', '.join(definition['periods']) or 'none'}."
    return "None of these councils has a figure."


def _finding(definition: dict[str, Any], rows: list[dict[str, Any]]) -> str:
    """What the drawing shows, in one sentence."""
    shown = sorted((r for r in rows if r["value"] is not None), key=lambda r: (-r["value"], r["area_name"]))
    if len(shown) == 1:
        return f"Only {shown[0]['area_name']} has a figure: {spoken(definition, shown[0]['value'])}"
    top, bottom = shown[0], shown[-1]
    if short(definition, top["value"]) == short(definition, bottom["value"]):
        return f"All are at {spoken(definition, top['value'])}"
    ends = f"{bottom['area_name']} is lowest at {short(definition, bottom['value'])}"
    return f"{top['area_name']} is highest at {spoken(definition, top['value'])}; {ends}"


def _member(definition: dict[str, Any], council: Council, row: dict[str, Any] | None, period: str) -> Member:
    if row is None:
        status, why = _no_row(council, period)
        return Member(council.name, council.id, "", "", "", "", "", MARKS[status], why)
    if row["value"] is None:
        mark, reason = absence(row)
        return Member(council.name, council.id, "", "", "", "", "", mark, reason)
    return _filled(definition, row, council.name, council.id)


def _no_row(council: Council, period: str) -> tuple[Status, str]:
    """What is known of a council of which the publisher printed nothing: it may not have been one in that year."""
    if period and not council.existed(period_end(period)):
        return Status.NOT_APPLICABLE, f"It was not a council in {period}."
    return Status.MISSING, ""


def _filled(definition: dict[str, Any], row: dict[str, Any], name: str, slug: str) -> Member:
    sure = row["lower95"] is not None and row["upper95"] is not None
    return Member(
        name, slug, short(definition, row["value"]),
        between(definition, row["lower95"], row["upper95"]) if sure else "",
        counts(definition, row), row["band"] or "",
        "" if row["differs"] is None else DIFFERS[row["differs"]], "", "",
    )  # fmt: skip


def _country(definition: dict[str, Any], row: dict[str, Any] | None) -> Member | None:
    if row is None:
        return None
    if row["value"] is None:
        mark, reason = absence(row)
        return Member(row["area_name"], "", "", "", "", "", "", mark, reason)
    filled = _filled(definition, row, row["area_name"], "")
    return Member(filled.name, "", filled.figure, filled.interval, filled.counts, "", "", "", "")


def _total(definition: dict[str, Any], found: together.Total) -> Member | None:
    if found.value is None:
        return None
    row = {"numerator": found.numerator, "denominator": found.denominator, "respondents": None}
    sure = found.lower is not None and found.upper is not None
    span = between(definition, found.lower or 0.0, found.upper or 0.0) if sure else ""
    behind = counts(definition, row)
    name = "All of these together" if not found.without else f"{len(found.of)} of these together"
    return Member(name, "", short(definition, found.value), span, behind, "", "", "", "")


def _together(definition: dict[str, Any], found: together.Total) -> str:
    if found.value is None:
        return found.why
    who = "All of them together" if not found.without else f"{len(found.of)} of them together"
    chance = ""
    if found.lower is not None and found.upper is not None:
        chance = f"; chance alone could explain {between(definition, found.lower, found.upper)}"
    left = f" Not in it, having no counts: {listed(found.without)}." if found.without else ""
    return f"{who}: {spoken(definition, found.value)}{chance}.{left}"


def _against(people: tuple[Member, ...], country: Member | None, name: str) -> list[str]:
    """How many members differ from the country by more than chance: the first of the two questions of METHODS 2."""
    judged = [p for p in people if p.differs]
    if not judged or country is None:
        return []
    beyond = {side: [p.name for p in judged if p.differs == side] for side in ("above", "below")}
    if sum(map(len, beyond.values())) > FEW:
        above, below = len(beyond["above"]), len(beyond["below"])
        return [f"{above} of {len(judged)} are above {name} by more than chance, and {below} below."]
    parts = [f"{listed(names)} {'is' if len(names) == 1 else 'are'} {side}" for side, names in beyond.items() if names]
    if not parts:
        return [f"None of them differs from {name} by more than chance."]
    return [f"{listed(parts)} {name} by more than chance."]


def _drawn(edition: Edition, one: Raw, line: Line) -> Line:
    d = one.definition
    bars = [
        drawing.Bar(
            p.name, p.figure or p.absent, r["value"] if r else None, r["lower95"] if r else None,
            r["upper95"] if r else None,
        )
        for p, (_, r) in zip(line.members, one.rows, strict=True)
    ]  # fmt: skip
    bars.sort(key=lambda b: (b.value is None, -(b.value or 0.0), b.name))
    t = one.total
    if t.value is not None and line.total:
        bars.append(
            drawing.Bar(
                line.total.name.replace(" of these", ""), line.total.figure, t.value, t.lower, t.upper, together=True
            )
        )
    centre = None
    if one.country and one.country["value"] is not None:
        name = edition.about["country"]
        centre = (f"{name} {short(d, one.country['value'])}", float(one.country["value"]))
    ticks_as = "£{}" if d["kind"] == "money_per_head" else "{}%" if d["kind"] in PERCENTS else "{}"
    sentence = " ".join(line.said)
    made = tuple(
        (
            name,
            drawing.members(
                f"members-{d['id']}", f"{d['title']}, {one.period}: {line.finding}", sentence, bars,
                centre=centre, ticks_as=ticks_as, width=width, simulated=edition.simulated,
            ),
        )
        for name, width in WIDTHS
    )  # fmt: skip
    return Line(**{f: getattr(line, f) for f in line.__dataclass_fields__ if f != "drawings"}, drawings=made)


def answer(found: list[Line]) -> str:
    """The page's first line: the first measure with figures, or that there is none."""
    for line in found:
        if line.drawings:
            verdict = next((s for s in line.said if "chance" in s.lower() and "together" not in s), "")
            return f"{line.definition['title']}, {line.period}: {line.finding}. {verdict}".strip()
    return "None of these councils has a figure on the measures chosen."


COLUMNS = (
    Column("measure", "Measure", "text", None, "Id of the measure."),
    Column("title", "Title", "text", None, "Name of the measure."),
    Column("unit", "Unit", "text", None, "What the figure is measured in."),
    Column("period", "Period", "text", None, "Financial year, or mid-year of a population."),
    Column("area_code", "Area code", "code", None, "ONS code in use at the end of the period; empty for the total."),
    Column("area_name", "Area", "text", None, "The country, each council chosen, or all of these together."),
    Column("level", "Level", "text", None, "country, council or together."),
    Column("numerator", "Numerator", "score", 3, "The count or amount above the line (money in pence)."),
    Column("denominator", "Denominator", "score", 3, "The count or amount below the line (money in pence)."),
    Column("value", "Figure", "score", 4, "In the unit; money per head in pounds.", "status"),
    Column("lower95", "Lower 95%", "score", 4, "Lower 95% limit for chance."),
    Column("upper95", "Upper 95%", "score", 4, "Upper 95% limit for chance."),
    Column("band", "Among councils", "band", None, "From over-dispersed 95% and 99.8% limits of all councils."),
    Column("differs", "Differs by chance", "score", 0, "-2 to 2: below or above the country beyond chance; 0 may be."),
    Column("reason", "Reason", "text", None, "Why there is no figure."),
)


def _members_of(chosen: Choice, found: together.Total) -> str:
    if chosen.named is None:
        return listed(found.of)
    return chosen.named.words if not found.without else f"{len(found.of)} of {chosen.named.words}"


def table(edition: Edition, chosen: Choice) -> Table:
    """Exactly this comparison as a table that explains itself, for the download."""
    records: list[dict[str, Any]] = []
    sources: list[str] = []
    for one in raw(edition, chosen):
        d = one.definition
        head = {"measure": d["id"], "title": d["title"], "unit": d["unit"], "period": one.period}
        sources += sources_of(edition, d)
        if one.country:
            records.append(head | _record(one.country))
        for council, row in one.rows:
            status, why = _no_row(council, one.period)
            empty = {"area_name": council.name, "level": "council", "status": str(status), "reason": why or None}
            records.append(head | (_record(row) if row else empty))
        if (t := one.total).value is not None:
            records.append(head | {
                "area_name": f"{_members_of(chosen, t)} together", "level": "together", "numerator": t.numerator,
                "denominator": t.denominator, "value": t.value, "lower95": t.lower, "upper95": t.upper,
                "status": "derived",
            })  # fmt: skip
    numbers = {"numerator", "denominator", "value", "lower95", "upper95", "differs"}
    schema = {c.name: pl.Float64 if c.name in numbers else pl.String for c in COLUMNS} | {"status": pl.String}
    names = chosen.named.words if chosen.named else listed([c.name for c in chosen.councils])
    return Table(
        f"{possessive(names[:1].upper() + names[1:])} figures side by side", COLUMNS,
        pl.DataFrame(records, schema=schema),
        subtitle=f"{len(chosen.councils)} councils chosen by the reader, beside {edition.about['country']}.",
        notes=(
            "Together: numerators added up over denominators added up, of the members named; never a mean.",
            "Survey figures have no total: each council asked its own sample.",
        ),
        sources=tuple(dict.fromkeys(sources)), edition=edition.id, licence=licence_of(edition),
        simulated=edition.simulated,
    )  # fmt: skip


def _record(row: dict[str, Any]) -> dict[str, Any]:
    kept = {c.name: row[c.name] for c in COLUMNS if c.name in row and c.name not in ("measure", "period")}
    differs = row["differs"]
    return kept | {"status": row["status"], "differs": None if differs is None else float(differs)}
