"""The API's addresses. Each asks ``reads`` and puts the rows in an envelope."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from ninja import NinjaAPI, Path, Query

from evenhand.site.evidence import limits, queries
from evenhand.site.evidence.api import council_reads, reads, schemas
from evenhand.site.evidence.api.problems import Problem

LONGEST_LIST = 500
DESCRIPTION = """Personal budgets in English adult social care: every measure, council and comparison of the edition in
use. Read only, no key, no cookies. Numbers are not rounded; money is in pounds. Where there is no figure, `value` is
null, and `status` and `reason` say why. Asking for what is not there is an error that names what is."""

api = NinjaAPI(title="Evenhand", version="1", description=DESCRIPTION, openapi_url=None, docs_url=None)

Limit = Annotated[int, Query(ge=1, le=LONGEST_LIST, description="Most rows in the answer.")]
Offset = Annotated[int, Query(ge=0, le=1_000_000, description="Rows to pass over.")]
MeasureId = Annotated[str, Path(max_length=80, description="Id of a measure.", examples=["ascof-3d-2a"])]
Period = Annotated[str | None, Query(max_length=20, description="Such as 2024-25, mid-2023 or 2019; else the latest.")]
Group = Annotated[str, Query(max_length=60, description="all, or a group that the measure has, such as 18-64.")]
CouncilId = Annotated[str, Path(max_length=80, description="Short name of a council.", examples=["gateshead"])]
AgainstWords = Annotated[
    str,
    Query(
        max_length=1_000,
        description="Who councils are compared with: england, region, type, peers, or councils with commas between.",
    ),
]
# Forty, so that all parameters together stay below the number of fields that the site reads.
Areas = Annotated[
    list[str],
    Query(max_length=40, description="Only these: short names or codes. Can be given several times."),
]
Row = dict[str, Any]


def _one(request: HttpRequest, data: Row) -> Row:
    edition = queries.current(request)
    return {"edition": edition.id, "simulated": edition.simulated, "data": data}


def _page(request: HttpRequest, rows: list[Row], limit: int, offset: int) -> Row:
    edition = queries.current(request)
    total = len(rows)
    if offset >= total:
        raise Problem("past-the-end", f"The list has {total} rows and offset passes over {offset}.", total=total)

    def at(place: int) -> str:
        asked = [(k, v) for k, many in request.GET.lists() for v in many if k not in ("limit", "offset")]
        return f"{request.path}?{urlencode([*asked, ('limit', limit), ('offset', place)])}"

    return {
        "edition": edition.id,
        "simulated": edition.simulated,
        "total": total,
        "limit": limit,
        "offset": offset,
        "next": at(offset + limit) if offset + limit < total else None,
        "previous": at(max(0, offset - limit)) if offset else None,
        "data": rows[offset : offset + limit],
    }


@api.get("/measures", response=schemas.Page[schemas.MeasureLine], summary="Every measure")
def measures(request: HttpRequest, limit: Limit = 100, offset: Offset = 0) -> Row:
    """The measures of the edition in the order in which people see them."""
    rows = [reads.line(d) for d in queries.current(request).definitions.values()]
    return _page(request, rows, limit, offset)


@api.get("/measures/{measure}", response=schemas.One[schemas.Measure], summary="One measure")
def measure(request: HttpRequest, measure: MeasureId) -> Row:
    """A measure's texts, breaks and warnings, and every period, group and level that it has figures for."""
    return _one(request, reads.measure(queries.current(request), measure))


@api.get("/measures/{measure}/values", response=schemas.Page[schemas.Value], summary="A measure's figures")  # type: ignore[valid-type]
def values(
    request: HttpRequest,
    measure: MeasureId,
    period: Annotated[str | None, Query(max_length=20, description="Such as 2024-25; else the latest; or all.")] = None,
    level: Annotated[schemas.Level | None, Query(description="Only areas of this level.")] = None,
    group: Group = "all",
    area: Areas = [],  # noqa: B006  (read by the framework, never changed)
    against: AgainstWords = "england",
    limit: Limit = 200,
    offset: Offset = 0,
) -> Row:
    """Figures with their intervals, bands and ranks: country, regions, types, then councils from the highest down.

    With `period=all` every period is given, the oldest first.
    """
    edition = queries.current(request)
    limits.spend(request, limits.of_comparing(against))
    return _page(request, reads.values(edition, measure, period, level, group, area, against), limit, offset)


