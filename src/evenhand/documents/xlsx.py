"""XLSX through gptables, kept safe from text that gptables would read as its own mark-up.

gptables turns ``[text](address)`` into a link, ``$$name$$`` into a note reference, and refuses a cell of nothing but
symbols. Names come from publishers' files, so such cells are given to it as a placeholder and then written over as
plain strings; in titles and lines of text the marks are parted by a space. xlsxwriter is told never to read a string
as a formula, a number or an address.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from datetime import datetime
from decimal import Decimal
from typing import Any

from evenhand.documents.spreadsheet import (
    LANGUAGE,
    Sheet,
    Value,
    Workbook,
    cover_lines,
    number_format,
    repack,
    sheets,
    widths,
)
from evenhand.documents.text import one_line

_PLACEHOLDER = "text"
_MARKUP = re.compile(r"\$\$|\[.+\]\(.+\)")
_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def write(workbook: Workbook) -> bytes:
    """The workbook as the bytes of an XLSX file."""
    import gptables as gpt

    content = sheets(workbook)
    sections = cover_lines(workbook)
    cover = gpt.Cover(
        title=_prose(workbook.title),
        intro=_lines(sections.get("Introductory information")),
        about=_lines(sections.get("About these data")),
        contact=_lines(sections.get("Contact")),
    )
    out = io.BytesIO()
    with warnings.catch_warnings():
        # gptables warns that it makes no notes sheet; ours is one of the sheets, with the table each note is about.
        warnings.simplefilter("ignore")
        book = gpt.produce_workbook(
            out,
            sheets={sheet.name: _gptable(gpt, sheet) for sheet in content},
            cover=cover,
            auto_width={sheet.name: False for sheet in content},
            workbook_options=_OPTIONS,
        )
    for sheet in content:
        _finish(book, sheet)
    book.set_properties(
        {
            "title": one_line(workbook.title),
            "author": "Evenhand",
            "created": datetime(workbook.created.year, workbook.created.month, workbook.created.day),  # noqa: DTZ001
        }
    )
    book.close()
    return _with_language(out.getvalue())


def _gptable(gpt: Any, sheet: Sheet) -> Any:
    """One sheet as a GPTable, with number formats by column."""
    import pandas as pd  # type: ignore[import-untyped]  # gptables takes nothing else

    data = pd.DataFrame(
        [[_cell(value) for value in row] for row in sheet.rows],
        columns=[_prose(heading) for heading in sheet.headings],
        dtype=object,
    )
    formats = [
        {"column": {"columns": [index], "format": {"num_format": number_format(decimals), "align": "right"}}}
        for index, decimals in enumerate(sheet.formats)
        if decimals is not None
    ]
    return gpt.GPTable(
        table=data,
        table_name=sheet.name,
        title=_prose(sheet.title),
        subtitles=[_prose(line) for line in sheet.lines[:-1]],
        # An empty instruction would become gptables' own sentence; the last line takes its place below the subtitles.
        instructions=_prose(sheet.lines[-1]),
        index_columns={2: 0},
        additional_formatting=formats,
    )


def _finish(book: Any, sheet: Sheet) -> None:
    """Column widths, and over each placeholder the text that it stood for."""
    page = book.get_worksheet_by_name(sheet.name)
    for index, width in enumerate(widths(sheet)):
        page.set_column(index, index, width)
    first = 1 + len(sheet.lines) + 1
    plain = book.add_format(
        {"font_name": "Arial", "font_size": 12, "text_wrap": True, "align": "left", "valign": "top"}
    )
    for row, values in enumerate(sheet.rows):
        for column, value in enumerate(values):
            if _cell(value) is _PLACEHOLDER:
                page.write_string(first + row, column, value, plain)


def _cell(value: Value) -> object:
    """A cell as gptables may have it: numbers as numbers, text that it would misread as a placeholder."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, str) and (_MARKUP.search(value) or not re.search("[a-zA-Z0-9]", value)):
        return _PLACEHOLDER
    return value


def _prose(text: str) -> str:
    """A line of text in which gptables finds neither a link nor a note reference."""
    text = one_line(text)
    while _MARKUP.search(text):
        text = text.replace("$$", "$ $").replace("](", "] (")
    return text


def _lines(lines: list[str] | None) -> list[str] | None:
    return [_prose(line) for line in lines] if lines else None


def _with_language(archive: bytes) -> bytes:
    """State the document's language, which xlsxwriter has no setting for, in the core properties."""
    name = "docProps/core.xml"
    with zipfile.ZipFile(io.BytesIO(archive)) as old:
        core = old.read(name).decode("utf-8")
    core = core.replace("<dcterms:created", f"<dc:language>{LANGUAGE}</dc:language><dcterms:created", 1)
    return repack(archive, {name: core.encode("utf-8")}, first="[Content_Types].xml")
