"""``make demo``: build the simulated England and the records of an invented council, and serve them from this machine.

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
from evenhand.site.config.environment import open_to_others
from evenhand.site.serve import bind, serve

ROOT = Path(__file__).resolve().parent.parent


def has_real_figures(home: Path) -> bool:
    """Whether the edition in use was built from official files."""
    try:
        return not open_current(home).simulated
    except EvenhandError:
        return False


def asked_for(text: str) -> int:
    """The port that was asked for. Raises EvenhandError now, and not after a build, when it cannot be had."""
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65_536):
        raise EvenhandError(f"{text!r} is not a port.", do="For example: make demo PORT=8080")
    try:
        bind("127.0.0.1", int(text)).server_close()
    except EvenhandError as fault:
        other = 8080 if text != "8080" else 8081
        raise EvenhandError(fault.what, do=f"For example: make demo PORT={other}") from fault
    return int(text)


def main(arguments: list[str]) -> None:
    """Build the sample unless real figures are there, then serve until stopped. Takes the port, or nothing."""
    port = asked_for(arguments[0]) if arguments else None
    home = Path(os.environ.get("EVENHAND_HOME") or ROOT / ".evenhand")
    os.environ["EVENHAND_HOME"] = str(home)
    if not has_real_figures(home):
        try:
            run(["build", "--sample"])
        except SystemExit as ended:  # the verb says what is wrong and ends; a build that went well goes on to serve
            if ended.code:
                raise
    # The records are part of the demonstration wherever nobody else can reach them.
    here = not open_to_others()
    if here:
        os.environ["EVENHAND_DEMO"] = "1"
    serve(port=port, home=home, records=here, seed=fictional_council, say=say)


def fictional_council() -> None:
    """Fill the records with invented people, the first time. Imported here: it needs Django's settings."""
    from evenhand.site.seeding.seed import seed

    seed(say)


def say(said: str) -> None:
    """One line on the screen, at once."""
    print(said, flush=True)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except EvenhandError as fault:
        sys.exit(f"Error: {fault}")