@api.get("/areas", response=schemas.Page[schemas.Area], summary="Councils and the areas above them")
def areas(
    request: HttpRequest,
    level: Annotated[schemas.Level | None, Query(description="Only areas of this level.")] = None,
    as_at: Annotated[
        date | None, Query(description="Only councils that stood on this day, by their codes then.")
    ] = None,
    limit: Limit = 200,
    offset: Offset = 0,
) -> Row:
    """Every council that ever stood in the register, with what came before and after it."""
    return _page(request, reads.areas(queries.current(request), level, as_at), limit, offset)


@api.get("/councils", response=schemas.Page[schemas.Area], summary="The councils that stand today")
def councils(request: HttpRequest, limit: Limit = 200, offset: Offset = 0) -> Row:
    """Councils by name. Those that have gone are in `/areas`."""
    return _page(request, council_reads.councils(queries.current(request)), limit, offset)


@api.get("/areas/{area}", response=schemas.One[schemas.OneArea], summary="One area")
def area(
    request: HttpRequest,
    area: Annotated[
        str, Path(max_length=80, description="Short name, or any code that it ever had.", examples=["gateshead"])
    ],
) -> Row:
    """An area with all the codes that it ever had, and its history."""
    edition = queries.current(request)
    return _one(request, council_reads.told(edition, reads.area(edition, area)))


@api.get("/councils/{council}/profile", response=schemas.One[schemas.Profile], summary="One council over every measure")
def profile(request: HttpRequest, council: CouncilId) -> Row:
    """Its latest figure on every measure beside the country's; its peers; its history."""
    return _one(request, reads.profile(queries.current(request), council))


@api.get("/councils/{council}/values", response=schemas.Page[schemas.Value], summary="One council's figures")  # type: ignore[valid-type]
def council_values(
    request: HttpRequest,
    council: CouncilId,
    measure: Annotated[str | None, Query(max_length=80, description="Only this measure, by its id.")] = None,
    period: Annotated[str | None, Query(max_length=20, description="Only this period; else every one.")] = None,
    group: Annotated[str | None, Query(max_length=60, description="Only this group; all is everyone.")] = None,
    limit: Limit = 200,
    offset: Offset = 0,
) -> Row:
    """Every figure and gap of a council, on every measure, in every period and for every group, oldest period first."""
    rows = council_reads.values(queries.current(request), council, measure, period, group)
    return _page(request, rows, limit, offset)


@api.get("/councils/{council}/peers", response=schemas.Page[schemas.Neighbour], summary="The councils most like one")
def peers(request: HttpRequest, council: CouncilId, limit: Limit = 200, offset: Offset = 0) -> Row:
    """A council's nearest neighbours in size, age, density and deprivation, and what sets each apart."""
    return _page(request, council_reads.peers(queries.current(request), council), limit, offset)


@api.get(
    "/measures/{measure}/benchmarks", response=schemas.Page[schemas.Benchmark], summary="What councils are judged by"
)
def benchmarks(
    request: HttpRequest,
    measure: MeasureId,
    period: Annotated[str | None, Query(max_length=20, description="Only this period; else every one.")] = None,
    group: Annotated[str | None, Query(max_length=60, description="Only this group; all is everyone.")] = None,
    limit: Limit = 200,
    offset: Offset = 0,
) -> Row:
    """The country's figure of each period and group, and how much councils differ beyond chance."""
    return _page(request, council_reads.benchmarks(queries.current(request), measure, period, group), limit, offset)


@api.get("/variation/{measure}", response=schemas.One[schemas.Variation], summary="How much councils differ")
def variation(request: HttpRequest, measure: MeasureId, period: Period = None, group: Group = "all") -> Row:
    """The spread of councils in a period, and how much of it is more than chance."""
    return _one(request, reads.variation(queries.current(request), measure, period, group))


@api.get("/editions", response=schemas.Page[schemas.OnShelf], summary="The editions on this machine")
def editions(request: HttpRequest, limit: Limit = 100, offset: Offset = 0) -> Row:
    """The newest built first. All other answers come from the one in use."""
    return _page(request, council_reads.editions(settings.EVENHAND_HOME), limit, offset)


@api.get("/editions/current", response=schemas.One[schemas.Edition], summary="The edition in use")
def edition_in_use(request: HttpRequest) -> Row:
    """What every answer comes from, until a new edition is put in use."""
    return _one(request, reads.about(queries.current(request)))


@api.get("/sources", response=schemas.Page[schemas.Source], summary="The files behind the edition")
def sources(request: HttpRequest, limit: Limit = 100, offset: Offset = 0) -> Row:
    """Every source file with its publisher, licence and checksum."""
    return _page(request, queries.current(request).built_from, limit, offset)
