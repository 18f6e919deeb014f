"""Named quirks of the official method (CLD.md 5.10). The defaults are the official behaviour; each can be turned."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Self

from evenhand.facts.errors import EvenhandError


@dataclass(frozen=True)
class Options:
    """How the measures are worked out. Every field is one of the named options, in lower case.

    A switch that is True follows the official code; False gives what its prose, or common sense, would have.
    """

    case_insensitive: bool = True  # raw keys compare without case and trailing spaces
    small_file_period: str = "derived_any_month"  # or "stated"
    death_on_start_stays_open: bool = True  # False: a service that starts on the day of death ends that day
    drop_no_person_id: bool = True
    raw_keys: bool = True  # False: events are told apart by mapped values
    crop_missing_next: bool = True
    age_365_25: bool = True  # False: calendar ages from the first of the birth month
    age_zero_unknown: bool = True
    death_sticky: bool = True  # False: the latest submission's date of death, even if blank
    m2a_new_client_days: int = 91
    m2a_cluster_gap: int = 7
    m2a_window: int = 7
    m2a_future_event_blocks_own: bool = True
    m2bc_null_component: str = "exclude"  # or "admit_null"
    m2bc_return_days: int = 365
    m2d_area_mismatch: bool = True
    sus_null_code_excludes: bool = True
    m2e_unknown_accom_in_denom: bool = True
    m2e_age_at_last_service: bool = True  # False: age at the period's end
    m3d_event_type_not_tested: bool = True  # False: services only
    m3d_carer_null_component: str = "vanish"  # or "treat_null_as_not_dp"
    lts_no_dp_component: bool = True
    chain_lag_not_max: bool = True
    lts001c_strict: bool = True
    lts004_latest_cross_la: bool = True
    lts_age_row_level: bool = True
    zero_when_empty: bool = False  # True prints 0 for an empty group as the official tables do; we leave it empty
    cost_sql_decimal: bool = False  # True cuts fractions of weeks to six places as the official script does

    @classmethod
    def named(cls, given: dict[str, str]) -> Self:
        """Options from NAME=VALUE as a person types them. Raises EvenhandError naming what is not an option."""
        out = cls()
        known = {field.name.removeprefix("m"): field for field in fields(cls)}
        known |= {field.name: field for field in fields(cls)}
        for name, text in given.items():
            field = known.get(name.lower())
            if field is None:
                raise EvenhandError(f"There is no option {name}.", do="The methods pages list the options by name.")
            out = replace(out, **{field.name: _value(name, text, getattr(out, field.name))})
        return out


CHOICES = {
    "small_file_period": ("derived_any_month", "stated"),
    "m2bc_null_component": ("exclude", "admit_null"),
    "m3d_carer_null_component": ("vanish", "treat_null_as_not_dp"),
}


def _value(name: str, text: str, now: Any) -> Any:
    """What a person typed, as the option's own kind."""
    said = text.strip().lower()
    if isinstance(now, bool):
        if said not in ("on", "off"):
            raise EvenhandError(f"{name} is {text}.", do="Say on or off.")
        return said == "on"
    if isinstance(now, int):
        if not said.isdigit():
            raise EvenhandError(f"{name} is {text}.", do="Give a whole number of days.")
        return int(said)
    allowed = CHOICES.get(name.lower()) or CHOICES["m" + name.lower()]
    if said not in allowed:
        raise EvenhandError(f"{name} is {text}.", do=f"Say {' or '.join(allowed)}.")
    return said
