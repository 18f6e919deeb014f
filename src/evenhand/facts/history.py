"""The figures of 2009-10 and 2011-12 that founded this project: quoted with their source, shown as history.

They are never computed and never enter a comparison: the council-level table behind them is not at hand, and their
definition cannot be reconciled with today's (self-directed support for 14.2 adults in 1,000 fits users and carers
together; direct payments for 2.3 in 1,000 is below the 3.3 that the national count of that year gives). A page that
shows one shows its ``source`` with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib.resources import files

import yaml

from evenhand.facts.errors import EvenhandError


class QuoteStatus(StrEnum):
    """QUOTED: as printed in the source. DERIVED: arithmetic on quoted figures; the text shows the sum."""

    QUOTED = "quoted"
    DERIVED = "derived"


@dataclass(frozen=True, slots=True)
class Quoted:
    """One figure of the past: what it says in a sentence, its number and unit, its period, and who said it."""

    id: str
    text: str
    value: Decimal
    unit: str
    period: str
    source: str
    status: QuoteStatus


@cache
def quoted() -> dict[str, Quoted]:
    """Every quoted figure by id, in the order of the file."""
    raw = yaml.safe_load((files("evenhand.facts") / "data" / "history.yaml").read_text(encoding="utf-8"))
    sources: dict[str, str] = {key: text.strip() for key, text in raw["sources"].items()}
    figures = [
        Quoted(
            id=f["id"],
            text=f["text"],
            value=Decimal(f["value"]),
            unit=f["unit"],
            period=f["period"],
            source=sources[f["source"]],
            status=QuoteStatus(f["status"]),
        )
        for f in raw["figures"]
    ]
    out = {f.id: f for f in figures}
    if len(out) != len(figures):
        raise EvenhandError("Two quoted figures have the same id.", do="Give each figure in history.yaml its own id.")
    return out


def quote(figure_id: str) -> Quoted:
    """The quoted figure with this id. Raises EvenhandError."""
    try:
        return quoted()[figure_id]
    except KeyError:
        raise EvenhandError(
            f"There is no quoted figure {figure_id!r}.", do=f"Use one of {', '.join(quoted())}."
        ) from None
