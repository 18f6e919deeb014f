"""References that may stand in an address or an audit event and say nothing of whom they name."""

from __future__ import annotations

import secrets

LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # no 0 o 1 i l: people read them aloud
LENGTH = 12


def fresh_reference() -> str:
    """Twelve letters at random: 59 bits, so that nobody finds a record by guessing."""
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
