"""Pages for requests that are refused before any page is drawn: plain, fixed words, and nothing of what was asked."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static

_PAGE = """<!DOCTYPE html>
<html lang="en-GB" class="govuk-template"><head><meta charset="utf-8"><title>{title} – Evenhand</title>
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<link rel="stylesheet" href="{style}"><link rel="icon" href="{icon}" type="image/svg+xml"></head>
<body class="govuk-template__body"><div class="govuk-width-container">
<main class="govuk-main-wrapper" id="main-content"><h1 class="govuk-heading-l">{title}</h1>
<p class="govuk-body">{do}</p>
<p class="govuk-body"><a class="govuk-link" href="/">Go to the home page</a></p></main></div></body></html>
"""


def refusal(status: int, title: str, do: str) -> HttpResponse:
    """A page with a heading and what to do. Both must be fixed words: nothing here is escaped."""
    files = {"style": static("design/evenhand.css"), "icon": static("design/evenhand.svg")}
    return HttpResponse(_PAGE.format(title=title, do=do, **files), status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for a request that makes no sense: a host that is not ours, or parameters beyond counting."""
    return refusal(400, "This request cannot be answered", "Open the site at its own address.")
