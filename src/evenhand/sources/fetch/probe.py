"""``--check``: ask each source what it would give today, without keeping anything.

The catalogue's addresses were seen, not promised. A probe is the only proof that one still works: HTTP status, file
name, and for a small file the header row, the number of rows, and whether its reader knows it and finds as many
councils as expected.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from evenhand.facts.errors import EvenhandError
from evenhand.facts.register import Register
from evenhand.sources import reader
from evenhand.sources.cells import cell_text
from evenhand.sources.fetch.catalogue import Catalogue, Source
from evenhand.sources.fetch.client import Client, FetchFailed
from evenhand.sources.fetch.discover import Candidate
from evenhand.sources.fetch.run import find
from evenhand.sources.fetch.verify import verify
from evenhand.sources.sniff import Sniff, sniff

SMALL = 5 * 2**20


@dataclass(frozen=True, slots=True)
class Probe:
    """What one source answers. ``header_row`` counts from 1; None where a thing was not looked at or not found.

    ok: the file is there, is what its name says, a reader of the catalogue knows it (when it names one), and it has the
    councils expected (when a register was given).
    """

    source: str
    ok: bool
    status: int | None = None
    file_name: str = ""
    file_url: str = ""
    found_by: str = ""
    bytes: int | None = None
    header_row: int | None = None
    rows: int | None = None
    reader: str = ""
    councils: int | None = None
    expected_councils: int | None = None
    message: str = ""


def probe(
    catalogue: Catalogue,
    *,
    client: Client | None = None,
    only: set[str] | None = None,
    register: Register | None = None,
    progress: Callable[[Probe], None] | None = None,
) -> tuple[Probe, ...]:
    """One answer a file of each chosen source, in the catalogue's order; ``progress`` hears each as it comes.

    Never raises for a source that does not answer: that is its answer. Raises BadCatalogue for an unknown key.
    """
    own = client or Client(catalogue.hosts)
    answers: list[Probe] = []
    try:
        for source in catalogue.chosen(only):
            for answer in _source(source, own, register):
                answers.append(answer)
                if progress:
                    progress(answer)
    finally:
        if client is None:
            own.close()
    return tuple(answers)


def _source(source: Source, client: Client, register: Register | None) -> list[Probe]:
    try:
        found = find(source, client)
    except FetchFailed as fault:
        return [Probe(source.key, False, fault.status, message=str(fault))]
    return [_group(source, group, client, register, " ".join(found.notes)) for group in found.groups]


def _group(
    source: Source, group: tuple[Candidate, ...], client: Client, register: Register | None, note: str
) -> Probe:  # fmt: skip
    """The first alternative that answers well, else the last that did not."""
    answer = Probe(source.key, False)
    for candidate in group:
        answer = _candidate(source, candidate, client, register, note)
        if answer.ok:
            break
    return answer


def _candidate(source: Source, candidate: Candidate, client: Client, register: Register | None, note: str) -> Probe:
    def answer(ok: bool, message: str, **more: object) -> Probe:
        return Probe(
            source.key, ok, file_name=candidate.name, file_url=candidate.url, found_by=candidate.found_by,
            message=message, expected_councils=source.councils, **more,  # type: ignore[arg-type]
        )  # fmt: skip

    try:
        peeked = client.peek(candidate.url, SMALL)
    except FetchFailed as fault:
        return answer(False, str(fault), status=fault.status)
    basics = {"status": peeked.status, "bytes": peeked.size}
    if peeked.body is None:
        large = f"The file is larger than {SMALL // 2**20} MB, so its content was not looked at. {note}"
        return answer("text/html" not in peeked.content_type, large.strip(), **basics)
    with tempfile.TemporaryDirectory(prefix="evenhand-check-") as folder:
        path = Path(folder) / candidate.name
        path.write_bytes(peeked.body)
        try:
            verify(path, candidate.name, content_type=peeked.content_type, sha256=candidate.sha256)
            return _content(source, sniff(path), register, lambda ok, m, **k: answer(ok, m, **basics, **k), note)
        except EvenhandError as fault:
            return answer(False, str(fault), **basics)


def _content(
    source: Source, file: Sniff, register: Register | None, answer: Callable[..., Probe], note: str
) -> Probe:  # fmt: skip
    """Header row, rows, reader and councils of a small file."""
    header, rows = _shape(file)
    known = next((r for r in map(reader, source.readers) if r.recognise(file)), None)
    if source.readers and known is None:
        wanted = " or ".join(source.readers)
        return answer(False, f"Its layout has changed: {wanted} does not know it.", header_row=header, rows=rows)
    name = known.NAME if known else ""
    councils = None
    if known and register:
        from evenhand.sources.schema import check  # half a second to import, which an offline check need not pay

        result = check(known.read(file, register), file.name)
        named = result.observations.filter(level="council")["area"].unique().to_list()
        councils = len(set(named) | set(result.geometry))
    enough = councils is None or source.councils is None or councils >= source.councils
    message = (
        note if enough else f"{councils} councils were found where {source.councils} were expected. {note}".strip()
    )
    return answer(enough, message, header_row=header, rows=rows, reader=name, councils=councils)


def _shape(file: Sniff) -> tuple[int | None, int | None]:
    """Header row (the fullest of the first 25 rows of the longest sheet) and the number of filled rows below it."""
    if file.kind not in ("csv", "xlsx", "xls", "ods"):
        return None, None
    longest = max((file.rows(s) for s in file.sheets), key=len, default=[])
    filled = [sum(bool(cell_text(c)) for c in row) for row in longest]
    if not any(filled):
        return None, 0
    header = max(range(min(25, len(filled))), key=lambda i: (filled[i], -i))
    return header + 1, sum(n > 0 for n in filled[header + 1 :])
