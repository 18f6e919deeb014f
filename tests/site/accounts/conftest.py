"""The private half is open in these tests, and passwords are hashed quickly."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from pytest_django.fixtures import Settings

PASSWORD = "seven green kettles sing"  # of everybody invented here


@pytest.fixture(autouse=True)
def records_open(settings: Settings) -> None:
    """Without this every address of the private half answers 404."""
    settings.RECORDS = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    cache.clear()  # what one test spent of a limit must not slow the next


@pytest.fixture
def password() -> str:
    """A password that every rule accepts."""
    return PASSWORD
