"""``--check``: what each source would give today, with nothing kept."""

from pathlib import Path

import pytest

from evenhand.facts.register import Register
from evenhand.sources.fetch import Pin, Probe, load_catalogue, probe

from .conftest import ASSETS, MakeClient, Publishers, answer, api, attachment, catalogue, content, direct, govuk, page

HEAD = "utla23_code,utla23_name,region23_name,all,pop_18_64,pop_65_plus,pop_18_plus\n"
BODY = "".join(f"E6600000{i},Place,N,100,60,20,80\n" for i in (1, 2, 3, 4, 6, 7))
URL = f"{ASSETS}/1/population_utla_mid2023.csv"
SOURCE = direct(Pin(URL, "seen"), readers=("population_table",), councils=6)


def test_a_good_source_tells_status_header_rows_reader_and_councils(
    publishers: Publishers, make_client: MakeClient, tiny: Register
) -> None:
    publishers.on(URL, answer(HEAD + BODY, Content_Type="text/csv"))
    heard: list[Probe] = []
    (found,) = probe(catalogue(SOURCE), client=make_client(), register=tiny, progress=heard.append)
    assert found == heard[0]
    assert (found.ok, found.status, found.file_name) == (True, 200, "population_utla_mid2023.csv")
    assert (found.header_row, found.rows, found.reader, found.councils) == (1, 6, "population_table", 6)


@pytest.mark.parametrize(
    ("respond", "status", "words"),
    [
        (answer("gone", 404), 404, "nothing at"),
        (answer(status=503), 503, "after 4 tries"),
        (answer("<html>", Content_Type="text/html"), 200, "web page"),
        (answer(b""), 200, "nothing for"),
        (answer("a,b\n1,2\n"), 200, "layout has changed: population_table"),
        (answer(HEAD + BODY.splitlines()[0]), 200, "1 councils were found where 6 were expected"),
    ],
)
def test_a_bad_source_is_an_answer_and_not_an_exception(
    publishers: Publishers, make_client: MakeClient, tiny: Register, respond: object, status: int, words: str
) -> None:
    publishers.on(URL, respond)  # type: ignore[arg-type]
    (found,) = probe(catalogue(SOURCE), client=make_client(), register=tiny)
    assert (found.ok, found.status) == (False, status)
    assert words in found.message


def test_a_large_file_is_not_brought_over(publishers: Publishers, make_client: MakeClient) -> None:
    publishers.on(URL, answer(b"", Content_Length=str(50 * 2**20)))
    (found,) = probe(catalogue(SOURCE), client=make_client())
    assert (found.ok, found.bytes, found.rows) == (True, 50 * 2**20, None)


def test_each_file_of_a_publication_is_probed(publishers: Publishers, make_client: MakeClient) -> None:
    urls = [f"{ASSETS}/{i}/part{i}.csv" for i in range(3)]
    publishers.on(api(2026), page(content(2026, attachments=[attachment(u) for u in urls])))
    for u in urls:
        publishers.on(u, answer("a,b\n1,2\n3,4\n"))
    found = probe(catalogue(govuk()), client=make_client())
    assert [(p.file_name, p.rows) for p in found] == [("part0.csv", 2), ("part1.csv", 2), ("part2.csv", 2)]


def test_without_a_network_each_source_says_so(make_client: MakeClient) -> None:
    found = probe(load_catalogue(), client=make_client(port=1), only={"ascof", "population"})
    assert [p.source for p in found] == ["ascof", "population"]
    assert all("cannot be reached" in p.message and not p.ok for p in found)


def test_nothing_is_kept(
    publishers: Publishers, make_client: MakeClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    publishers.on(URL, answer(HEAD + BODY))
    probe(catalogue(SOURCE), client=make_client())
    assert list(tmp_path.iterdir()) == []
