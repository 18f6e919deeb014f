"""Find today's addresses of a source: publishers put a random id in each path, and a correction gets a new one.

Each method answers a ``Found``: groups of candidates, one group a file, the candidates of a group being alternatives
to try in order. Finding nothing is an answer too (``groups`` empty): the caller then takes the pins.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

from evenhand.sources.fetch.catalogue import Source, name_of
from evenhand.sources.fetch.client import Client, FetchFailed

GOV_UK = "https://www.gov.uk"
ASSET_LINK = re.compile(r"https://assets\.publishing\.service\.gov\.uk/[^\"'\\ <>]+")
NHS_LINK = re.compile(r"https://files\.digital\.nhs\.uk/[^\"'<> ]+\.(?:csv|xlsx|xls|zip|ods)", re.IGNORECASE)
CONTENT_TYPES = frozenset(
    {
        "text/csv",
        "application/zip",
        "application/vnd.ms-excel",
        "application/vnd.oasis.opendocument.spreadsheet",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
)
MAX_FILES = 40  # one publication has a dozen at most: more means that the pattern is wrong


@dataclass(frozen=True, slots=True)
class Candidate:
    """One address of one file, and how it was come by (``found_by``: attachment, link, service, pin)."""

    url: str
    name: str
    page_url: str
    found_by: str
    confidence: str
    public_updated_at: str = ""
    sha256: str = ""


@dataclass(frozen=True)
class Found:
    """What discovery brought: alternatives by file, and remarks for the report in plain sentences."""

    groups: tuple[tuple[Candidate, ...], ...]
    notes: tuple[str, ...] = field(default_factory=tuple)


def discover(source: Source, client: Client, today: date) -> Found:
    """The files of a source as its publisher offers them now. Raises FetchFailed and NoNetwork."""
    methods: dict[str, Callable[[Source, Client, date], Found]] = {
        "govuk": _govuk,
        "nhs_page": _nhs_page,
        "arcgis": _arcgis,
        "direct": _direct,
    }
    return methods[source.method](source, client, today)


def pinned(source: Source) -> tuple[Candidate, ...]:
    """The last-known-good addresses of a source."""
    page = str(source.discover.get("page", ""))
    return tuple(Candidate(p.url, name_of(p.url, p.name), page, "pin", p.confidence, "", p.sha256) for p in source.pins)


def _direct(source: Source, client: Client, today: date) -> Found:
    """The pins themselves: one file each."""
    return Found(tuple((c,) for c in pinned(source)))


# gov.uk ---------------------------------------------------------------------------------------------------------------


def _content(client: Client, path: str) -> dict[str, Any] | None:
    """The Content API's answer for a page, or None when there is no such page (not published yet)."""
    try:
        page = client.get_json(f"{GOV_UK}/api/content/{path.strip('/')}")
    except FetchFailed as fault:
        if fault.status in (404, 410):
            return None
        raise
    return page if isinstance(page, dict) else None


def _govuk(source: Source, client: Client, today: date) -> Found:
    """Year slugs newest first, then the collection, then search; the files of the first page that has any."""
    how = source.discover
    for tried, path in enumerate(_paths(how, client, today)):
        page = _content(client, path)
        # a withdrawn publication is not to be used, even when its files are still there
        files = _files_of(page, how["files"], source.confidence) if page and not page.get("withdrawn_notice") else []
        if page and files:
            notes = (f"Newest edition found: {page.get('title', '')}.",) if tried else ()
            return Found(tuple((f,) for f in files), notes)
    return Found((), ("No page of this publication lists its files now.",))


def _slugs(how: dict[str, Any], today: date) -> list[str]:
    """Paths to try, newest first; ``{y}-to-{y1}`` counts back from this year to the oldest."""
    slug = str(how.get("slug", ""))
    if "{y}" not in slug:
        return [slug] if slug else []
    return [slug.format(y=y, y1=y + 1) for y in range(today.year, int(how["oldest"]) - 1, -1)]


def _paths(how: dict[str, Any], client: Client, today: date) -> Iterator[str]:
    """Pages to try in order. The collection and the search cost a request, so they are asked only when reached."""
    yield from _slugs(how, today)
    yield from _collection(how, client)
    yield from _search(how, client)


