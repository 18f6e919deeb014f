"""The words beside the simulated tables: notes, breaks and descriptions, in our own words and marked as simulated."""

from __future__ import annotations

import polars as pl

from evenhand.edition.sample.surveys import QUESTIONS
from evenhand.sources.model import COMPARABILITY, MEASURE, NOTE

NEW, OLD = "ascof2023/", "ascof2011/"
SIMULATED = "Simulated: every figure of this table is invented, and so is every council in it."

# Item of today -> what it measures, the collection, the start of its series, its code before 2023-24.
MEASURES: dict[str, tuple[str, str, str, str | None]] = {
    "1A": ("Social care-related quality of life score", "user survey", "2015-16", "1A"),
    "1B": ("Adjusted social care-related quality of life", "user survey", "2016-17", "1J"),
    "1C": ("Carer-reported quality of life score", "carer survey", "2016-17", "1D"),
    "1D": ("People who use services who are satisfied with them", "user survey", "2015-16", "3A"),
    "1E": ("Carers who are satisfied with social services", "carer survey", "2016-17", "3B"),
    "2A": ("People with no long-term support after reablement", "client-level data", "2024-25", "2D"),
    "2B": ("Moves into care homes, 18 to 64", "client-level data", "2024-25", "2A(1)"),
    "2C": ("Moves into care homes, 65 and over", "client-level data", "2024-25", "2A(2)"),
    "2D(1)": ("Older people at home after reablement", "client-level data", "2024-25", "2B(1)"),
    "2D(2)": ("Older people who got reablement after hospital", "client-level data", "2024-25", "2B(2)"),
    "2E(1)": ("People with a learning disability at home or with family", "client-level data", "2024-25", "1G"),
    "2E(2a)": ("People of 18 to 64 with support at home or with family", "client-level data", "2024-25", None),
    "2E(2b)": ("People of 65 and over with support at home or with family", "client-level data", "2024-25", None),
    "3A": ("People who use services who have control over daily life", "user survey", "2015-16", "1B"),
    "3B": ("Carers who are included in discussions", "carer survey", "2016-17", "3C"),
    "3C(1)": ("Users who find it easy to find information", "user survey", "2015-16", "3D(1)"),
    "3C(2)": ("Carers who find it easy to find information", "carer survey", "2016-17", "3D(2)"),
    "3D(1a)": ("People with self-directed support", "client-level data", "2024-25", "1C(1A)"),
    "3D(2a)": ("People with a direct payment", "client-level data", "2024-25", "1C(2A)"),
    "4A": ("People who use services who feel safe", "user survey", "2015-16", "4A"),
    "4B": ("Safeguarding enquiries that lowered the risk", "safeguarding collection", "2023-24", None),
    "5A(1)": ("Users with as much social contact as they like", "user survey", "2015-16", "1I(1)"),
    "5A(2)": ("Carers with as much social contact as they like", "carer survey", "2016-17", "1I(2)"),
    "6A": ("Staff of care providers who leave in the year", "workforce data", "2023-24", None),
    "6B": ("Residential care rated good or outstanding", "inspection ratings", "2023-24", None),
}
FROM_RECORDS = [code for code, (_, source, _, _) in MEASURES.items() if source == "client-level data"]
SURVEYED = [q.code for q in QUESTIONS]
CARERS = [q.code for q in QUESTIONS if q.carers]
USERS = [q.code for q in QUESTIONS if not q.carers]


def _items(codes: list[str]) -> list[str]:
    return [f"{NEW}{c}" for c in codes]


def _notes(*rows: tuple[str, list[str]]) -> pl.DataFrame:
    numbered = [(f"note {n}", text, items) for n, (text, items) in enumerate(rows, 1)]
    return pl.DataFrame(numbered, schema=NOTE, orient="row")


