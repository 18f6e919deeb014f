"""Broken variants of a small valid file of every reader: cells, rows, headings, bytes, encodings and zip members."""

from __future__ import annotations

import csv
import io
import json
import math
import random
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter
from tests.sources import ascof_files
from tests.sources import test_activity_csv as activity
from tests.sources import test_ascfr_2016 as ascfr16
from tests.sources import test_ascfr_2017 as ascfr17
from tests.sources import test_boundaries as outlines
from tests.sources import test_deflator_table as deflators
from tests.sources import test_deprivation as deprived
from tests.sources import test_finance_zip as finance
from tests.sources import test_population_mye as mye
from tests.sources import test_population_nomis as nomis
from tests.sources import test_population_table as residents
from tests.sources import test_pssex1_activity as pss_activity
from tests.sources import test_pssex1_expenditure as pss_money
from tests.sources import test_pssex1_unit_costs as pss_costs

from evenhand import sources
from evenhand.facts.errors import EvenhandError
from evenhand.facts.register import Register
from evenhand.sources.schema import check

Rows = list[list[Any]]
Sheets = dict[str, Rows]  # a CSV has one sheet called ""


@dataclass(frozen=True)
class Small:
    """A small valid file: the reader that knows it, its name, and a way to its cells ("json" and "zip" have text)."""

    reader: str
    name: str
    sheets: Callable[[], Sheets]


def _csv(*lines: str) -> Callable[[], Sheets]:
    return lambda: {"": [list(r) for r in csv.reader(lines)]}


def _rows(rows: Callable[[], Rows]) -> Callable[[], Sheets]:
    return lambda: {"": [list(r) for r in rows()]}


SMALL = (
    Small("ascof_ods", "tiny-ascof.ods", ascof_files.sheets),
    Small("ascof_open_data", ascof_files.LONG_NAME, _rows(ascof_files.long_rows)),
    Small("ascof_open_data", ascof_files.LONG_NAME.replace(".csv", ".xlsx"), lambda: {"in": ascof_files.long_rows()}),
    Small("pssex1_activity", "activity-2013-14.csv", _rows(pss_activity.table)),
    Small("pssex1_expenditure", "pss-exp-eng-14-15-fin-coun-lev-exp-data.csv", _rows(pss_money.table)),
    Small("pssex1_unit_costs", "pss-exp-eng-14-15-fin-coun-lev-unit-cost.csv", _rows(pss_costs.table)),
    Small("ascfr_2016", "totals.csv", _csv(ascfr16.TOTALS, *ascfr16.ROWS)),
    Small("ascfr_2017", "gross.csv", _csv(ascfr17.HEAD, *ascfr17.ROWS)),
    Small("activity_csv", "lts001.csv", _csv(activity.HEAD, *activity.ROWS)),
    Small("finance_zip", "finance.zip", _csv(finance.HEAD, *finance.lines())),
    Small("population_table", "population_utla_mid2023.csv", _csv(residents.HEAD, *residents.ROWS)),
    Small("population_mye", "mye.xlsx", mye.sheets),
    Small("population_nomis", "nomis.csv", _csv(nomis.HEAD, *nomis.lines())),
    Small("deprivation", "File_11_IoD2019.xlsx", deprived.book),
    Small("boundaries", "outlines.geojson", lambda: {"": [[json.dumps(outlines.collection(LAT=51.2, LONG=-1.5))]]}),
    Small("deflator_table", "GDP_Deflators.xlsx", lambda: {"GDP Deflators": deflators.table()}),
)
TINY: list[Register] = []


def prepare(folder: Path) -> None:
    """Read every small file whole first: a campaign with files that nobody knows would find nothing."""
    TINY[:] = [Register.from_folder(Path(__file__).resolve().parents[1] / "tests" / "tiny", simulated=True)]
    for small in SMALL:
        path = write(folder / small.name, small.sheets())
        reader, file, _ = sources.recognise(path)
        found = reader.__name__.rsplit(".", 1)[-1]  # type: ignore[attr-defined]
        if found != small.reader or not check(reader.read(file, TINY[0]), small.name).periods:
            raise SystemExit(f"The small file {small.name} is read by {found} and not whole by {small.reader}.")
    readers = {s.reader for s in SMALL}
    if readers != set(sources.READERS):
        raise SystemExit(f"No small file for {', '.join(sorted(set(sources.READERS) - readers))}.")


