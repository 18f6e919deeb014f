"""The command line itself: which verbs there are, and what a person sees when something is wrong."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence

from cyclopts import App

from evenhand import __version__
from evenhand.facts.errors import EvenhandError

# pandera imports Spark wherever it is installed, and Spark says this of the pandas that Ibis brings: nobody's concern.
warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)

app = App(
    name="evenhand",
    version=__version__,
    help="Personal budgets in English adult social care: where councils stand, and how sure one can be.",
)

# Verbs are imported when they are called: `evenhand show` must not wait for the readers or the web.
for verb, path, words in (
    ("load", "load:load", "Read the publishers' files and keep what they say."),
    ("sources", "sources:sources", "List what is loaded, or what could be."),
    ("fetch", "fetch:fetch", "Get the newest official files from the publishers."),
    ("build", "build:build", "Make an edition from the loaded files and put it in use."),
    ("editions", "editions:editions", "List, switch, remove and compare editions."),
    ("show", "show:show", "A measure: where every council stands, and how sure one can be."),
    ("council", "council:council", "One council's whole profile."),
    ("variation", "variation:variation", "How much councils differ on a measure, in sentences."),
    ("export", "export:export", "Write a measure to a file: table or chart."),
    ("measure", "measure:measure", "A council's official figures from its own client-level records."),
    ("serve", "serve:serve", "Show the edition in a browser on this machine."),
    ("migrate", "migrate:migrate", "Bring the database of the records up to this version's tables."),
    ("audit", "audit:audit", "Verify, sign and export what was done and looked at."),
    ("backup", "backup:backup", "Write the records, the audit and the keys to one file."),
    ("restore", "backup:restore", "Put the records of a backup into an empty home and database."),
    ("invite", "accounts:invite", "Make the invitation link of the first administrator."),
    ("sample", "sample:sample", "Write invented client-level records, to try things with."),
):
    app.command(f"evenhand.cli.{path}", name=verb, help=words)


def run(tokens: Sequence[str] | None = None) -> None:
    """Run one command. A fault that a person can put right is a sentence on standard error and exit code 1."""
    try:
        app(tokens)
    except EvenhandError as fault:
        sys.stdout.flush()
        print(f"Error: {fault}", file=sys.stderr)
        raise SystemExit(1) from None
    except BrokenPipeError:
        # `evenhand show … | head` closes the pipe early; that is nobody's fault.
        raise SystemExit(0) from None
    except KeyboardInterrupt:
        print("Stopped. Nothing was half done.", file=sys.stderr)
        raise SystemExit(130) from None