def framework_measures() -> pl.DataFrame:
    """What the simulated contents page says of each measure."""
    rows = [
        (f"{NEW}{code}", f"{text} (simulated)", f"simulated {source}", start, f"{OLD}{old}" if old else None)
        for code, (text, source, start, old) in MEASURES.items()
    ]
    return pl.DataFrame(rows, schema=MEASURE, orient="row")


def framework_notes() -> pl.DataFrame:
    """The notes to the framework of 2024-25."""
    return _notes(
        (SIMULATED, _items(list(MEASURES))),
        ("The margin of error is half of the 95% interval of a survey figure.", _items(SURVEYED)),
        ("In 2020-21 the user survey was voluntary: 18 councils took part, and there is no figure for the country, its "
         "regions or types.", _items(USERS)),
        ("The carer survey is run every other year; other years are not applicable.", _items(CARERS)),
        ("Where a numerator or denominator is 1 to 4, both are suppressed. Nought is printed. Counts for the country, "
         "types and regions are rounded to the nearest 5.", _items(FROM_RECORDS)),
        ("Nearly everyone with long-term support in the community should have a personal budget. Low figures are more "
         "likely to come from records than from practice.", _items(["3D(1a)"])),
        ("One council did not send client-level data for direct payments, and counts for nothing in the totals.",
         _items(["3D(1a)", "3D(2a)"])),
        ("All counts are rounded to the nearest 5.", _items(["4B"])),
    )  # fmt: skip


def framework_breaks() -> pl.DataFrame:
    """The log of comparability: breaks with client-level data, new codes in 2023-24, cautions."""
    rows: list[tuple[str | None, str | None, str, str, str]] = []
    for code, (_, source, start, old) in MEASURES.items():
        before = f"{OLD}{old}" if old else None
        if source == "client-level data":
            rows.append((f"{NEW}{code}", before, "2024-25", "break",
                         f"Simulated: {code} is counted from client-level data from 2024-25, with another method, and "
                         "cannot be compared with earlier years."))  # fmt: skip
        if old and old != code:
            rows.append((f"{NEW}{code}", before, "2023-24", "rename", f"Simulated: {old} was renamed {code}."))
        if code in USERS:
            rows.append((f"{NEW}{code}", before, "2020-21", "caution",
                         "Simulated: the survey was voluntary and 18 councils took part."))  # fmt: skip
        if code in CARERS and start == "2016-17":
            rows.append((f"{NEW}{code}", before, "2016-17", "caution",
                         "Simulated: from this year carers without an assessment were asked too."))  # fmt: skip
    rows.append((None, f"{OLD}4B", "2023-24", "break", "Simulated: this measure was removed from the framework."))
    return pl.DataFrame(rows, schema=COMPARABILITY, orient="row")


def return_notes() -> pl.DataFrame:
    """The notes to the framework's return of 2020-21."""
    items = [f"{OLD}{c}" for c in ("1C(1A)", "1C(2A)", "1C(1B)", "1C(2B)")]
    return _notes(
        (SIMULATED, items),
        ("Users are counted on 31 March, carers in the year. One council sent no return.", items),
    )


def activity_notes() -> pl.DataFrame:
    """The notes to council activity."""
    return _notes(
        (SIMULATED, ["dp_clients"]),
        ("Counts are rounded to the nearest 5; 1 to 4 is suppressed; the country includes councils whose figure is "
         "missing.", ["dp_clients"]),
    )  # fmt: skip


def activity_breaks() -> pl.DataFrame:
    """The break of the activity series."""
    text = "Simulated: to 2010-11 direct payments and personal budgets are counted, from 2011-12 direct payments."
    row = ("dp_clients", "dp_clients", "2011-12", "break", text)
    return pl.DataFrame([row], schema=COMPARABILITY, orient="row")


def spending_notes() -> pl.DataFrame:
    """The notes to the finance returns."""
    item = ["gross_current_expenditure"]
    return _notes((SIMULATED, item), ("Money and people are counted in different returns: do not divide them.", item))
