"""NHS numbers and postcodes as people type them and as they are kept."""

from __future__ import annotations

import re

from stdnum.gb import nhs

from evenhand.site.people.refusals import Refused

_POSTCODE = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?)([0-9][A-Z]{2})")


def nhs_number(typed: str) -> str | None:
    """Ten digits, or None for nothing. Raises Refused when it cannot be an NHS number.

    >>> nhs_number("943 476 5919")
    '9434765919'
    """
    plain = re.sub(r"[\s\-]+", "", typed)
    if not plain:
        return None
    if not re.fullmatch("[0-9]{10}", plain):
        raise Refused("An NHS number has 10 digits.", "Write it as on a letter from the NHS: 943 476 5919.",
                      field="nhs_number")  # fmt: skip
    if not nhs.is_valid(plain):
        raise Refused("This is not an NHS number: its last digit does not fit the others.",
                      "Look at it again, digit by digit, or leave it empty.", field="nhs_number")  # fmt: skip
    return plain


def shown(number: str | None) -> str:
    """An NHS number as letters print it.

    >>> shown("9434765919")
    '943 476 5919'
    """
    return f"{number[:3]} {number[3:6]} {number[6:]}" if number else ""


def postcode(typed: str) -> str:
    """A postcode in capitals with its space; empty for nothing. Raises Refused for what cannot be one.

    >>> postcode("ne11ee")
    'NE1 1EE'
    """
    plain = re.sub(r"\s+", "", typed).upper()
    if not plain:
        return ""
    found = _POSTCODE.fullmatch(plain)
    if not found:
        raise Refused("This is not a whole UK postcode.", "Write it like NE1 1EE, or leave it empty.", field="postcode")
    return f"{found[1]} {found[2]}"
