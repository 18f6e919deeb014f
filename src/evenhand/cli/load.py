"""``evenhand load``: read the publishers' files and keep what they say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from evenhand.cli.common import home
from evenhand.facts.errors import EvenhandError

if TYPE_CHECKING:
    from evenhand.edition.library import Kept, Loaded


def load(*paths: Path, replace: bool = False, rejects: bool = False) -> None:
    """Read the publishers' files and keep what they say.

    Each file is recognised by its content. A file that is not known, or is broken, changes nothing.

    Parameters
    ----------
    paths
        Files or folders. In a folder, files that are not official tables are passed over.
    replace
        Put the file in the place of the one loaded before, even if it is older or disagrees.
    rejects
        List every cell that was not accepted, with its sheet, row and column.
    """
    from evenhand.edition.library import Loader
    from evenhand.facts.register import official

    if not paths:
        raise EvenhandError("Say which files or folders to load.", do="For example: evenhand load Downloads/")
    done = Loader(home(), official(), replace=replace).load(paths)
    for one in done:
        for line in lines(one, rejects):
            print(line)
    print(summary(done))
    if any(d.outcome == "refused" for d in done):
        raise SystemExit(1)


def lines(one: Loaded, rejects: bool = False) -> list[str]:
    """What to say about one path."""
    kept = one.kept
    if one.outcome in ("refused", "passed over") or kept is None:
        return [f"{one.outcome.capitalize()}: {one.sentence}"]
    out = [f"{one.outcome.capitalize()}: {one.path.name}. {one.sentence}"]
    if one.outcome == "unchanged":
        return out
    out += [f"    {line}" for line in contents(kept)]
    if rejects and one.rejects is not None:
        for r in one.rejects.iter_rows(named=True):
            place = ", ".join(
                x for x in (r["sheet"] and f"sheet {r['sheet']}", f"row {r['row']}", f"column {r['column']}") if x
            )
            out.append(f"    {r['severity']}: {place}: {r['found']!r}: {r['reason']}")
    return out


def many(n: int, noun: str) -> str:
    """A count with its noun: "1 cell", "2,458 cells"."""
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def contents(kept: Kept) -> list[str]:
    """What a table holds, in lines: publisher and title, years, and counts of cells by what is known of them."""
    years = (
        kept.periods[0]
        if len(kept.periods) == 1
        else f"{kept.periods[0]} to {kept.periods[-1]}"
        if kept.periods
        else "no year"
    )
    out = [
        f"{kept.publisher}: {kept.title}",
        f"{years}; {many(kept.items, 'item')}; {many(kept.councils, 'council')}; {many(kept.values, 'value')}; "
        f"{kept.suppressed:,} suppressed, {kept.missing:,} missing, {kept.not_applicable:,} not applicable; "
        f"{many(kept.rejected, 'cell')} rejected, {many(kept.warnings, 'warning')}",
    ]
    out += [f"    {n:,} x {reason}" for reason, n in kept.why.items()]
    return out


def summary(done: list[Loaded]) -> str:
    """One sentence over all paths."""
    tally = {
        o: sum(d.outcome == o for d in done) for o in ("loaded", "replaced", "unchanged", "passed over", "refused")
    }
    said = ", ".join(f"{n} {o}" for o, n in tally.items() if n)
    follow = " `evenhand build` makes an edition of them." if tally["loaded"] or tally["replaced"] else ""
    return f"{len(done)} {'file' if len(done) == 1 else 'files'}: {said or 'nothing to do'}.{follow}"
