"""Whether hospital discharges go with the records that they came with: told before the long work, not after it.

A file of another council, or one whose NHS numbers are written otherwise, is well-formed and still gives 2D of nobody.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import ibis.expr.types as ir

from evenhand.facts.errors import EvenhandError, Where

if TYPE_CHECKING:
    from evenhand.sources.cld import Read


def agree(stays: ir.Table, read: Read, path: Path) -> str:
    """How many stays there are and how many of their people the records know, in a sentence.

    stays: DISCHARGES of ``sources.cld.discharges``, read with the key of the records. path: names the file in errors.
    Raises EvenhandError where 2D could only come out as nobody's: no row, no last episode of a stay, nobody of the
    councils of the records, or no NHS number in common.
    """
    here = read.records.filter(read.records["nhs"].notnull()).select("nhs").distinct().mutate(known=True)
    each = stays.left_join(here, stays["pseudonym"] == here["nhs"])
    codes = sorted(code for code in read.records.select("la").distinct().to_pyarrow()["la"].to_pylist() if code)
    counted = each.aggregate(
        rows=each.count(), last=each["last"].cast("int64").sum(), at_home=each["la"].isin(codes).cast("int64").sum(),
        people=each["pseudonym"].nunique(), known=each["nhs"].nunique(),
    ).to_pyarrow().to_pylist()[0]  # fmt: skip
    found = {name: int(number or 0) for name, number in counted.items()}
    for lacking, what, do in (
        ("rows", "There are no discharges in it.", "Give a row for each episode of care in hospital."),
        ("last", "No row is the last episode of its stay.", "Write 1 in last_episode for the last of each stay."),
        (
            "at_home", f"Nobody in it lives in {_named(codes)}.",
            "Write council_of_residence with the code that the records have.",
        ),
        (
            "known", "No NHS number in it is in the records.",
            "See that both files are of the same people and hold their NHS numbers in full.",
        ),
    ):  # fmt: skip
        if not found[lacking]:
            raise EvenhandError(what, where=Where(path.name), do=do)
    return (
        f"Hospital discharges: {found['rows']:,} rows of {found['people']:,} people, "
        f"{found['known']:,} of whom are in the records."
    )


def _named(codes: list[str]) -> str:
    return codes[0] if len(codes) == 1 else f"any of the {len(codes)} councils of the records"
