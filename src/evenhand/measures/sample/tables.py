"""People and events while they are drawn: columns of whole numbers, added block by block.

Codes are those of ``facts.cld.codes`` (0 blank); days are days since 1 January 1970; money is in pence; units are in
hundredths.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from evenhand.measures.sample.chance import Ints

NONE = -(2**31)  # no day, no money, nobody
EPOCH = dt.date(1970, 1, 1)

PEOPLE: Mapping[str, int] = {
    "client": 1, "reason": 13, "gender": 4, "birth": NONE, "death": NONE, "accommodation": 20, "employment": 0,
    "funding": 0, "has_carer": 2, "hours": 0, "caring_for": 0, "link1": NONE, "link2": NONE, "link3": NONE,
}  # fmt: skip
EVENTS: Mapping[str, int] = {
    "person": NONE, "event": 0, "start": NONE, "end": NONE, "outcome": 0, "route": 0, "assessment": 0, "needs": 0,
    "method": 0, "service": 0, "component": 0, "mechanism": 0, "provider": NONE, "review": 0, "achieved": 0,
    "cost": NONE, "frequency": 0, "units": NONE,
}  # fmt: skip

Column = int | Ints | NDArray[np.int64]


def day(date: dt.date) -> int:
    """Days since 1 January 1970."""
    return (date - EPOCH).days


class Columns:
    """A table that grows by blocks. defaults: each column with what it holds where a block says nothing."""

    def __init__(self, defaults: Mapping[str, int]) -> None:
        self._defaults = defaults
        self._blocks: list[dict[str, Ints]] = []
        self.n = 0

    def add(self, n: int, **columns: Column) -> Ints:
        """Add n rows and give their numbers. Raises KeyError for a column that the table does not have."""
        block = {}
        for name, values in columns.items():
            self._defaults[name]
            block[name] = np.broadcast_to(np.asarray(values, dtype=np.int64), (n,))
        for name, default in self._defaults.items():
            if name not in block:
                block[name] = np.broadcast_to(np.int64(default), (n,))
        self._blocks.append(block)
        self.n += n
        return np.arange(self.n - n, self.n, dtype=np.int64)

    def done(self) -> dict[str, Ints]:
        """All rows: one array a column, in the order of adding."""
        if not self._blocks:
            return {name: np.empty(0, dtype=np.int64) for name in self._defaults}
        return {name: np.concatenate([block[name] for block in self._blocks]) for name in self._defaults}
