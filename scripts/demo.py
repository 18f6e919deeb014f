"""``make demo``: build the simulated England and serve it from this machine.

Everything is kept in ``.evenhand`` in the clone (or in ``EVENHAND_HOME``), so that a look round leaves nothing
elsewhere. An edition of real figures, once fetched, stays in use: the sample never takes its place.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from evenhand.cli.app import run
from evenhand.edition.read import open_current
from evenhand.facts.errors import EvenhandError
from evenhand.site.serve import serve

ROOT = Path(__file__).resolve().parent.parent


def has_real_figures(home: Path) -> bool:
    """Whether the edition in use was built from official files."""
    try:
        return not open_current(home).simulated
    except EvenhandError:
        return False


def main(arguments: list[str]) -> None:
    """Build the sample unless real figures are there, then serve until stopped. Takes the port, or nothing."""
    home = Path(os.environ.get("EVENHAND_HOME") or ROOT / ".evenhand")
    os.environ["EVENHAND_HOME"] = str(home)
    if not has_real_figures(home):
        try:
            run(["build", "--sample"])
        except SystemExit as ended:  # the verb says what is wrong and ends; a build that went well goes on to serve
            if ended.code:
                raise
    if arguments and not arguments[0].isdigit():
        raise EvenhandError(f"{arguments[0]!r} is not a port.", do="For example: make demo PORT=8080")
    serve(port=int(arguments[0]) if arguments else None, home=home, say=lambda said: print(said, flush=True))


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except EvenhandError as fault:
        sys.exit(f"Error: {fault}")
