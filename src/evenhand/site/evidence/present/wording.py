"""What must stand beside a measure's figures, and how its figures are written."""

from __future__ import annotations

from typing import Any

from evenhand.documents.numbers import Kind

KINDS: dict[str, Kind] = {
    "proportion": Kind.PERCENT, "survey_percent": Kind.PERCENT, "money_share": Kind.PERCENT,
    "published_only": Kind.PERCENT, "context": Kind.PERCENT, "rate": Kind.RATE, "score": Kind.SCORE,
    "context_value": Kind.SCORE, "money_per_head": Kind.MONEY_PENCE,
}  # fmt: skip


def warned(definition: dict[str, Any], period: str) -> list[str]:
    """What must be read before any comparison of a period."""
    return [f"Warning: {text}" for p, text in definition["warnings"] if p == period]


def small_print(definition: dict[str, Any]) -> list[str]:
    """What must stand below a measure's figures: its breaks, its caveats, and history as quoted by others."""
    out = [f"Break at {b[0]}: {b[1]}" for b in definition["breaks"]]
    out += [f"Set aside in {p}: {reason}" for p, reason in definition["set_aside"]]
    out += [f"Note: {c}" for c in definition["caveats"]]
    quotes = definition["history"]
    if quotes:
        out.append("History, quoted and never joined to these figures:")
        out += [f"    {q['period']}: {q['text']}" for q in quotes]
        out += [f"    Source: {source}" for source in dict.fromkeys(q["source"] for q in quotes)]
    return out
