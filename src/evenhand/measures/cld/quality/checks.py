"""What is looked for: each check, the ways in which a row that fails it can be mended, and the figures it touches."""

from __future__ import annotations

from dataclasses import dataclass

Figure = tuple[str, str]  # measure and part

CLIENTS: tuple[Figure, ...] = (("3D", "1a"), ("3D", "2a"))
CARERS: tuple[Figure, ...] = (("3D", "1b"), ("3D", "2b"))
HOME: tuple[Figure, ...] = (("2E", "1"), ("2E", "2a"), ("2E", "2b"))
ADMITTED: tuple[Figure, ...] = (("2B", ""), ("2C", ""))
SHORT: tuple[Figure, ...] = (("2A", ""),)
FIGURES: tuple[Figure, ...] = (
    ("2A", ""), ("2B", ""), ("2C", ""), ("2E", "1"), ("2E", "2a"), ("2E", "2b"), ("3D", "1a"), ("3D", "1b"),
    ("3D", "2a"), ("3D", "2b"),
)  # fmt: skip
RATES = ("2B", "2C")

# A person with more care-home rows without a component than this is taken to count in any way: the ways double a row.
MOST_ROWS = 3


@dataclass(frozen=True)
class Check:
    """One check whose effect is worked out.

    noun: what is counted, one and many. field: the key of the field to mend. ways: how it can be mended, by key, in
    words. figures: those that can move. as_now: whether the row may also be right as it stands. rebuild: whether a
    mended row changes what is known of the person, so that the person's details are put together again. by_spell:
    whether each spell of 2A is mended on its own.
    """

    key: str
    noun: tuple[str, str]
    field: str
    rule: str
    ways: dict[str, str]
    figures: tuple[Figure, ...]
    mend: str
    as_now: bool = False
    rebuild: bool = False
    by_spell: bool = False

    def counted(self, number: int) -> str:
        """ "41 community services without a delivery mechanism"."""
        return f"{number:,} {self.noun[0] if number == 1 else self.noun[1]}"


