"""``evenhand editions``: list, switch, remove, and compare editions."""

from __future__ import annotations

from typing import Literal

from evenhand.cli.common import SIMULATED, home
from evenhand.facts.errors import EvenhandError


def editions(
    verb: Literal["list", "use", "remove", "diff"] = "list",
    first: str = "",
    second: str = "",
    /,
    *,
    format: Literal["table", "json"] = "table",
) -> None:
    """List editions; put another in use; remove one; or say what changed between two.

    Parameters
    ----------
    verb
        list, use ID, remove ID, or diff OLD [NEW]. The first letters of an id are enough.
    first
        An edition's id.
    second
        For diff: the newer edition; the one in use when left out.
    format
        table or json (for list and diff).
    """
    from evenhand.edition import store

    if verb == "list":
        _list(format)
        return
    if not first:
        raise EvenhandError(f"Say which edition to {verb}.", do="`evenhand editions` lists them.")
    if verb == "use":
        print(f"Edition {store.switch(home(), first)} is in use.")
    elif verb == "remove":
        print(f"Edition {store.remove(home(), first)} was removed.")
    else:
        _diff(first, second, format)


def _list(format: str) -> None:
    from evenhand.edition import store

    found = store.listed(home())
    if format == "json":
        import json

        print(json.dumps([{"id": e.id, "current": e.current} | e.about for e in found], indent=1, ensure_ascii=False))
        return
    for e in found:
        mark = "*" if e.current else " "
        kind = "simulated" if e.about["simulated"] else f"{len(e.about['built_from'])} source files"
        print(f"{mark} {e.id}  newest period {e.about['newest_period']}, {e.about['rows']['values']:,} rows, {kind}")
    print("* is in use." if found else "There is no edition yet. `evenhand build --sample` makes one to try.")


def _diff(first: str, second: str, format: str) -> None:
    from evenhand.edition.diff import compare
    from evenhand.edition.read import open_current, open_edition

    new = open_edition(home(), second) if second else open_current(home())
    old = open_edition(home(), first)
    changes = compare(old, new)
    if format == "json":
        print(changes.to_json())
        return
    if old.simulated or new.simulated:
        print(SIMULATED)
    print("\n".join(changes.sentences()))
