"""Which of their headings is which of our fields, and which of their values is which of our answers: a first guess.

A guess only fills a form in. Nothing is imported by a guess that nobody has seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from rapidfuzz.fuzz import ratio

from evenhand.site.people.importing.fields import Field

NEAR = 84.0  # likeness of two spellings, 0 to 100, from which one is guessed
SPELLINGS = {
    "yes": ("y", "true", "t", "1", "yes", "eligible"), "no": ("n", "false", "f", "0", "no", "noteligible"),
    "adult": ("adult", "serviceuser", "client", "adultneeds", "needsassessment", "a"),
    "carer": ("carer", "unpaidcarer", "carersassessment", "c"), "both": ("adultandcarer", "carerandadult"),
    "phone": ("telephone", "tel", "call", "mobile", "phone"), "text": ("sms", "textmessage"), "email": ("mail",),
    "letter": ("post", "letter", "written"), "visit": ("inperson", "facetoface", "homevisit"),
    "unknown": ("unknown", "notknown", "nk", "notrecorded"), "light": ("light", "proportionate", "short"),
    "full": ("full", "comprehensive"),
}  # fmt: skip


def spelt(text: str) -> str:
    """A heading or value without case, spaces and punctuation."""
    return re.sub(r"[^\w]|_", "", text.casefold())


def columns(ours: Mapping[str, Field], headings: list[str], saved: Mapping[str, str]) -> dict[str, int]:
    """The column (from 0) of each field that can be guessed; no column twice.

    saved: our field -> their heading, as it was the last time. Then headings that say it plainly, then the nearest.
    """
    by_spelling = {spelt(heading): number for number, heading in enumerate(headings)}
    found: dict[str, int] = {}
    for key in ours:
        if (number := by_spelling.get(spelt(saved.get(key, "")))) is not None:
            found[key] = number
    for key, field in ours.items():
        for alias in (*field.aliases, spelt(field.label)):
            number = by_spelling.get(alias)
            if key not in found and number is not None and number not in found.values():
                found[key] = number
    for key, field in ours.items():
        if key in found or saved:  # a saved mapping has said already that the file lacks the others
            continue
        near = [
            (ratio(alias, spelling), number)
            for alias in field.aliases if len(alias) > 4
            for spelling, number in by_spelling.items() if number not in found.values()
        ]  # fmt: skip
        if near and max(near)[0] >= NEAR:
            found[key] = max(near)[1]
    return found


def values(codes: Mapping[str, str], theirs: Iterable[str], saved: Mapping[str, str]) -> dict[str, str]:
    """Our code for each of their values that can be guessed. saved: their value -> our code, as it was last time."""
    plain = {spelt(text): code for code, text in codes.items()} | {spelt(code): code for code in codes}
    plain |= {word: code for code in codes for word in SPELLINGS.get(code, ())}
    found: dict[str, str] = {}
    for value in theirs:
        known = saved.get(value)
        code = known if known in codes else plain.get(spelt(value)) or _nearest(codes, value)
        if code:
            found[value] = code
    return found


def _nearest(codes: Mapping[str, str], value: str) -> str:
    near = max(((ratio(spelt(text), spelt(value)), code) for code, text in codes.items()), default=(0.0, ""))
    return near[1] if near[0] >= NEAR else ""
