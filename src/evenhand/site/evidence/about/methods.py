"""The methods' own pages, drawn from the project's documentation where that stands beside the program."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import evenhand

NAME = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")
# In the order in which a reader meets them; a page that is not named here comes after these.
ORDER = (
    "intervals", "funnel", "over-dispersion", "rank-intervals", "variation", "peers", "annual-trend",
    "process-behaviour-chart", "frontier", "money-and-outcomes", "who-could-be-first", "words",
)  # fmt: skip
CLASSES = {
    "h2": "govuk-heading-m", "h3": "govuk-heading-s", "h4": "govuk-heading-s", "p": "govuk-body",
    "ul": "govuk-list govuk-list--bullet", "ol": "govuk-list govuk-list--number", "a": "govuk-link",
    "table": "govuk-table evenhand-table", "thead": "govuk-table__head", "tbody": "govuk-table__body",
    "tr": "govuk-table__row", "th": "govuk-table__header", "td": "govuk-table__cell",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Method:
    """One page: its address, its title, its first sentence and the HTML below the title."""

    slug: str
    title: str
    first: str
    html: str


def folder() -> Path | None:
    """The documentation's folder of methods, in a checkout; None where the program was installed without it."""
    found = Path(evenhand.__file__).resolve().parents[2] / "docs" / "methods"
    return found if found.is_dir() else None


def pages() -> tuple[Method, ...]:
    """Every method's page, in reading order; empty where the documentation is not there."""
    place = folder()
    return _pages(place) if place else ()


@lru_cache(maxsize=2)
def _pages(place: Path) -> tuple[Method, ...]:
    # Read once a process: documentation changes with the program, not while it runs.
    at = {slug: i for i, slug in enumerate(ORDER)}
    found = [p for p in place.glob("*.md") if NAME.match(p.stem)]
    found.sort(key=lambda p: (at.get(p.stem, len(at)), p.stem))
    return tuple(method(p.stem, p.read_text(encoding="utf-8")) for p in found)


def method(slug: str, text: str) -> Method:
    """One Markdown text as a page: CommonMark and tables; HTML in it is printed, never obeyed."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(text)
    title, first = slug.replace("-", " ").capitalize(), ""
    if tokens and tokens[0].type == "heading_open" and tokens[0].tag == "h1":
        title = tokens[1].content
        tokens = tokens[3:]
    for i, token in enumerate(tokens):
        if token.type == "paragraph_open" and not first:
            first = _plain(tokens[i + 1].content)
        if token.tag in CLASSES and token.nesting == 1:
            token.attrJoin("class", CLASSES[token.tag])
        for child in token.children or []:
            if child.type == "link_open":
                child.attrJoin("class", CLASSES["a"])
                child.attrSet("href", address(str(child.attrGet("href") or "")))
        if token.type == "th_open":
            token.attrSet("scope", "col")
    html = parser.renderer.render(tokens, parser.options, {})
    html = html.replace("<pre>", '<pre tabindex="0">')
    # A wide table scrolls in its own box; tables of these pages have a column heading and no caption of their own.
    html = html.replace(
        "<table ", f'<div class="evenhand-scroll" role="region" tabindex="0" aria-label="{_attr(title)}">\n<table '
    )
    return Method(slug, title, first, html.replace("</table>", "</table>\n</div>"))


def address(link: str) -> str:
    """Where a link of the documentation leads on this site: ``funnel.md#x`` to ``/methods/funnel/#x``."""
    found = re.fullmatch(r"(?:\./)?([a-z0-9-]+)\.md(#[\w-]+)?", link)
    return f"/methods/{found[1]}/{found[2] or ''}" if found else link


def _plain(text: str) -> str:
    """The first sentence of a paragraph without Markdown's marks."""
    bare = re.sub(r"[*`]|\[([^\]]*)\]\([^)]*\)", lambda m: m[1] or "", text)
    return re.split(r"(?<=[.?!])\s", bare, maxsplit=1)[0]


def _attr(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
