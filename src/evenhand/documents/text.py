"""Text from strangers: publishers' files name councils, and a name may hold a formula, a tag or an escape code.

Three dangers, three treatments. Control characters (they can drive a terminal, and XML forbids them) become the
replacement character. Mark-up is escaped where HTML or SVG is written. A cell that a spreadsheet would run as a
formula is guarded in CSV with one apostrophe (OWASP, "CSV Injection"); in ODS and XLSX it is written as a string,
which is never run, and needs no guard.
"""

from __future__ import annotations

import html
import re

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\u202a-\u202e\u2066-\u2069]")
_RUNS = re.compile(r"^'*\s*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")


def clean(text: str) -> str:
    """Text without control characters or direction overrides (tab and line ends stay)."""
    return _CONTROL.sub("\ufffd", text)


def one_line(text: str) -> str:
    """Clean text on one line: every run of white space is one space."""
    return " ".join(clean(text).split())


def escape(text: str) -> str:
    """Clean text, safe between tags and inside quoted attributes of HTML and SVG."""
    return html.escape(clean(text), quote=True)


def guard(text: str) -> str:
    """The text as a CSV cell that no spreadsheet runs: one apostrophe goes before anything that could be a formula.

    Guarded are texts that begin, after any apostrophes and white space, with = + - @ (or their full-width forms), a
    tab or a line end. Text that already begins with an apostrophe and then such a mark gets one more, so that
    ``unguard(guard(text)) == text`` for every text.

    >>> guard("=1+1"), guard("Ashvale"), guard("'=1")
    ("'=1+1", 'Ashvale', "''=1")
    """
    return f"'{text}" if _RUNS.match(text) else text


def unguard(text: str) -> str:
    """The text before ``guard``."""
    return text[1:] if text.startswith("'") and _RUNS.match(text[1:]) else text