def _collection(how: dict[str, Any], client: Client) -> list[str]:
    """Documents of a collection whose title fits, newest first."""
    if "collection" not in how:
        return []
    page = _content(client, how["collection"]) or {}
    documents = (page.get("links") or {}).get("documents") or []
    fitting = [d for d in documents if re.search(how["collection_title"], str(d.get("title", ""))) and "base_path" in d]
    fitting.sort(key=lambda d: str(d.get("public_updated_at") or ""), reverse=True)
    return [str(d["base_path"]) for d in fitting[:5]]


def _search(how: dict[str, Any], client: Client) -> list[str]:
    """Statistics pages that gov.uk's search finds, newest first, their titles checked."""
    if "search" not in how:
        return []
    query = urlencode(
        {
            "q": how["search"], "filter_organisations": how["search_organisation"],
            "filter_content_store_document_type": "official_statistics", "order": "-public_timestamp", "count": 20,
            "fields": "title,link,public_timestamp",
        }
    )  # fmt: skip
    answer = client.get_json(f"{GOV_UK}/api/search.json?{query}")
    results = answer.get("results") if isinstance(answer, dict) else None
    wanted = str(how["search_title"])
    return [str(r["link"]) for r in results or [] if re.search(wanted, str(r.get("title", "")), re.IGNORECASE)][:5]


def _files_of(page: dict[str, Any], patterns: list[str], confidence: str) -> list[Candidate]:
    """A page's attachments whose file name fits; when it lists none, the asset links anywhere in its JSON."""
    page_url = urljoin(GOV_UK, str(page.get("base_path", "")))
    updated = str(page.get("public_updated_at") or "")
    attachments = (page.get("details") or {}).get("attachments") or []
    listed = [
        str(a["url"])
        for a in attachments
        if isinstance(a, dict) and a.get("attachment_type", "file") == "file" and "url" in a
        and a.get("content_type", "text/csv") in CONTENT_TYPES
    ]  # fmt: skip
    found_by, urls = "attachment", _fitting(listed, patterns)
    if not urls:
        # JSON escapes nothing in these links but the quotes of old html documents
        found_by, urls = "link", _fitting(ASSET_LINK.findall(json.dumps(page)), patterns)
    return [Candidate(u, name_of(u), page_url, found_by, confidence, updated) for u in urls]


def _fitting(urls: list[str], patterns: list[str]) -> list[str]:
    """Addresses whose file name fits any pattern, each once, in order."""
    fitting = [u for u in dict.fromkeys(urls) if any(re.search(p, name_of(u)) for p in patterns)]
    if len(fitting) > MAX_FILES:
        raise FetchFailed(f"A page lists {len(fitting)} fitting files, more than any publication has.")
    return fitting


# digital.nhs.uk -------------------------------------------------------------------------------------------------------


def _nhs_page(source: Source, client: Client, today: date) -> Found:
    """Links to files.digital.nhs.uk on the source's pages; of two patterns the first that fits anything decides."""
    for page_url in source.discover["pages"]:
        try:
            html = client.get_text(page_url)
        except FetchFailed as fault:
            if fault.status in (404, 410):
                continue
            raise
        links = [m[0].replace("&amp;", "&") for m in NHS_LINK.finditer(html)]
        for pattern in source.discover["files"]:
            urls = _fitting(links, [pattern])
            if urls:
                made = [Candidate(u, name_of(u), page_url, "link", source.confidence) for u in urls]
                return Found(tuple((c,) for c in made))
    return Found((), ("The publisher's page no longer links to the file.",))


# ONS Open Geography ---------------------------------------------------------------------------------------------------


def _arcgis(source: Source, client: Client, today: date) -> Found:
    """One file, its services as alternatives: newest first, the smallest outlines first."""
    how = source.discover
    candidates = []
    for s in how["services"]:
        code = f"CTYUA{int(s['year']) % 100:02d}"
        query = urlencode(
            {
                "where": f"{code}CD LIKE 'E%'", "outFields": f"{code}CD,{code}NM", "outSR": "4326",
                "returnGeometry": "true", "f": "geojson", "resultRecordCount": "1000", "resultOffset": "0",
            },
            quote_via=quote,
        )  # fmt: skip
        url = f"{how['root']}/{s['service']}/FeatureServer/0/query?{query}"
        name = name_of(url, how["name"].format(year=s["year"]))
        page = f"https://{urlsplit(how['root']).hostname}"
        candidates.append(Candidate(url, name, page, "service", s["confidence"]))
    return Found((tuple(candidates),))
