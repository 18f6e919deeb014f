"""One page for a councillor: what to know about direct payments here, what stands out, and how sure that is.

The page and the PDF are made from the same words. The PDF is set by Typst, whose embedded fonts need none of the
machine's; text reaches it as data and never as markup, and nothing in it depends on the day it was made.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from importlib.resources import files

from evenhand.compare import words as say
from evenhand.edition.read import Edition
from evenhand.facts.errors import EvenhandError
from evenhand.facts.register import Council
from evenhand.site.evidence.council_pages.lines import Line, councils_lines
from evenhand.site.evidence.council_pages.telling import HIGHER, comparable, headline, looked_at, outstanding, peers

# What a councillor asks about first: who decides, what life is like, whether people know, and where they live.
CHOSEN = (
    "ascof-3d-2a", "ascof-3d-1a", "dp-per-1000-adults", "ascof-1a", "ascof-3a", "ascof-1d", "ascof-3c-1", "ascof-2c",
)  # fmt: skip
NUMBERS = (
    "No measure", "One measure", "Two measures", "Three measures", "Four measures", "Five measures", "Six measures",
    "Seven measures", "Eight measures",
)  # fmt: skip
MOST = 6  # measures that stand out are named up to here, so that the page stays one page
NEAREST = 5


@dataclass(frozen=True, slots=True)
class Row:
    """One measure as the table prints it; chip is the end of the class of its word."""

    measure: str
    id: str
    figure: str
    counts: str
    interval: str
    country: str
    word: str
    chip: str
    rank: str


@dataclass(frozen=True, slots=True)
class Briefing:
    """Every word of the page, ready to print."""

    title: str
    name: str
    country: str
    lead: tuple[str, ...]
    looked_at: str
    outstanding: tuple[str, ...]
    heading: str
    rows: tuple[Row, ...]
    like_us: tuple[str, ...]
    caveats: tuple[str, ...]
    source: str
    address: str
    simulated: bool


def briefing(edition: Edition, council: Council) -> Briefing:
    """The briefing of one standing council."""
    lines = councils_lines(edition, council)
    by_id = {li.definition["id"]: li for li in lines}
    chosen = [by_id[m] for m in CHOSEN if m in by_id]
    unusual = outstanding(lines)
    return Briefing(
        title=f"{council.name}: direct payments and personal budgets",
        name=council.name,
        country=edition.about["country"],
        lead=tuple(headline(edition, council.name, lines)),
        looked_at=looked_at(lines),
        outstanding=_unusual(unusual),
        heading=f"{NUMBERS[len(chosen)]} beside {edition.about['country']}",
        rows=tuple(_row(li) for li in chosen),
        like_us=_like_us(edition, council, lines),
        caveats=_caveats(chosen, unusual[:MOST]),
        source=_source(edition, chosen),
        address=f"/councils/{council.id}/",
        simulated=edition.simulated,
    )


def _unusual(lines: list[Line]) -> tuple[str, ...]:
    out = []
    for line in lines[:MOST]:
        warned = "See the warning below." if line.warnings else ""
        out.append(" ".join(s for s in (f"{line.label}.", line.against, line.better, warned) if s))
    more = len(lines) - MOST
    if more > 0:
        out.append(f"{more} more {'is' if more == 1 else 'are'} on the council's page.")
    return tuple(out)


def _row(line: Line) -> Row:
    mark, _ = line.absence
    unit = "" if line.unit in line.title else line.unit  # the title of a rate says its unit already
    return Row(
        measure=f"{line.label}{f', {unit}' if unit else ''}", id=line.definition["id"],
        figure=line.value or mark.capitalize(), counts=line.counts, interval=line.interval or "–",
        country=line.set_figure or "–", word=line.band or "–", chip=line.chip, rank=line.rank or "–",
    )  # fmt: skip


def _like_us(edition: Edition, council: Council, lines: list[Line]) -> tuple[str, ...]:
    found, _, _ = peers(edition, council, lines)
    if not found:
        return ("It has no peers: it is too unlike any other council, or figures to find them by are missing.",)
    near = say.listed([p.name for p in found[:NEAREST]])
    higher = [p for p in found if p.verdict == HIGHER]
    first = f"In age, size, density and deprivation, {council.name} is most like {near}."
    if not comparable(found):
        return (first, "Their shares of people with a direct payment cannot be set beside it: a figure is missing.")
    if not higher:
        return (first, f"Of its {len(found)} nearest councils, none has a higher share beyond chance.")
    told = say.listed([f"{p.name} ({p.value})" for p in higher[:NEAREST]])
    among = "" if len(higher) <= NEAREST else ", among them"
    has = "has" if len(higher) == 1 else "have"
    return (
        first,
        f"Of its {len(found)} nearest councils, {len(higher)} {has} a higher share of people with a direct payment, "
        f"beyond chance{among}: {told}.",
    )


def _caveats(chosen: list[Line], unusual: list[Line]) -> tuple[str, ...]:
    """Warnings first, each once with its measures; then how to read any of it."""
    warned: dict[str, list[str]] = {}
    for line in [*chosen, *(li for li in unusual if li not in chosen)]:
        for text in line.warnings:
            warned.setdefault(text, []).append(line.title)
    out = [f"{say.listed(titles)}: {text}" for text, titles in warned.items()]
    main = next((li for li in chosen if li.definition["id"] == CHOSEN[0]), None)
    if main and main.definition["direction"] == "none":
        out.append(f"Higher is not always better. {main.definition['direction_reason']}")
    care = [li.title for li in chosen if li.care]
    if care:
        out.append(f"Treat with care, because few people are counted or the interval is wide: {say.listed(care)}.")
    out.append(
        "The interval is what chance alone could explain. A word other than similar means a difference larger than "
        "councils usually have."
    )
    return tuple(out)


def _source(edition: Edition, lines: list[Line]) -> str:
    used = {t for li in lines for t in li.definition["tables"]}
    publishers = list(dict.fromkeys(k["publisher"] for k in edition.built_from if k["table"] in used))
    return f"Edition {edition.id}. Sources: {say.listed(publishers)}, Open Government Licence v3.0."


def pdf(content: Briefing) -> bytes:
    """The briefing as a tagged PDF (PDF/UA-1) of one A4 page; the same bytes for the same edition.

    Raises EvenhandError where Typst, which sets it, is not installed.
    """
    try:
        import typst
    except ImportError as missing:
        raise EvenhandError(
            "PDF files cannot be made here: the program that sets them is not installed.",
            do="Print the page of the briefing, or install Evenhand with its extra `reports`.",
        ) from missing
    template = (files(__package__) / "briefing.typ").read_bytes()
    data = json.dumps(asdict(content), ensure_ascii=False)
    return bytes(
        typst.compile(
            template, format="pdf", ignore_system_fonts=True, sys_inputs={"data": data}, pdf_standards=["ua-1"]
        )
    )
