"""How a page of comparisons is read."""

from __future__ import annotations

import re
from html import unescape

HEADLINE = "ascof-3d-2a"


def text(html: bytes) -> str:
    """A page as it is read: no tags, single spaces."""
    body = re.sub(r"<svg.*?</svg>", " ", html.decode(), flags=re.S)
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)))


def chosen(html: bytes) -> list[str]:
    """The councils that a page keeps: those with a link to remove them."""
    return re.findall(r"Remove<span class=\"govuk-visually-hidden\"> (.*?)</span>", html.decode())
