"""``evenhand backup`` and ``evenhand restore``: everything that cannot be made again, in one file, and back."""

from __future__ import annotations

from pathlib import Path

from evenhand.cli.audit import site, tables
from evenhand.facts.errors import EvenhandError

PERSONAL = (
    "The file holds personal data and the keys: keep it encrypted, where only those may read it who keep records."
)


def backup(file: Path, /) -> None:
    """Write the records, the audit and the keys to one file. The site may go on running.

    Parameters
    ----------
    file
        The backup. There must be no file of this name.
    """
    site()
    tables()
    from evenhand.site.audit.backup import archive
    from evenhand.site.audit.backup.keeping import make

    made = make(file)
    print(f"{file} holds the records and the audit up to event {made.events:,}, seal {made.seal}.")
    absent = [name for name in archive.KEYS if name not in made.keys]
    print(f"Keys in it: {', '.join(made.keys) or 'none'}." + (f" Not here: {', '.join(absent)}." if absent else ""))
    print(f"SHA-256 of the file: {made.sha256}")
    if made.unsigned:
        print(f"Its newest event is not signed. {made.unsigned}")
    print(PERSONAL)


def restore(file: Path, /, *, replace: bool = False) -> None:
    """Put a backup into an empty home and database, and verify its audit. Stop the site first.

    Parameters
    ----------
    file
        A file that `evenhand backup` wrote.
    replace
        Set an SQLite database and keys that are there aside, in a folder of the home.
    """
    site()
    from evenhand.site.audit.backup.keeping import restore as put_back

    done = put_back(file, replace=replace)
    for one in done.found.findings:
        print(one)
    if not done.same:
        raise EvenhandError(
            "Everything is as it was in the backup, and its audit does not verify.",
            do="Look at an earlier backup, and at the first event that is named.",
        )
    print(f"Restored. {done.events:,} events verified, up to seal {done.seal}, as the backup says.")