CHECKS = (
    Check(
        "mechanism_community",
        ("community service on the last day without a delivery mechanism",
         "community services on the last day without a delivery mechanism"),
        "mechanism",
        "The delivery mechanism of long-term community support is blank or not on the list. It is not mandatory, and "
        "yet the figure counts such a person as having no personal budget.",
        {"direct": "a direct payment", "commissioned": "support that the council commissions"},
        CLIENTS,
        "Fill the delivery mechanism of these services.",
    ),
    Check(
        "mechanism_carer",
        ("service for an unpaid carer without a delivery mechanism",
         "services for unpaid carers without a delivery mechanism"),
        "mechanism",
        "The delivery mechanism of support direct to an unpaid carer is blank or not on the list. Such a carer is left "
        "out of the figure.",
        {"direct": "a direct payment", "commissioned": "support that the council commissions"},
        CARERS,
        "Fill the delivery mechanism of these services.",
    ),
    Check(
        "component_carer",
        ("service for an unpaid carer with a blank component", "services for unpaid carers with a blank component"),
        "component",
        "The service component of support direct to an unpaid carer is blank. The official code passes over such a row "
        "unless its mechanism is a direct payment.",
        {"direct": "the component is a direct payment", "other": "the component is any other"},
        CARERS,
        "Fill the service component. It is mandatory.",
    ),
    Check(
        "component_home",
        ("care home service without a component", "care home services without a component"),
        "component",
        "The service component of a nursing or residential service is blank or not on the list. The official code "
        "passes over such a row, as an admission and as an earlier stay.",
        {"long": "long-term care in a home", "short": "a short stay"},
        ADMITTED,
        "Fill the service component. It is mandatory.",
    ),
    Check(
        "birth_unknown",
        ("person without a date of birth", "people without a date of birth"),
        "birth",
        "No row says when the person was born. Unknown ages are in the totals of 2A and 3D and in no figure of 2B, 2C "
        "and 2E.",
        {"child": "under 18", "younger": "18 to 64", "older": "65 or over"},
        FIGURES,
        "Fill the date of birth.",
    ),
    Check(
        "births_differ",
        ("person with different dates of birth", "people with different dates of birth"),
        "birth",
        "Rows of one person give different months of birth. The one in the latest submission is used, and of several "
        "the earliest.",
        {"first": "the earliest of them", "last": "the latest of them"},
        FIGURES,
        "Find the right date of birth and give it on every row.",
        as_now=True,
    ),
    Check(
        "accommodation_unknown",
        ("person with long-term support whose accommodation is not known",
         "people with long-term support whose accommodation is not known"),
        "accommodation",
        "The accommodation status is blank, unknown or not on the list, or rows contradict each other. It is then "
        "presumed from the service, or counted as not settled.",
        {"settled": "a settled home", "not": "not a settled home"},
        HOME,
        "Fill the accommodation status with where the person lives.",
    ),
    Check(
        "reason_unknown",
        ("person with long-term support whose primary support reason is not known",
         "people with long-term support whose primary support reason is not known"),
        "psr",
        "The primary support reason is blank, unknown or not on the list, or rows contradict each other. Such a person "
        "is not taken to have a learning disability.",
        {"learning": "learning disability support", "other": "another reason"},
        (("2E", "1"),),
        "Fill the primary support reason.",
    ),
    Check(
        "client_unknown",
        ("event with a client type that is blank or not on the list",
         "events with a client type that is blank or not on the list"),
        "client",
        "The client type is blank or not on the list. Such rows are in no figure. All such rows of one person are "
        "taken to be of the same type.",
        {"user": "a service user", "carer": "an unpaid carer"},
        FIGURES,
        "Give the client type in the words of the specification.",
    ),
    Check(
        "outcome_reablement",
        ("short-term service without an outcome", "short-term services without an outcome"),
        "outcome",
        "The outcome of support to maximise independence is blank or not on the list. Where nothing else tells what "
        "followed, the spell is left out.",
        {"best": "the outcome that counts most readily", "hospital": "admitted to hospital"},
        SHORT,
        "Fill the event outcome.",
        by_spell=True,
    ),
    Check(
        "end_before_start",
        ("event that ends before it starts", "events that end before they start"),
        "end",
        "The end date comes before the start date. 2A, 2E and 3D leave such rows out; 2B and 2C do not.",
        {"open": "it has not ended", "day": "it ended on the day it started", "last": "it ended on the last day of "
         "the period"},
        FIGURES,
        "Put the dates right.",
        rebuild=True,
    ),
    Check(
        "cropped",
        ("service that the next submission no longer shows", "services that the next submission no longer shows"),
        "end",
        "A service was open in one submission and is absent from the next. The official method takes it to have ended "
        "on the last day of the earlier one.",
        {"on": "it went on"},
        FIGURES,
        "Give the end date, or put the service back.",
        as_now=True,
        rebuild=True,
    ),
    Check(
        "split_person",
        ("person who appears twice: with an NHS number, and without", "people who appear twice: with an NHS number, "
         "and without"),
        "nhs",
        "One council id stands on rows with an NHS number and on rows without. The official method makes two people.",
        {"one": "one person"},
        FIGURES,
        "Give the NHS number on every row of the person.",
        as_now=True,
        rebuild=True,
    ),
    Check(
        "no_person_id",
        ("row without an NHS number and without the council's own id",
         "rows without an NHS number and without the council's own id"),
        "la_person",
        "Such rows are dropped before anything is counted, because nobody can tell whose they are.",
        {"own": "each is a person of its own"},
        FIGURES,
        "Give the council's own id, and the NHS number where it is known.",
        as_now=True,
        rebuild=True,
    ),
)  # fmt: skip
BY_KEY = {check.key: check for check in CHECKS}
BIT = {check.key: 1 << place for place, check in enumerate(CHECKS)}


@dataclass(frozen=True)
class Way:
    """One way to mend the rows of one check. rows: the least number of rows that a person must have for it to differ.

    mask: of a person's rows, by place, those that are the first way and not the second (component_home only).
    """

    number: int
    check: Check
    key: str
    rows: int = 0
    mask: int = 0


def _ways() -> tuple[Way, ...]:
    out: list[Way] = []
    for check in CHECKS:
        if check.key == "component_home":
            out += [Way(len(out) + mask, check, "mixed", mask.bit_length(), mask) for mask in range(1 << MOST_ROWS)]
        else:
            out += [Way(len(out) + place, check, key) for place, key in enumerate(check.ways)]
    return tuple(out)


WAYS = _ways()
