"""Where a publisher's own note corrects a publisher's own symbol.

ASCOF 2024-25 prints ``[c]``, suppressed, for councils that sent no data on reablement; its notes 13 and 14 name those
councils and say that the data are missing. Missing and suppressed are different things, so the note is believed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from evenhand.edition.library import Kept
from evenhand.facts.register import Register, period_end
from evenhand.sources.model import ReadResult

Corrections = dict[tuple[str, str, str], str]  # item, period, area -> the reason to give


def said_missing(loaded: Sequence[tuple[Kept, ReadResult]], register: Register) -> Corrections:
    """Items and councils that a note of the same file says have missing data, in the file's newest period."""
    out: Corrections = {}
    for _, result in loaded:
        if result.notes.is_empty() or not result.periods:
            continue
        period = max(result.periods, key=period_end)
        for label, text, items in result.notes.select("note", "text", "items").iter_rows():
            if "missing data" not in text:
                continue
            for council in register.councils(period_end(period)):
                if re.search(rf"\b{re.escape(council.name)}\b", text):
                    reason = f"The publisher's {label} says that this council's data are missing."
                    out |= {(item, period, council.id): reason for item in items}
    return out
