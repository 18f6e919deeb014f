"""Every worked example in docs/methods runs, and says what it says it says."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

PAGES = sorted((Path(__file__).parents[2] / "docs" / "methods").glob("*.md"))
FENCE = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)

# The pages of this package; other pages may stand beside them and are run all the same.
OURS = {
    "intervals", "funnel", "over-dispersion", "rank-intervals", "who-could-be-first", "variation", "annual-trend",
    "process-behaviour-chart", "peers", "money-and-outcomes", "frontier", "words",
}  # fmt: skip


def test_every_method_of_this_package_has_its_page():
    assert {page.stem for page in PAGES} >= OURS


@pytest.mark.parametrize("page", [p for p in PAGES if p.stem in OURS], ids=lambda p: p.stem)
def test_the_page_has_a_formula_a_source_and_an_example(page):
    text = page.read_text(encoding="utf-8")
    assert "## Formula" in text
    assert "## Source" in text
    assert ">>>" in "".join(FENCE.findall(text))


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_the_worked_example_runs(page):
    source = "\n".join(FENCE.findall(page.read_text(encoding="utf-8")))
    test = doctest.DocTestParser().get_doctest(source, {}, page.stem, str(page), 0)
    said: list[str] = []
    doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(test, out=said.append)
    assert not said, "".join(said)
