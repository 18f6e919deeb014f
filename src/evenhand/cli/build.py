"""``evenhand build``: make an edition from the loaded files and put it in use."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from evenhand.cli.common import SIMULATED, home

if TYPE_CHECKING:
    from evenhand.edition.build import Built


def build(*, sample: bool = False, quiet: bool = False) -> None:
    """Make an edition from the loaded files and put it in use at once.

    The same files give the same edition, byte for byte. If anything goes wrong the edition in use stays.

    Parameters
    ----------
    sample
        Make the simulated edition instead: an invented country with invented figures, for trying the program.
    quiet
        No progress bar.
    """
    built = _with_bar(sample) if sys.stderr.isatty() and not quiet else _run(sample, lambda *_: None)
    print(f"Edition {built.id} is in use: {built.measures} measures, {built.rows:,} figures and gaps.")
    if sample:
        print(SIMULATED)
    n = built.conflicts.height
    if n:
        first = built.conflicts.row(0, named=True)
        print(
            f"{n:,} figures differ between tables; the later table is used. First: {first['item']} for {first['area']} "
            f"in {first['period']} is {first['used_value']} in {first['used_table']} and {first['other_value']} in "
            f"{first['other_table']}."
        )


def _run(sample: bool, progress: object) -> Built:
    if sample:
        from evenhand.edition.sample.edition import build_sample

        return build_sample(home(), progress=progress)  # type: ignore[arg-type]
    from evenhand.edition.build import build as make
    from evenhand.facts.register import official

    return make(home(), official(), progress=progress)  # type: ignore[arg-type]


def _with_bar(sample: bool) -> Built:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Starting", total=None)

        def progress(stage: str, done: int, of: int) -> None:
            bar.update(task, description=stage, completed=done, total=of or None)

        return _run(sample, progress)
