"""Tables and charts to take away: a measure, a council, a chart, or the whole edition."""

from __future__ import annotations

from typing import Any, Literal, cast
from urllib.parse import urlencode

import polars as pl
from django.http import HttpRequest, HttpResponse
from django.urls import re_path
from django.views.decorators.http import require_safe

from evenhand.edition.against import WORDS
from evenhand.edition.read import Edition, UnknownMeasure
from evenhand.facts.errors import EvenhandError, UnknownArea
from evenhand.site.evidence import limits, queries
from evenhand.site.evidence.pages import per_edition
from evenhand.site.evidence.present.asked import NotHeld, compared, council_of, measure_of, settled
from evenhand.site.evidence.present.take_away import (
    TYPES,
    WORKBOOKS,
    council_file,
    edition_zip,
    file_name,
    measure_file,
)

Chart = Literal["funnel", "intervals", "map", "trend"]
WIDTH = 700
OF_WORKBOOK, OF_CHART = 4, {"svg": 2, "png": 4}  # tokens, beside those for a comparison


def _file(edition: Edition, data: bytes, ending: str, *parts: str) -> HttpResponse:
    """Bytes as a file to keep, with a name of our own making and the edition in its headers."""
    headers = {
        "Content-Disposition": f'attachment; filename="{file_name(edition, *parts, ending=ending)}"',
        "Evenhand-Edition": edition.id,
        "Evenhand-Simulated": str(edition.simulated).lower(),
    }
    return HttpResponse(data, content_type=TYPES[ending], headers=headers)


def _asked(edition: Edition, request: HttpRequest, measure: str) -> tuple[dict[str, Any], str, str]:
    definition = measure_of(edition, measure)
    period, group = settled(edition, definition, request.GET.get("period"), request.GET.get("group"))
    return definition, period, group


def _against(request: HttpRequest) -> str:
    """Who to compare with, and tokens for a comparison that has to be worked out."""
    against = request.GET.get("against", "").strip().lower() or "england"
    limits.spend(request, limits.of_comparing(against))
    return against


@require_safe
@per_edition("period", "group", "against")
def measure(request: HttpRequest, measure: str, ending: str) -> HttpResponse:
    """A measure's comparison as a file."""
    edition = queries.current(request)
    definition, period, group = _asked(edition, request, measure)
    if ending in WORKBOOKS:
        limits.spend(request, OF_WORKBOOK)
    against = _against(request)
    found = compared(edition, definition, period, group, against)
    beside = "all" if against == "england" else f"against-{against if against in WORDS else 'named'}"
    answer = _file(edition, measure_file(edition, definition, found, ending), ending, measure, period, group, beside)
    if ending == "csv":  # the data alone: what its columns are stands in a file beside it
        about = f"/measures/{measure}/download_about.csv?{urlencode({'period': period, 'group': group})}"
        answer.headers["Link"] = f'<{about}>; rel="describedby"; type="text/csv"'
    return answer


@require_safe
@per_edition("period", "group", "against")
def measure_about(request: HttpRequest, measure: str) -> HttpResponse:
    """What the columns of a measure's CSV are, and its sources, licence and notes, as a CSV to stand beside it."""
    from evenhand.site.evidence.present.tables import measure_table

    edition = queries.current(request)
    definition, period, group = _asked(edition, request, measure)
    found = compared(edition, definition, period, group, _against(request))
    data = measure_table(edition, definition, found).about_csv()
    return _file(edition, data, "csv", measure, period, group, "about")


@require_safe
@per_edition()
def council(request: HttpRequest, slug: str, ending: str) -> HttpResponse:
    """Every figure of a council as a file."""
    edition = queries.current(request)
    area = council_of(edition, slug)
    if ending in WORKBOOKS:
        limits.spend(request, OF_WORKBOOK)
    return _file(edition, council_file(edition, area, ending), ending, area["slug"])


@require_safe
@per_edition("period", "group", "against", "council")
def chart(request: HttpRequest, measure: str, chart: str, ending: str) -> HttpResponse:
    """A chart of a measure as a drawing (SVG) or a picture (PNG)."""
    from evenhand.site.evidence.present.charts import picture

    edition = queries.current(request)
    definition, period, group = _asked(edition, request, measure)
    slug = request.GET.get("council", "")
    area = council_of(edition, slug) if slug else None
    limits.spend(request, OF_CHART[ending])
    found = compared(edition, definition, period, group, _against(request))
    chosen = None
    if area:
        rows = found.rows.filter((pl.col("area") == area["area"]) & pl.col("value").is_not_null())
        if rows.is_empty():
            raise NotHeld(f"{area['name']} has no figure here to point out.", asked="council")
        chosen = rows.row(0, named=True)
    try:
        drawn = picture(cast("Chart", chart), edition, definition, found, chosen)
    except (UnknownArea, UnknownMeasure):
        raise
    except EvenhandError as fault:
        if str(fault.where):
            raise
        raise NotHeld(fault.what, asked="chart", do=fault.do) from fault
    data = drawn.to_svg(width=WIDTH).encode() if ending == "svg" else drawn.to_png(width=WIDTH)
    return _file(edition, data, ending, measure, period, group, chart, area["slug"] if area else "")


@require_safe
@per_edition()
def whole(request: HttpRequest) -> HttpResponse:
    """The whole edition: its tables as Parquet, its definitions as JSON, and a README."""
    limits.spend(request, 10)
    edition = queries.current(request)
    return _file(edition, edition_zip(edition), "zip")


_ID = r"[a-z0-9][a-z0-9-]{0,79}"
_TABLE = r"(?P<ending>csv|ods|xlsx|parquet|json)"
urlpatterns = [
    re_path(rf"^measures/(?P<measure>{_ID})/download\.{_TABLE}\Z", measure, name="measure-file"),
    re_path(rf"^measures/(?P<measure>{_ID})/download_about\.csv\Z", measure_about, name="measure-about-file"),
    re_path(rf"^councils/(?P<slug>{_ID})/download\.{_TABLE}\Z", council, name="council-file"),
    re_path(
        rf"^measures/(?P<measure>{_ID})/(?P<chart>funnel|intervals|map|trend)\.(?P<ending>svg|png)\Z",
        chart,
        name="chart-file",
    ),
    re_path(r"^edition\.zip\Z", whole, name="edition-file"),
]
