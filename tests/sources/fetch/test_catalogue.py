"""The catalogue that ships, and what a wrong one is told."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from evenhand.sources import READERS
from evenhand.sources.fetch import BadCatalogue, load_catalogue
from evenhand.sources.fetch.catalogue import safe_name

GOOD = """
hosts: [www.gov.uk]
sources:
  - {key: a, publisher: P, title: T, licence: L, readers: [], confidence: seen,
     discover: {method: direct}, pins: [{url: 'https://www.gov.uk/a.csv', confidence: seen}]}
"""


def test_every_source_names_readers_that_exist_and_a_licence() -> None:
    for source in load_catalogue().sources:
        assert set(source.readers) <= {*READERS, "deflator_table"}, source.key
        assert source.licence.startswith("OGL-3.0")
        assert source.readers or not source.default, f"{source.key} is fetched by default and nothing reads it"


def test_every_reader_of_a_current_table_has_a_source() -> None:
    named = {r for s in load_catalogue().sources for r in s.readers}
    assert {"ascof_ods", "ascof_open_data", "activity_csv", "finance_zip", "population_nomis", "population_mye",
            "deprivation", "boundaries", "deflator_table"} <= named  # fmt: skip


def test_every_address_is_https_at_a_host_of_the_catalogue() -> None:
    catalogue = load_catalogue()
    urls = [p.url for s in catalogue.sources for p in s.pins]
    urls += [u for s in catalogue.sources for u in s.discover.get("pages", [])]
    urls += [s.discover["root"] for s in catalogue.sources if "root" in s.discover]
    assert len(urls) > 15
    for url in urls:
        assert urlsplit(url).scheme == "https"
        assert urlsplit(url).hostname in catalogue.hosts


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("key: a", "key: A b", "is no key"),
        ("method: direct", "method: guess", "no method 'guess'"),
        ("confidence: seen}", "confidence: sure}", "confidence is seen or derived"),
        ("https://www.gov.uk/a.csv", "http://www.gov.uk/a.csv", "not https"),
        ("https://www.gov.uk/a.csv", "https://elsewhere.example/a.csv", "not https at a host"),
        ("licence: L, ", "", "licence"),
        ("pins: [", "spare: [", "needs a pin"),
        ("hosts:", "host:", "cannot be read"),
    ],
)
def test_a_wrong_catalogue_is_told_what_is_wrong(tmp_path: Path, old: str, new: str, words: str) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(GOOD)
    assert load_catalogue(path).sources[0].key == "a"
    path.write_text(GOOD.replace(old, new))
    with pytest.raises(BadCatalogue, match=words):
        load_catalogue(path)


def test_an_unknown_source_is_answered_with_the_list() -> None:
    with pytest.raises(BadCatalogue, match=r"no source called acsof\. The sources are ascof, "):
        load_catalogue().chosen({"acsof"})


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("/BF/ASCFR%20and%20SALT%20Tables.xlsx", "ASCFR_and_SALT_Tables.xlsx"),
        ("data.ods.ods", "data.ods.ods"),
        ("../../etc/passwd", "passwd"),
        ("..%2f..%2fetc%2fpasswd", "passwd"),
        ("C:\\windows\\evil.csv", "evil.csv"),
        (".hidden.csv", "hidden.csv"),
        ("=cmd|' calc'!A0.csv", "cmd_calc_A0.csv"),
        ("a" * 300 + ".csv", "a" * 146 + ".csv"),
        ("", "file"),
    ],
)
def test_names_are_safe_on_every_system(name: str, safe: str) -> None:
    assert safe_name(name) == safe
