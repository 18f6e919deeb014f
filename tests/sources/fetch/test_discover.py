"""Finding today's addresses: by year, by collection, by search, by link, by service; and the pins when all fails."""

import json
from pathlib import Path

import pytest

from evenhand.sources.fetch import Pin, Source, fetch

from .conftest import (
    ASSETS,
    CSV,
    MakeClient,
    Publishers,
    answer,
    api,
    attachment,
    catalogue,
    content,
    file,
    govuk,
    page,
)

DATA = f"{ASSETS}/69736b0821a2f53a6a4fd4f8/framework.csv"
PIN = Pin(f"{ASSETS}/000000000000000000000000/framework-old.csv", "seen")


def test_the_newest_year_is_tried_first_and_not_published_yet_is_no_fault(
    publishers: Publishers, make_client: MakeClient, tmp_path: Path
) -> None:
    publishers.on(api(2025), page(content(2025, attachments=[attachment(DATA)])))
    publishers.on(DATA, file())
    report = fetch(catalogue(govuk()), tmp_path, client=make_client())
    assert report.ok
    assert report.outcomes[0].path == tmp_path / "ascof" / "framework.csv"
    assert (tmp_path / "ascof" / "framework.csv").read_bytes() == CSV
    assert publishers.paths()[:2] == [api(2026), api(2025)]
    assert report.outcomes[0].message == "Newest edition found: Framework, 2025 to 2026."


def test_the_manifest_says_where_a_file_came_from(
    publishers: Publishers, make_client: MakeClient, tmp_path: Path
) -> None:
    publishers.on(api(2026), page(content(2026, attachments=[attachment(DATA)])))
    publishers.on(DATA, file())
    fetch(catalogue(govuk()), tmp_path, client=make_client())
    (entry,) = json.loads((tmp_path / "manifest.json").read_text())["files"]
    assert entry == {
        "source": "ascof", "publisher": "Invented Department", "title": "Framework", "licence": "OGL-3.0",
        "page_url": "https://www.gov.uk/government/statistics/framework-england-2026-to-2027", "file_url": DATA,
        "path": "ascof/framework.csv", "fetched_at": "2026-11-21T09:30:00+00:00", "bytes": len(CSV),
        "sha256": __import__("hashlib").sha256(CSV).hexdigest(), "public_updated_at": "2026-01-23T09:30:00Z",
        "found_by": "attachment", "confidence": "seen", "etag": '"one"', "last_modified": "",
    }  # fmt: skip


def test_only_fitting_files_are_taken_and_two_of_one_name_are_kept_apart(
    publishers: Publishers, make_client: MakeClient, tmp_path: Path
) -> None:
    again = f"{ASSETS}/77736b0821a2f53a6a4fd4f8/framework.csv"
    listed = [
        attachment(DATA), attachment(again), attachment(f"{ASSETS}/1/report.pdf", "application/pdf"),
        attachment(f"{ASSETS}/1/tables.ods", "application/vnd.oasis.opendocument.spreadsheet"),
        {"attachment_type": "html", "id": "x", "url": "/government/guide.csv", "title": "How to use"},
    ]  # fmt: skip
    publishers.on(api(2026), page(content(2026, attachments=listed)))
    publishers.on(DATA, file())
    publishers.on(again, file(b"other,file\n1,2\n"))
    report = fetch(catalogue(govuk()), tmp_path, client=make_client())
    assert [o.path.name for o in report.outcomes if o.path] == ["framework.csv", "framework-2.csv"]


def test_without_attachments_the_links_in_the_pages_json_are_used(
    publishers: Publishers, make_client: MakeClient, tmp_path: Path
) -> None:
    documents = [f'<a href="{DATA}">Data</a> <a href="{ASSETS}/1/cover.png">Cover</a>']
    publishers.on(api(2026), page(content(2026, documents=documents)))
    publishers.on(DATA, file())
    (outcome,) = fetch(catalogue(govuk()), tmp_path, client=make_client()).outcomes
    assert (outcome.status, outcome.found_by) == ("fetched", "link")


def test_a_withdrawn_edition_is_passed_over(publishers: Publishers, make_client: MakeClient, tmp_path: Path) -> None:
    bad = content(2026, attachments=[attachment(PIN.url)]) | {"withdrawn_notice": {"explanation": "wrong"}}
    publishers.on(api(2026), page(bad))
    publishers.on(api(2025), page(content(2025, attachments=[attachment(DATA)])))
    publishers.on(DATA, file())
    publishers.on(PIN.url, file())
    assert fetch(catalogue(govuk()), tmp_path, client=make_client()).outcomes[0].file_url == DATA


def test_a_collection_names_its_newest_edition(publishers: Publishers, make_client: MakeClient, tmp_path: Path) -> None:
    documents = [
        {"base_path": "/old", "title": "Deflators, March", "public_updated_at": "2026-03-01"},
        {"base_path": "/new", "title": "Deflators, June", "public_updated_at": "2026-06-01"},
        {"base_path": "/other", "title": "Guide", "public_updated_at": "2026-09-01"},
    ]
    publishers.on("www.gov.uk/api/content/government/collections/d", page({"links": {"documents": documents}}))
    publishers.on("www.gov.uk/api/content/new", page(content(2026, attachments=[attachment(DATA)])))
    publishers.on(DATA, file())
    source = govuk(slug="", collection="government/collections/d", collection_title="Deflators")
    assert fetch(catalogue(source), tmp_path, client=make_client()).ok
    assert "www.gov.uk/api/content/old" not in publishers.paths()


