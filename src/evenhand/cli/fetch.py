"""``evenhand fetch``: get the newest official files from the publishers. The only verb that uses a network."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from evenhand.cli.common import home

if TYPE_CHECKING:
    from evenhand.sources.fetch import Catalogue, FetchReport, Probe, Progress


def fetch(*only: str, check: bool = False, list: bool = False, build: bool = False) -> None:
    """Get the newest official files from the publishers into the home's downloads folder.

    Files that have not changed are not fetched again, and a fetch that was cut off goes on where it stopped. Without a
    network this says so in one sentence, and everything else still works.

    Parameters
    ----------
    only
        Keys of the sources to get (--list shows them); all when none is given.
    check
        Ask each source what it would give today, and keep nothing.
    list
        List the sources: key, publisher, title, page.
    build
        Load what was fetched and build an edition of it: the one command for the real figures.
    """
    from evenhand.sources.fetch import fetch as get
    from evenhand.sources.fetch import load_catalogue

    catalogue = load_catalogue()
    chosen = set(only) or None
    if list:
        _list(catalogue)
        return
    if check:
        _check(catalogue, chosen)
        return
    report = get(catalogue, home() / "downloads", only=chosen, progress=_progress())
    _say(report)
    if build and report.paths():
        _build()
    if not report.ok:
        raise SystemExit(1)


def _list(catalogue: Catalogue) -> None:
    for s in catalogue.chosen(None):
        print(f"{s.key:<22}{s.publisher}: {s.title}")


def _progress() -> Callable[[Progress], None] | None:
    """A line that counts kilobytes when a person is looking, nothing otherwise."""
    if not sys.stderr.isatty():
        return None

    def show(p: Progress) -> None:
        of = f" of {p.total // 1024:,}" if p.total else ""
        print(f"\r{p.source}: {p.name} {p.done // 1024:,}{of} KB".ljust(78), end="", file=sys.stderr)

    return show


def _say(report: FetchReport) -> None:
    if sys.stderr.isatty():
        print(file=sys.stderr)
    if not report.offline:
        for o in report.outcomes:
            name = o.path.name if o.path else o.title
            print(f"{o.status.capitalize()}: {o.source}: {name}. {o.message}".rstrip())
    sentence = report.sentence()
    follow = f" `evenhand load {home() / 'downloads'}` reads them." if report.paths() else ""
    print(sentence + follow, file=sys.stderr if report.offline else sys.stdout)


def _check(catalogue: Catalogue, chosen: set[str] | None) -> None:
    from evenhand.facts.register import official
    from evenhand.sources.fetch import probe

    def hear(p: Probe) -> None:
        found = [f"HTTP {p.status}" if p.status else "", p.file_name, p.reader and f"reader {p.reader}"]
        found += [f"header in row {p.header_row}" if p.header_row else "", f"{p.rows:,} rows" if p.rows else ""]
        found += [f"{p.councils} of {p.expected_councils} councils" if p.councils is not None else "", p.message]
        print(f"{'ok    ' if p.ok else 'FAULT '} {p.source:<22}{'; '.join(f for f in found if f)}", flush=True)

    answers = probe(catalogue, only=chosen, register=official(), progress=hear)
    good = sum(p.ok for p in answers)
    print(f"{good} of {len(answers)} sources answer as expected.")
    if good < len(answers):
        raise SystemExit(1)


def _build() -> None:
    from evenhand.cli.build import build
    from evenhand.cli.load import load

    # A file that was refused has been named; the others are loaded and an edition of them is worth having.
    with suppress(SystemExit):
        load(home() / "downloads")
    build(quiet=True)
