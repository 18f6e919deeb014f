"""The private half is open, and what a test commits is emptied after it."""

from __future__ import annotations

import pytest
from pytest_django.fixtures import Settings

from tests.site.assessing.flushing import assessments_can_be_emptied  # noqa: F401
from tests.site.audit.flushing import audit_can_be_emptied  # noqa: F401


@pytest.fixture(autouse=True)
def records_open(settings: Settings) -> None:
    """Without this every address of the private half answers 404."""
    settings.RECORDS = True
