"""The simulated framework, written as the publisher's workbook, is read back by the real reader figure for figure."""

import pytest

from evenhand import sources
from evenhand.edition.sample import sample_register, sample_results
from evenhand.edition.sample.files import write_framework
from evenhand.facts.errors import EvenhandError
from evenhand.facts.register import official
from evenhand.sources.schema import KEY


@pytest.fixture(scope="module")
def result():
    return next(r for r in sample_results(sample_register()) if r.table == "ascof/2024-25")


@pytest.fixture(scope="module")
def workbook(result, tmp_path_factory):
    path = tmp_path_factory.mktemp("simulated") / "simulated-ascof-2024-to-2025.ods"
    write_framework(result, sample_register(), path)
    return path


@pytest.fixture(scope="module")
def read(workbook):
    return sources.read(workbook, sample_register())


def test_the_reader_of_official_workbooks_reads_the_same_figures(result, read):
    columns = [*KEY, "level", "unit", "value", "status"]
    wanted, found = (r.observations.select(columns).sort(KEY) for r in (result, read))
    assert found.equals(wanted)
    assert read.rejects.is_empty(), read.rejects
    assert read.table == result.table


def test_breaks_notes_and_descriptions_come_back_too(result, read):
    assert set(read.measures.iter_rows()) == set(result.measures.iter_rows())
    assert read.notes["text"].to_list() == result.notes["text"].to_list()
    columns = ["item", "old_item", "period", "kind"]
    assert read.comparability.select(columns).rows() == result.comparability.select(columns).rows()


def test_with_the_register_of_real_councils_the_workbook_is_refused(workbook):
    with pytest.raises(EvenhandError) as refused:
        sources.read(workbook, official())
    assert "No council or area is known by Simulated England" in refused.value.what
    assert refused.value.do.endswith("Nothing was loaded.")
