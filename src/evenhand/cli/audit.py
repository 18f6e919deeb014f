"""``evenhand audit``: verify the chain of events, sign a checkpoint, write events out."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter

from evenhand.facts.errors import EvenhandError

audit = App(name="audit", help="Verify, sign and export what was done and looked at.")


def site() -> None:
    """Start Django for a command, over a database whose tables are made. Raises EvenhandError."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evenhand.site.config.settings")
    import django
    from django.core.exceptions import ImproperlyConfigured

    try:
        django.setup()
    except ImproperlyConfigured as fault:
        raise EvenhandError(str(fault)) from fault


def tables() -> None:
    """Raise EvenhandError unless the database answers and has the audit's tables."""
    from django.db import DatabaseError, connection

    from evenhand.site.audit.triggers import TABLES

    path = connection.settings_dict["NAME"]
    try:  # SQLite would make the file that it does not find
        there = connection.vendor != "sqlite" or Path(path).exists()
        there = there and set(TABLES) <= set(connection.introspection.table_names())
    except DatabaseError as fault:
        raise EvenhandError(
            "The database does not answer.", do="See that it runs and that DATABASE_URL or EVENHAND_HOME is right."
        ) from fault
    if not there:
        raise EvenhandError("There are no records here.", do="See that DATABASE_URL or EVENHAND_HOME is right.")


@audit.command
def verify(*, checkpoint: tuple[Path, ...] = (), write: bool = True) -> None:
    """Walk the whole chain. Exit code 0: nothing was altered, removed or put in; 1: the first fault is named.

    Parameters
    ----------
    checkpoint
        A checkpoint that was kept elsewhere, or several: shows a chain that was cut off or made anew.
    write
        --no-write leaves the outcome out of the audit itself.
    """
    site()
    from evenhand.site.audit import checkpoints, services
    from evenhand.site.audit.verify import verify as walk

    kept = [checkpoints.read(path) for path in checkpoint]
    tables()
    found = walk(kept)
    for one in found.findings:
        print(one)
    if found.more:
        print(f"And {found.more:,} more.")
    if found.whole:
        print(f"{services.counted(found.events)} verified: nothing was altered, removed or put in.")
        print(f"The newest is event {found.head:,}, seal {found.seal}.")
        print(_signed(found.checkpoints, found.head - found.signed_to))
    if write:
        try:
            services.verified(
                services.SYSTEM, str(found.findings[0]) if found.findings else "", found.events, found.seal
            )
        except EvenhandError as refused:
            print(f"This was not written down. {refused}")
    if not found.whole:
        raise SystemExit(1)


@audit.command
def checkpoint(*, out: Path | None = None, if_due: bool = False) -> None:
    """Sign the newest event, and so all before it.

    Parameters
    ----------
    out
        A file for the copy that is kept elsewhere.
    if_due
        Only when 1,000 events or a day have passed since the last one. For a timer.
    """
    site()
    tables()
    from evenhand.site.audit import checkpoints, services
    from evenhand.site.audit.keys import fingerprint

    if out is not None and out.exists():
        raise EvenhandError(f"There is a file {out}.", do="Name another one with --out. Nothing was signed.")
    made = services.checkpoint_if_due() if if_due else services.sign()
    if made is None:
        print("No checkpoint is due.")
        return
    if out is not None:
        checkpoints.write(made, out)
    print(f"Event {made.event_id:,} is signed{f', and {out} says so' if out else ''}.")
    print(f"Fingerprint of the key: {fingerprint(made.key)}")
    if out is None:
        print("Keep a copy elsewhere with --out FILE: only that shows a chain that was cut off or made anew.")


@audit.command
def export(
    *,
    from_: Annotated[date, Parameter(name="--from")],
    to: date,
    format: Literal["jsonl", "cef"] = "jsonl",
    out: Path,
    details: bool = False,
) -> None:
    """Write the events of some days to a file, for the council's own log system. That is an event too.

    Parameters
    ----------
    from_
        The first day, as 2026-04-01.
    to
        The last day.
    format
        jsonl: JSON lines; cef: Common Event Format.
    out
        The file.
    details
        Also what records held before and after (JSON lines only). The file then holds personal data.
    """
    site()
    tables()
    from evenhand.site.audit.export import export as write
    from evenhand.site.audit.services import SYSTEM, counted

    count = write(SYSTEM, from_, to, format, out, details=details)
    print(f"{out} holds {counted(count)}.")
    if details:
        print("The file holds personal data: keep it as you keep the records.")


def _signed(checkpoints: int, unsigned: int) -> str:
    if not checkpoints:
        return "No checkpoint was ever signed: `evenhand audit checkpoint --out FILE` signs one."
    from evenhand.site.audit.services import counted

    since = counted(unsigned) if unsigned else "no event"
    return f"{checkpoints:,} checkpoint{'s' if checkpoints > 1 else ''}; {since} since the last."