def test_search_is_the_last_way_and_checks_titles(
    publishers: Publishers, make_client: MakeClient, tmp_path: Path
) -> None:
    results = [{"title": "Something else", "link": "/else"}, {"title": "The Framework", "link": "/found"}]
    publishers.on("www.gov.uk/api/search.json", page({"results": results}))
    publishers.on("www.gov.uk/api/content/found", page(content(2026, attachments=[attachment(DATA)])))
    publishers.on(DATA, file())
    source = govuk(search="framework", search_organisation="dept", search_title="^the framework")
    assert fetch(catalogue(source), tmp_path, client=make_client()).ok
    asked = publishers.paths()
    assert asked[3].startswith("www.gov.uk/api/search.json?q=framework&filter_organisations=dept")
    assert "www.gov.uk/api/content/else" not in asked


@pytest.mark.parametrize("how", ["nothing is found", "discovery breaks", "what is listed is gone"])
def test_the_pin_is_used_when_discovery_fails_and_the_report_says_so(
    publishers: Publishers, make_client: MakeClient, tmp_path: Path, how: str
) -> None:
    publishers.on(PIN.url, file())
    if how == "discovery breaks":
        publishers.on(api(2026), answer("<html>sorry</html>", Content_Type="text/html"))
    if how == "what is listed is gone":
        publishers.on(api(2026), page(content(2026, attachments=[attachment(DATA)])))
    (outcome,) = fetch(catalogue(govuk(pins=(PIN,))), tmp_path, client=make_client()).outcomes
    assert (outcome.status, outcome.found_by, outcome.file_url) == ("fetched", "pin", PIN.url)
    assert "last known address" in outcome.message


def test_nothing_listed_and_no_pin_is_a_failure_in_a_sentence(
    publishers: Publishers, make_client: MakeClient, tmp_path: Path
) -> None:
    report = fetch(catalogue(govuk()), tmp_path, client=make_client())
    assert not report.ok
    assert "No page of this publication" in report.outcomes[0].message
    assert list(tmp_path.iterdir()) == []


def nhs(*patterns: str) -> Source:
    pages = ["https://digital.nhs.uk/gone", "https://digital.nhs.uk/england-2022-23"]
    return Source("old", "NHS", "Old", "OGL-3.0", "nhs_page", "seen", discover={"pages": pages, "files": patterns})


def test_a_page_of_nhs_digital_is_read_for_its_links(
    publishers: Publishers, make_client: MakeClient, tmp_path: Path
) -> None:
    html = """<a href="https://files.digital.nhs.uk/A4/766F29/meas-csv.csv">CSV</a>
        <a href="https://files.digital.nhs.uk/A4/1/report.pdf">PDF</a>
        <a href="https://production-like.nhsd.io/A4/766F29/meas-csv.csv">mirror</a>
        <a href="https://files.digital.nhs.uk/A4/2/appendix.xlsx">Appendix</a>"""
    publishers.on("digital.nhs.uk/england-2022-23", answer(html, Content_Type="text/html"))
    publishers.on("files.digital.nhs.uk/A4/766F29/meas-csv.csv", file())
    report = fetch(catalogue(nhs(r"\.csv$", r"\.xlsx$")), tmp_path, client=make_client())
    assert [o.path.name for o in report.outcomes if o.path] == ["meas-csv.csv"]


def arcgis() -> Source:
    how = {
        "root": "https://services1.arcgis.com/X/arcgis/rest/services", "name": "boundaries-{year}.geojson",
        "services": [{"service": "S26", "year": 2026, "confidence": "derived"},
                     {"service": "S25", "year": 2025, "confidence": "seen"}],
    }  # fmt: skip
    return Source("map", "ONS", "Map", "OGL-3.0", "arcgis", "seen", discover=how)


SERVICE = "services1.arcgis.com/X/arcgis/rest/services/{}/FeatureServer/0/query"
MAP = {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"CTYUA25CD": "E66000001"}}]}


@pytest.mark.parametrize(
    "bad",
    [
        {"error": {"code": 400, "message": "Invalid URL"}},
        {"type": "FeatureCollection", "features": []},
        MAP | {"properties": {"exceededTransferLimit": True}},
    ],
)
def test_an_arcgis_error_comes_with_http_200_and_the_next_service_is_asked(
    publishers: Publishers, make_client: MakeClient, tmp_path: Path, bad: dict[str, object]
) -> None:
    publishers.on(SERVICE.format("S26"), page(bad))
    publishers.on(SERVICE.format("S25"), page(MAP))
    (outcome,) = fetch(catalogue(arcgis()), tmp_path, client=make_client()).outcomes
    assert outcome.path == tmp_path / "map" / "boundaries-2025.geojson"
    assert not (tmp_path / "map" / "boundaries-2026.geojson").exists()
    assert "where=CTYUA25CD%20LIKE%20%27E%25%27&outFields=CTYUA25CD%2CCTYUA25NM" in publishers.paths()[1]


def test_when_every_service_errs_its_own_words_are_reported(
    publishers: Publishers, make_client: MakeClient, tmp_path: Path
) -> None:
    for name in ("S25", "S26"):
        publishers.on(SERVICE.format(name), page({"error": {"code": 499, "message": "Token Required"}}))
    (outcome,) = fetch(catalogue(arcgis()), tmp_path, client=make_client()).outcomes
    assert outcome.status == "failed"
    assert "Token Required" in outcome.message
