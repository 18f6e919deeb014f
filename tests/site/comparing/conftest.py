"""A visitor to the comparison pages over the simulated England, and councils to compare."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from evenhand.edition.read import Edition
from evenhand.facts.register import period_end


@pytest.fixture
def page(client: Client, settings: Settings, sample_home: Path) -> Client:
    """A visitor to the site over the simulated edition."""
    settings.EVENHAND_HOME = sample_home
    return client


@pytest.fixture(scope="module")
def ids(sample: Edition) -> list[str]:
    """Councils that stand today, by name."""
    standing = sample.areas().filter((sample.areas()["level"] == "council") & sample.areas()["standing"])
    return standing.sort("name")["slug"].to_list()


@pytest.fixture(scope="module")
def gone(sample: Edition) -> str:
    """A council that has ended."""
    return next(c.id for c in sample.register.all if c.valid_to)


@pytest.fixture(scope="module")
def day(sample: Edition) -> date:
    return period_end(sample.about["newest_period"])