def write(path: Path, sheets: Sheets, encoding: str = "utf-8", delimiter: str = ",") -> Path:
    """The file of these cells, in the kind that its name's ending says."""
    if path.suffix == ".ods":
        return ascof_files.write_ods(path, sheets)
    if path.suffix == ".xlsx":
        with xlsxwriter.Workbook(path, {"strings_to_urls": False, "nan_inf_to_errors": True}) as book:
            for name, rows in sheets.items():
                sheet = book.add_worksheet(name)
                for i, row in enumerate(rows):
                    sheet.write_row(i, 0, row)
        return path
    if path.suffix == ".geojson":
        text = "\n".join("".join(map(str, row)) for rows in sheets.values() for row in rows)
    else:
        out = io.StringIO()
        for rows in sheets.values():
            csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
        text = out.getvalue()
    data = text.encode(encoding, errors="replace")
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
            z.writestr("data/finance-descriptions.csv", data)
            z.writestr("UUID mapping guide.csv", "UUID,Meaning\n8,Gross current expenditure\n")
    else:
        path.write_bytes(data)
    return path


NASTY: tuple[Any, ...] = (
    "", " ", "\u00a0", "-", "--", "..", ":", "*", "[c]", "[x]", "[z]", "[note 1]", "c", ".", "#REF!", "#DIV/0!", "N/A",
    "nan", "NaN", "inf", "-inf", "Infinity", "1e308", "1e999", "-1e999", "9" * 400, "0x1f", "1_000", "１２", "²", "½",
    "1,2,3", "1,23", "1.2.3", "+5", "-5", "-0", "5-", "(5)", "£5", "5%", "1 000", "1'000", "=1+1", "=CMD()", "@x",
    "12 (34)", "12 (:)", "TRUE", "2024-25", "2024 to 2025", "31 March", "Ashvale", "Thornshire", "E99000001",
    "E66000003", "E66000099", "001", "\u0663", "1", "T1N2Y", "\x01", "\u202e7", "é", "\ufeff", "a\nb", 'q"q',
    "x" * 40_000, 0, -1, 1e300, -1e300, 5e-324, 0.1, 1e15 + 0.5, 2**53, True, False, 1e308, 123456789012345678, None,
)  # fmt: skip
TOKENS = (b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\r", b"\n", b'"', b",", b";", b"\t", b"[", b"]", b"{", b"}", b"null",
          b"1e999", b"NaN", b"-", b"\xc3\x28", b"<", b">", b"&#0;", b"&x;", b"PK\x03\x04",
          b"number-rows-repeated=\"9999\"", b"\"coordinates\": []", b"[[[[",
          b"<!DOCTYPE x [<!ENTITY a 'aaaaaaaa'>]>")  # fmt: skip


def change_cells(rng: random.Random, sheets: Sheets) -> str:
    """Do one thing to the cells of one sheet, in place; returns what was done."""
    name = rng.choice([n for n, rows in sheets.items() if rows] or list(sheets))
    rows = sheets[name]
    if not rows:
        return "nothing"
    i = rng.randrange(len(rows)) if rng.random() < 0.7 else rng.randrange(min(len(rows), 5))
    row, width = rows[i], max(map(len, rows))
    j, other = rng.randrange(max(width, 1)), rng.randrange(max(width, 1))
    doing = rng.choice(
        ["cell", "cell", "cell", "column of one thing", "swap columns", "drop column", "drop row", "row again",
         "rows mixed", "short row", "long row", "cut", "heading", "blank row", "sheet renamed", "cells swapped"]
    )  # fmt: skip
    if doing == "cell" and row:
        row[rng.randrange(len(row))] = rng.choice(NASTY)
    elif doing == "column of one thing":
        what = rng.choice(NASTY)
        for r in rows[i:]:
            if j < len(r):
                r[j] = what
    elif doing == "swap columns":
        for r in rows:
            if max(j, other) < len(r):
                r[j], r[other] = r[other], r[j]
    elif doing == "drop column":
        for r in rows:
            del r[j : j + 1]
    elif doing == "drop row":
        del rows[i]
    elif doing == "row again":
        rows.insert(rng.randrange(len(rows) + 1), list(row))
    elif doing == "rows mixed":
        rng.shuffle(rows)
    elif doing == "short row":
        del row[j:]
    elif doing == "long row":
        row += [rng.choice(NASTY) for _ in range(rng.randrange(1, 30))]
    elif doing == "cut":
        del rows[i:]
    elif doing == "heading" and row:
        k = rng.randrange(len(row))
        row[k] = str(row[k])[: rng.randrange(30)] + rng.choice(["", " ", "[note 2]", " (2)", "?"])
    elif doing == "blank row":
        rows.insert(i, [""] * width)
    elif doing == "sheet renamed" and name:
        sheets[rng.choice(["x", "Cover", "Table_9z", "IN", "A" * 31])] = sheets.pop(name)
    elif doing == "cells swapped" and row:
        at = rng.choice(rows)
        if at:
            a, b = rng.randrange(len(row)), rng.randrange(len(at))
            row[a], at[b] = at[b], row[a]
    return doing


