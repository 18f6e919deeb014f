"""Every type of page over the edition of the publishers' real files, as on a phone: no barrier, nothing sideways.

The promises are kept on invented figures in ``test_every_page``. Real names are longer, and real files have more notes.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from evenhand.edition.read import open_current
from tests.journeys.conftest import PHONE, visiting
from tests.journeys.every_page import EVERY, Examples, PageType

pytestmark = [pytest.mark.browser, pytest.mark.official]


@pytest.fixture(scope="session")
def real_examples(real_home: Path) -> Examples:
    return Examples.of(open_current(real_home))


@pytest.mark.parametrize("kind", EVERY, ids=lambda k: k.name)
def test_a_page_of_real_figures_has_no_barrier_and_fits_a_phone(
    browser: Browser, real_site: str, real_examples: Examples, kind: PageType
) -> None:
    with visiting(browser, real_site, PHONE) as visit:
        answer = visit.page.goto(real_site + kind.address(real_examples))
        assert answer
        assert answer.status == kind.status
        visit.faults = [f for f in visit.faults if str(kind.status) not in f]
        assert visit.sideways() == 0
        assert not visit.barriers()
