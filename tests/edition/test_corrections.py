"""A publisher's note may correct a publisher's symbol: missing is not suppressed."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from evenhand.edition.assemble import Assembler
from evenhand.edition.corrections import said_missing
from evenhand.facts.register import Register
from evenhand.measures.definition import load_all
from evenhand.sources.model import NOTE
from tests.edition.tables import direct_payments, kept, result

ITEM = "ascof2023/3D(2a)"
DP = next(m for m in load_all() if m.id == "ascof-3d-2a")


def noted(text: str) -> list:  # type: ignore[type-arg]
    notes = pl.DataFrame([("note 13", text, [ITEM])], schema=NOTE, orient="row")
    made = replace(result("ascof/2024-25", direct_payments()), notes=notes)
    return [(kept(made), made)]


def test_a_council_that_a_note_says_has_missing_data_is_missing_and_not_suppressed(tiny: Register) -> None:
    loaded = noted("Dunmere and Ashvale are missing data for metric 3d(2a).")
    found = said_missing(loaded, tiny)
    rows = Assembler(loaded[0][1].observations, tiny, found).rows(DP)
    by = {r["area"]: r for r in rows.to_dicts()}
    assert (by["dunmere"]["status"], by["dunmere"]["value"]) == ("missing", None)
    assert "note 13" in by["dunmere"]["reason"]
    # A council with a printed figure keeps it, whatever a note says of it.
    assert (by["ashvale"]["status"], by["ashvale"]["value"]) == ("published", 15.0)


@pytest.mark.parametrize("text", ["Dunmere rounded its figures.", "Dunmeresea has missing data."])
def test_other_notes_and_longer_names_correct_nothing(tiny: Register, text: str) -> None:
    assert said_missing(noted(text), tiny) == {}


def test_only_councils_that_stood_then_are_looked_for(tiny: Register) -> None:
    assert said_missing(noted("Thornshire has missing data."), tiny) == {}
