"""How tests ask pages: a form is opened, its hidden fields are sent back with the answers."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client


def opened(client: Client, address: str) -> str:
    """The page, which must open."""
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code, answer.content.decode()[:3000])
    return answer.content.decode()


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of the first form that carries a token, as a browser would send them."""
    found = dict(re.findall(r'<input type="hidden" name="(once|version|gone_version)" value="([^"]*)"', page))
    assert found.get("once"), "the page has no form with a token"
    return found


def sent(client: Client, address: str, answers: dict[str, Any], page: str = "") -> Any:
    """The answer to the page's form, filled in with these answers."""
    return client.post(address, hidden(page or opened(client, address)) | answers)