def change_tree(rng: random.Random, text: str) -> tuple[str, str]:
    """Put something else in the place of one to three branches of a JSON text, which stays JSON."""
    tree, did = json.loads(text), []
    for _ in range(rng.randint(1, 3)):
        node = tree
        for depth in range(rng.randrange(10)):
            keys = list(node) if isinstance(node, dict) else list(range(len(node)))
            if not keys:
                break
            key = rng.choice(keys)
            if isinstance(node[key], (dict, list)) and rng.random() < 0.85:
                node = node[key]
                continue
            did.append(f"{key} at depth {depth}")
            if rng.random() < 0.2:
                del node[key]
            else:
                node[key] = rng.choice([*NASTY, [], {}, [[]], [1, 2], {"type": "Polygon"}, math.nan, math.inf])
            break
    return json.dumps(tree), "tree " + ", ".join(did)


def change_bytes(rng: random.Random, data: bytes) -> tuple[bytes, str]:
    """Do one to four things to some bytes."""
    raw, did = bytearray(data), []
    for _ in range(rng.randint(1, 4)):
        at, size = rng.randrange(len(raw) + 1), rng.randint(1, 60)
        doing = rng.choice(["flip", "cut out", "truncate", "again", "token", "zeros"])
        did.append(doing)
        if doing == "flip" and at < len(raw):
            raw[at] ^= 1 << rng.randrange(8)
        elif doing == "cut out":
            del raw[at : at + size]
        elif doing == "truncate":
            del raw[at:]
        elif doing == "again":
            raw[at:at] = raw[at : at + size * 20]
        elif doing == "token":
            raw[at:at] = rng.choice(TOKENS)
        else:
            raw[at : at + size] = bytes(size)
    return bytes(raw), "bytes " + " ".join(did)


def change_member(rng: random.Random, path: Path) -> str:
    """Change the bytes of one part of a zip container and pack it again: the damage is inside, the outside is whole."""
    with zipfile.ZipFile(path) as z:
        parts = {m.filename: z.read(m) for m in z.infolist()}
    name = rng.choice([n for n in parts if n.endswith((".xml", ".csv"))] or list(parts))
    did = "lost"
    if rng.random() < 0.1:
        del parts[name]
    else:
        parts[name], did = change_bytes(rng, parts[name])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        for n, data in parts.items():
            z.writestr(n, data)
    return f"part {name} {did}"


def unhelpful(fault: EvenhandError, name: str) -> BaseException | None:
    """A refusal must say which file it is about and what to do."""
    if name in str(fault) and fault.do and fault.what:
        return None
    return AssertionError(f"refused without naming {name}, or without a word of what to do: {fault}")


def attempt(rng: random.Random, folder: Path) -> tuple[str, str, BaseException | None]:
    """Make a broken file and read it: what was tried, how it ended, and the fault when it is no EvenhandError."""
    small = rng.choice(SMALL)
    sheets = {name: [list(r) for r in rows] for name, rows in small.sheets().items()}
    path, did = folder / small.name, []
    way = rng.random()
    if way < 0.6 and small.reader == "boundaries":
        sheets[""][0][0], how = change_tree(rng, sheets[""][0][0])
        did = [how]
    elif way < 0.6:
        did = [change_cells(rng, sheets) for _ in range(rng.choice([1, 1, 1, 2, 3]))]
    try:
        odd = rng.random() < 0.1
        encoding = rng.choice(["utf-16", "cp1252", "utf-8-sig", "utf-7", "latin-1"]) if odd else "utf-8"
        write(path, sheets, encoding, rng.choice([",", ";", "\t", "|"]) if rng.random() < 0.05 else ",")
        if odd:
            did.append(encoding)
    except (ValueError, TypeError, UnicodeError, xlsxwriter.exceptions.XlsxWriterException):
        return f"{small.reader}, unwritable", "not written", None  # the writing library refused, not a reader
    if 0.6 <= way < 0.8 and zipfile.is_zipfile(path):
        did.append(change_member(rng, path))
    elif way >= 0.6:
        data, how = change_bytes(rng, path.read_bytes())
        path.write_bytes(data)
        did.append(how)
    if rng.random() < 0.03:
        path = path.rename(folder / rng.choice(["x", "2024.csv", "a.ods", "b.xls", "ä 2019-20.csv", "v2.json"]))
    what = f"{small.reader}, {'; '.join(did) or 'as it is'}"
    try:
        reader, file, _ = sources.recognise(path)
        check(reader.read(file, TINY[0]), path.name)
    except EvenhandError as fault:
        return what, "refused", unhelpful(fault, path.name)
    except (Exception, MemoryError) as fault:
        return what, "finding", fault
    finally:
        path.unlink(missing_ok=True)
    return what, "read", None
