"""Forms as a browser fills them in: what a page holds is sent back with what was typed."""

from __future__ import annotations

import html
import re
from typing import Any

from django.test import Client

_HIDDEN = re.compile(r'<input type="hidden" name="(once|version)" value="([^"]*)">')


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of a page's form."""
    return dict(_HIDDEN.findall(page))


def text(answer: Any) -> str:
    """The page as people read it, without tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def fill(client: Client, address: str, **typed: Any) -> Any:
    """Open a page and send its form with what was typed."""
    opened = client.get(address)
    assert opened.status_code == 200, (address, opened.status_code, text(opened)[:300])
    return client.post(address, hidden(opened.content.decode()) | typed)
