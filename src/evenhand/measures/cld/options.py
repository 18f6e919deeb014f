"""Named quirks of the official method (CLD.md 5.10): which can be turned, what each does, and which cannot and why.

The defaults are the official behaviour, but for one: a figure of nobody is left empty, where official tables print 0.
An option is here only if it changes a figure; a quirk that nothing here could change is in ALWAYS, and asking for it is
an error that says why.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Self

from evenhand.facts.errors import EvenhandError


@dataclass(frozen=True)
class Options:
    """How the measures are worked out. Every field is one of the named options, in lower case; SAID says what it does.

    A switch that is True follows the official code; False gives what its prose, or common sense, would have. Only
    ``zero_when_empty`` and ``cost_sql_decimal`` are False unless asked for.
    """

    death_on_start_stays_open: bool = True
    drop_no_person_id: bool = True
    raw_keys: bool = True
    crop_missing_next: bool = True
    age_365_25: bool = True
    death_sticky: bool = True
    m2a_new_client_days: int = 91
    m2a_cluster_gap: int = 7
    m2a_window: int = 7
    m2a_future_event_blocks_own: bool = True
    m2bc_null_component: str = "exclude"  # or "admit_null"
    m2bc_return_days: int = 365
    m2d_area_mismatch: bool = True
    sus_null_code_excludes: bool = True
    m2e_unknown_accom_in_denom: bool = True
    m2e_age_at_last_service: bool = True
    m3d_event_type_not_tested: bool = True
    m3d_carer_null_component: str = "vanish"  # or "treat_null_as_not_dp"
    lts_no_dp_component: bool = True
    chain_lag_not_max: bool = True
    lts001c_strict: bool = True
    lts004_latest_cross_la: bool = True
    lts_age_row_level: bool = True
    zero_when_empty: bool = False
    cost_sql_decimal: bool = False

    @classmethod
    def named(cls, given: dict[str, str]) -> Self:
        """Options from NAME=VALUE as a person types them.

        Raises EvenhandError naming what is not an option, what is none because it is always so, or a value that the
        option does not take.
        """
        out = cls()
        known = {official_name(field.name): field for field in fields(cls)}
        known |= {field.name.upper(): field for field in fields(cls)}
        for name, text in given.items():
            asked = name.strip().upper()
            if asked in ALWAYS:
                raise EvenhandError(f"{asked} cannot be turned. {ALWAYS[asked]}", do="Leave it out.")
            field = known.get(asked)
            if field is None:
                raise EvenhandError(f"There is no option {name}.", do="The methods pages list the options by name.")
            out = replace(out, **{field.name: _value(name, field.name, text, getattr(out, field.name))})
        return out


def official_name(field: str) -> str:
    """The name as the specification writes it: "m2a_window" is "2A_WINDOW"."""
    return (field[1:] if field[0] == "m" and field[1].isdigit() else field).upper()


CHOICES = {
    "m2bc_null_component": ("exclude", "admit_null"),
    "m3d_carer_null_component": ("vanish", "treat_null_as_not_dp"),
}

# By field: what happens by the official method, and what happens instead.
SAID: dict[str, tuple[str, str]] = {
    "death_on_start_stays_open": (
        "An open service that starts on the day of death stays open.", "It ends that day.",
    ),
    "drop_no_person_id": (
        "A row with neither an NHS number nor the council's own id is left out.",
        "Such rows of a council are kept, as one person.",
    ),
    "raw_keys": (
        "Events are told apart by the words submitted, so that one event in Release 1 and in Release 2 words is two.",
        "They are told apart by the listed values that the words stand for.",
    ),
    "crop_missing_next": (
        "A service that the next submission no longer holds ended with the last day of the one before.",
        "It keeps its own end, or stays open.",
    ),
    "age_365_25": (
        "Ages are days from the first of the birth month over 365.25: a year short on some firsts of a month.",
        "Ages are by the calendar, from the first of the birth month. (The day of birth is not kept.)",
    ),
    "death_sticky": (
        "A date of death once submitted stands, though later submissions leave it blank.",
        "The latest submission's word stands, even where it is blank.",
    ),
    "m2a_new_client_days": (
        "Somebody is new to support after 91 days without long-term support.", "After so many days.",
    ),
    "m2a_cluster_gap": ("Services no more than 7 days apart are one spell.", "No more than so many days."),
    "m2a_window": ("What begins within 7 days of the end follows the spell.", "Within so many days."),
    "m2a_future_event_blocks_own": (
        "Where events follow that all do not count, the outcome of the spell itself is passed over at first.",
        "The outcome of the spell itself always counts.",
    ),
    "m2bc_null_component": (
        "`exclude`: a care home service with a blank component is passed over, as an admission and as an earlier stay.",
        "`admit_null`: it counts as both.",
    ),
    "m2bc_return_days": ("Who was in a care home less than 365 days before is not new.", "Less than so many days."),
    "m2d_area_mismatch": (
        "Spells count for the council that gives reablement, discharges for the council of residence.",
        "Both count for the council of residence.",
    ),
    "sus_null_code_excludes": (
        "A discharge with a blank code (method, destination or treatment) is left out.", "It is kept.",
    ),
    "m2e_unknown_accom_in_denom": (
        "People of unknown accommodation stay in the denominator.", "They are in neither count.",
    ),
    "m2e_age_at_last_service": (
        "The age is that on the last day of support in the period.", "The age is that on the period's last day.",
    ),
    "m3d_event_type_not_tested": (
        "Any event that carries a long-term service counts, so that a review with one does.", "Only services count.",
    ),
    "m3d_carer_null_component": (
        "`vanish`: a carer's service with a blank component counts only if it is a direct payment.",
        "`treat_null_as_not_dp`: it counts by who holds the money.",
    ),
    "lts_no_dp_component": (
        "In LTS001 a direct payment as component counts for nothing.", "It makes the service a direct payment.",
    ),
    "chain_lag_not_max": (
        "Only the row just before carries a chain of LTS001c on, so that a short service within a long one breaks it.",
        "Any earlier row does.",
    ),
    "lts001c_strict": (
        "A chain of LTS001c must have begun before the day a year earlier.", "It may have begun on that day.",
    ),
    "lts004_latest_cross_la": (
        "In LTS004 somebody known to two councils counts only where their latest service started.",
        "They count in both.",
    ),
    "lts_age_row_level": (
        "Each row's own birth tells the age in the LTS tables, so that one person can be of two ages.",
        "The birth that stands for the person does.",
    ),
    "zero_when_empty": (
        "`on`: a figure of 2A, 2B, 2C, 2E or 3D with nobody to count is written as 0, as in the official tables.",
        "`off`, unless you ask: it is left empty, because 0 of nobody is not 0%. 2D is empty in both.",
    ),
    "cost_sql_decimal": (
        "`on`: parts of weeks are cut to six decimal places, as the official script does.",
        "`off`, unless you ask: they are exact.",
    ),
}  # fmt: skip

# Quirks that are no options, by their official names: what is always so, and why.
ALWAYS: dict[str, str] = {
    "CASE_INSENSITIVE": (
        "Words are compared without regard to case and trailing spaces: the reader gives two such spellings one "
        "number, and nothing after it can tell them apart."
    ),
    "SMALL_FILE_PERIOD": (
        "A file with fewer than 100 ends speaks for every month in which something ended, as the official code has it "
        "and its prose has not: a file's period is found when it is read, for every run alike."
    ),
    "AGE_ZERO_UNKNOWN": (
        "It changes no figure: somebody of age 0 is in none, whether the age counts as unknown or as under 18."
    ),
    "REF_PERIOD_SPAN": (
        "A submission that is the best for several quarters speaks from the first to the last of them, because its "
        "rows enter once."
    ),
    "KBA_ROWS_DROPPED": (
        "Rows of carers known by association that tell of no event are left out: they have no dates to place them in a "
        "period."
    ),
    "ID_METHOD": (
        "ASCOF knows people as DHSC does, and the LTS tables as NHS England does: each as its own official script says."
    ),
    "PERSON_DETAILS_LATEST_TABLE": (
        "A run has one period, so what is known of people is put together once, from every submission in use."
    ),
    "2E_UNKNOWN_AGE": "People of unknown age are in no part of 2E, and the official method knows no other way.",
    "3D_UNKNOWN_ASYMMETRY": (
        "An unrecorded way of holding the money keeps a client in the denominator and a carer out of it, and the "
        "official method knows no other way."
    ),
}


def _value(name: str, field: str, text: str, now: Any) -> Any:
    """What a person typed, as the option's own kind."""
    said = text.strip().lower()
    if isinstance(now, bool):
        if said not in ("on", "off"):
            raise EvenhandError(f"{name} is {text}.", do="Say on or off.")
        return said == "on"
    if isinstance(now, int):
        if not (said.isascii() and said.isdigit()):
            raise EvenhandError(f"{name} is {text}.", do="Give a whole number of days.")
        return int(said)
    if said not in CHOICES[field]:
        raise EvenhandError(f"{name} is {text}.", do=f"Say {' or '.join(CHOICES[field])}.")
    return said
