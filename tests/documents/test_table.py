"""A table says what it knows, refuses what contradicts itself, and comes back from every file as it went in."""

from __future__ import annotations

import csv
import io
import json
from html.parser import HTMLParser

import polars as pl
import pytest

from evenhand.documents.csv_files import about_name
from evenhand.documents.numbers import WORDS
from evenhand.documents.table import Column, Table
from evenhand.documents.text import clean, unguard
from evenhand.facts.errors import EvenhandError
from evenhand.facts.status import Status

from .samples import COLUMNS, HOSTILE, hostile_table, table


def read_csv(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8"), newline="")))


class TestATableRefuses:
    @pytest.mark.parametrize(
        ("columns", "rows", "message"),
        [
            ((Column("a", "A"),), {"b": [1]}, "no column 'a'"),
            ((Column("a", "A", status="s"),), {"a": ["x"]}, "no column 's'"),
            ((Column("a", "A", "count"),), {"a": ["12"]}, "kind count holds String"),
            ((Column("a", "A", "money_pence"),), {"a": [1.5]}, "whole pence"),
            ((Column("a", "A", "rate"),), {"a": [float("nan")]}, "nan is not a figure"),
            ((Column("a", "A"), Column("a", "B")), {"a": ["x"]}, "Two columns have the name"),
            ((Column("a", "A"), Column("b", "a ")), {"a": ["x"], "b": ["y"]}, "Two columns have the heading"),
            ((Column("a", "A", "count", status="s"),), {"a": [3], "s": ["suppressed"]}, "yet there is a figure"),
            ((Column("a", "A", "count", status="s"),), {"a": [None], "s": ["published"]}, "there is no figure"),
            ((Column("a", "A", "count", status="s"),), {"a": [1], "s": [None]}, "no status"),
            ((Column("a", "A", "count", status="s"),), {"a": [1], "s": ["secret"]}, "'secret' is not a status"),
            ((), {"a": [1]}, "at least one column"),
        ],
    )
    def test_what_contradicts_itself(self, columns: tuple[Column, ...], rows: dict[str, list], message: str) -> None:
        with pytest.raises(EvenhandError, match=message):
            Table("A table", columns, pl.DataFrame(rows))

    def test_and_says_which_cell(self) -> None:
        rows = pl.DataFrame({"a": [1, 2], "s": ["published", "suppressed"]})
        with pytest.raises(EvenhandError) as caught:
            Table("A table", (Column("a", "People", "count", status="s"),), rows)
        assert (caught.value.where.row, caught.value.where.column) == (2, "People")
        assert caught.value.do

    @pytest.mark.parametrize("name", ["", "Share", "a b", "1a", "=a"])
    def test_names_that_a_machine_cannot_use(self, name: str) -> None:
        with pytest.raises(EvenhandError, match="cannot be the name"):
            Column(name, "Heading")


class TestCsv:
    def test_holds_the_data_and_nothing_else(self) -> None:
        assert table().to_csv().decode() == (
            "council,dp,status,share,spend\r\n"
            "Ashvale,395,published,22.2,1234.56\r\n"
            "Brackwater,0,derived,0.0,-0.05\r\n"
            "Corvedale,,suppressed,,\r\n"
            "Dunmere,,missing,,0.00\r\n"
            "Thornshire,,not_applicable,,999999999.99\r\n"
        )

    def test_can_keep_every_digit_and_pence(self) -> None:
        first = read_csv(table().to_csv(rounded=False))[0]
        assert (first["share"], first["spend"]) == ("22.15", "123456")

    def test_can_begin_with_a_byte_order_mark(self) -> None:
        assert table().to_csv(bom=True) == b"\xef\xbb\xbf" + table().to_csv()

    def test_runs_no_formula_and_loses_no_name(self) -> None:
        names = [row["name"] for row in read_csv(hostile_table().to_csv())]
        assert not any(name.lstrip()[:1] in tuple("=+-@") or name[:1] in ("\t", "\r") for name in names)
        assert [unguard(name) for name in names] == list(HOSTILE)

    def test_names_the_file_that_explains_it(self) -> None:
        assert about_name("direct-payments.csv") == "direct-payments_about.csv"
        about = dict(csv.reader(io.StringIO(table().about_csv().decode())))
        assert about["title"] == "Ashvale has the most people with a direct payment"
        assert about["note 2"] == "Counts are of people."
        assert about["source"] == "Tinyland Office for Figures"
        assert {"edition", "licence", "column dp", "column status"} <= set(about)
        assert "pounds" in about["column spend"]

    def test_says_simulated_in_the_file_about_it(self) -> None:
        about = dict(csv.reader(io.StringIO(table(simulated=True).about_csv().decode())))
        assert about["title"].startswith("Simulated figures: ")
        assert "invented" in about["simulated"]

    def test_comes_back_through_polars(self) -> None:
        back = pl.read_csv(io.BytesIO(table().to_csv()))
        assert back["dp"].to_list() == [395, 0, None, None, None]
        assert back["status"].to_list() == table().rows["status"].to_list()


class TestJson:
    def test_is_a_list_of_objects_with_nulls_for_no_number(self) -> None:
        rows = json.loads(table().to_json())
        assert rows[0] == {"council": "Ashvale", "dp": 395, "status": "published", "share": 22.15, "spend": 123456}
        assert [row["dp"] for row in rows] == [395, 0, None, None, None]

    def test_can_be_rounded_to_what_people_see(self) -> None:
        assert json.loads(table().to_json(rounded=True))[0]["share"] == 22.2


class TestParquet:
    def test_keeps_values_and_says_what_they_are(self) -> None:
        data = table(simulated=True).to_parquet()
        back = pl.read_parquet(io.BytesIO(data))
        assert back.equals(table().rows.select(["council", "dp", "status", "share", "spend"]))
        about = pl.read_parquet_metadata(io.BytesIO(data))
        assert (about["title"], about["edition"], about["licence"]) == (table().title, "2026-01", "OGL-3.0")
        assert json.loads(about["sources"]) == ["Tinyland Office for Figures"]
        assert about["simulated"] == "true"

    def test_is_the_same_bytes_each_time(self) -> None:
        assert table().to_parquet() == table().to_parquet()


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def read_html(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    return reader


class TestHtml:
    def test_has_a_caption_and_headings_with_scope(self) -> None:
        tags = read_html(table().to_html()).tags
        assert [tag for tag, _ in tags].count("caption") == 1
        heads = [attributes["scope"] for tag, attributes in tags if tag == "th"]
        assert heads == ["col"] * 4 + ["row"] * 5

    def test_sets_numbers_right_and_has_no_inline_style(self) -> None:
        tags = read_html(table().to_html()).tags
        assert not any("style" in attributes for _, attributes in tags)
        cells = [attributes["class"] or "" for tag, attributes in tags if tag == "td"]
        assert all("govuk-table__cell--numeric" in name for name in cells)

    def test_says_in_words_why_there_is_no_figure_and_writes_zero_as_zero(self) -> None:
        words = read_html(table().to_html()).words
        for status in (Status.SUPPRESSED, Status.MISSING, Status.NOT_APPLICABLE):
            assert WORDS[status] in words
        assert "0" in words
        assert "0.0%" in words

    def test_escapes_every_text(self) -> None:
        bad = "<img src=x onerror=alert(1)>"
        text = table(
            title=bad,
            subtitle=bad,
            notes=(bad,),
            sources=(bad,),
            edition=bad,
            licence=bad,
            columns=(Column("council", bad), *COLUMNS[1:]),
            rows=table().rows.with_columns(council=pl.lit(bad)),
        ).to_html()
        assert "<img" not in text
        assert text.count("&lt;img src=x onerror=alert(1)&gt;") == 5 + 7

    def test_says_simulated_in_the_caption(self) -> None:
        assert "Simulated figures: Ashvale" in table(simulated=True).to_html()
        assert "imulated" not in table().to_html()


class TestTerminal:
    def test_is_plain_when_nobody_looks(self) -> None:
        text = table().to_text()
        assert "\x1b" not in text
        lines = text.splitlines()
        assert lines[0] == "Ashvale has the most people with a direct payment"
        row = next(line for line in lines if line.startswith("Corvedale"))
        assert row.count("suppressed to protect people") == 2
        assert "Note 2: Counts are of people." in lines

    def test_is_styled_when_somebody_does(self) -> None:
        assert "\x1b[1m" in table().to_text(styled=True, width=120)

    def test_reads_neither_the_environment_nor_mark_up(self, monkeypatch: pytest.MonkeyPatch) -> None:
        before = table().to_text()
        for name, value in (("COLUMNS", "20"), ("NO_COLOR", "1"), ("FORCE_COLOR", "1"), ("TERM", "dumb")):
            monkeypatch.setenv(name, value)
        assert table().to_text() == before
        names = table(rows=table().rows.with_columns(council=pl.lit("[red]A[/red]\x1b[2J"))).to_text()
        assert "[red]A[/red]" in names
        assert "\x1b" not in names


def test_a_table_without_control_characters_is_not_changed_by_cleaning() -> None:
    assert all(clean(name) == name for name in HOSTILE)


def test_importing_documents_loads_no_drawing_or_spreadsheet_library() -> None:
    """`evenhand show` must start quickly: import time is a feature."""
    import subprocess
    import sys

    code = (
        "import sys, evenhand.documents.table, evenhand.documents.chart, evenhand.documents.compare_charts, "
        "evenhand.documents.time_charts, evenhand.documents.part_charts, "
        "evenhand.documents.strip_charts, evenhand.documents.report, "
        "evenhand.documents.spreadsheet\n"
        "print([n for n in ('vl_convert','xlsxwriter','gptables','odfdo','pandas','rich','polars') "
        "if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
