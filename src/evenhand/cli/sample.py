"""``evenhand sample``: invented records to try things with."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from evenhand.facts.errors import EvenhandError

sample = App(name="sample", help="Write invented records, to try things with.")
INVENTED = "SIMULATED: every council, person and figure in it is invented."


@sample.command
def cld(
    *,
    out: Path,
    councils: int = 1,
    people: int | None = None,
    seed: int = 1,
    mess: float = 0.05,
    release: int = 2,
    submissions: int = 1,
    from_: Annotated[date, Parameter(name="--from")] = date(2023, 4, 1),
    to: date = date(2025, 3, 31),
    quiet: bool = False,
) -> None:
    """Write invented client-level records in the layout of the specification, with the faults that real ones have.

    The same arguments give the same file, byte for byte.

    Parameters
    ----------
    out
        The file: .csv or .parquet.
    councils
        How many councils of the simulated England, 1 to 153.
    people
        How many people each council has in its records. When left out, as many as the simulated England has, and
        with --mess 0 the year to 31 March 2025 measures to its published figures of ASCOF 2A, 2B, 2C, 2E and 3D.
    seed
        Another seed gives other people.
    mess
        The share of rows with a fault, 0 to 1; 0 is without any.
    release
        1 or 2: in the words of which release of the specification.
    submissions
        How many quarterly files to write (NAME-1, NAME-2 ...): the same people, seen quarter by quarter.
    from_
        The first day of the records.
    to
        The last day of the records.
    quiet
        No progress.
    """
    from evenhand.edition.sample.activity import plans as plans_of
    from evenhand.edition.sample.edition import SEED
    from evenhand.edition.sample.places import sample_register
    from evenhand.edition.sample.world import World
    from evenhand.measures.sample.writing import Asked, write

    held = sample_register().councils(date(2025, 3, 31))
    if not 1 <= councils <= len(held):
        raise EvenhandError(
            f"The simulated England has {len(held)} councils, not {councils}.", do=f"Ask for 1 to {len(held)}."
        )
    day = date(2025, 3, 31)
    codes = [sample_register().code_of(c.id, "cassr", day) for c in held[:councils]]
    plans = []
    if people is None:
        made = plans_of(World(sample_register(), SEED))
        plans = [made[c.id] for c in held[:councils]]
    asked = Asked(
        codes, people=0 if people is None else people, plans=plans, seed=seed, mess=mess, release=release,
        period=(from_, to), files=submissions,
    )  # fmt: skip
    show = sys.stderr.isatty() and not quiet

    def say(code: str, done: int, of: int) -> None:
        if show:
            print(f"\rCouncil {done} of {of}", end="", file=sys.stderr, flush=True)

    written = write(asked, out, say)
    if show:
        print(file=sys.stderr)
    for one in written:
        print(f"Wrote {one.file}: {one.rows:,} rows of {councils} council{'s' if councils > 1 else ''}.")
    print(INVENTED)
