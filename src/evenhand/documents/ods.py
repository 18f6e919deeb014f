"""OpenDocument through odfdo: the same sheets as the XLSX, with heading styles, marked tables and a stated language.

The cells are written as XML text and parsed once a sheet: building each cell as an odfdo element takes many times as
long. odfdo holds the container, the metadata and the styles, and checks that the XML is sound.
"""

from __future__ import annotations

import io
from datetime import datetime
from decimal import Decimal
from xml.sax.saxutils import escape as xml_escape
from xml.sax.saxutils import quoteattr

from evenhand.documents.spreadsheet import LANGUAGE, Sheet, Value, Workbook, cover_lines, repack, sheets, widths
from evenhand.documents.text import one_line

_CHARACTER_MM = 2.6


def write(workbook: Workbook) -> bytes:
    """The workbook as the bytes of an ODS file."""
    from odfdo import Document, Element

    document = Document("spreadsheet")
    content = sheets(workbook)
    body = document.body
    body.clear()
    pages = [_cover(workbook), _contents(content), *(_page(sheet) for sheet in content)]
    for page in pages:
        body.append(Element.from_tag(page))
    body.append(Element.from_tag(_ranges(content)))
    for style in _styles(content):
        document.insert_style(style, automatic=True)
    meta = document.meta
    when = datetime(workbook.created.year, workbook.created.month, workbook.created.day)  # noqa: DTZ001
    meta.title, meta.creator, meta.initial_creator = one_line(workbook.title), "Evenhand", "Evenhand"
    meta.generator, meta.creation_date, meta.date = "Evenhand", when, when
    meta.language = LANGUAGE
    meta.editing_cycles = 1
    out = io.BytesIO()
    document.save(out, pretty=False)
    return repack(out.getvalue(), first="mimetype")


def _cover(workbook: Workbook) -> str:
    rows = [_text_row(workbook.title, "ehTitle", 1)]
    for heading, lines in cover_lines(workbook).items():
        rows.append(_text_row(heading, "ehHeading", 2))
        rows += [_text_row(line, "ehText") for line in lines]
    return _table("Cover", [100], rows)


def _contents(content: list[Sheet]) -> str:
    rows = [
        _text_row("Contents", "ehTitle", 1),
        _text_row("This sheet has one table, with links to the sheets.", "ehText"),
    ]
    rows.append(_heading_row(("Sheet", "Title")))
    for sheet in content:
        link = f'<text:a xlink:type="simple" xlink:href="#{sheet.name}.A1">{sheet.name}</text:a>'
        cell = '<table:table-cell table:style-name="ehText" office:value-type="string">'
        cell += f"<text:p>{link}</text:p></table:table-cell>"
        rows.append(f"<table:table-row>{cell}{_cell(sheet.title, None)}</table:table-row>")
    return _table("Contents", [14, 90], rows)


def _page(sheet: Sheet) -> str:
    rows = [_text_row(sheet.title, "ehTitle", 1), *(_text_row(line, "ehText") for line in sheet.lines)]
    rows.append(_heading_row(sheet.headings, sheet.formats))
    for row in sheet.rows:
        cells = "".join(_cell(value, decimals) for value, decimals in zip(row, sheet.formats, strict=True))
        rows.append(f"<table:table-row>{cells}</table:table-row>")
    return _table(sheet.name, widths(sheet), rows)


def _table(name: str, sizes: list[int], rows: list[str]) -> str:
    columns = "".join(f'<table:table-column table:style-name="ehWidth{size}"/>' for size in sizes)
    return f"<table:table table:name={quoteattr(name)}>{columns}{''.join(rows)}</table:table>"


def _text_row(text: str, style: str, level: int = 0) -> str:
    """A row of one cell of text; a heading of the given level when ``level`` is not 0."""
    words = _words(one_line(text))
    inner = f'<text:h text:outline-level="{level}">{words}</text:h>' if level else f"<text:p>{words}</text:p>"
    cell = f'<table:table-cell table:style-name="{style}" office:value-type="string">{inner}</table:table-cell>'
    return f"<table:table-row>{cell}</table:table-row>"


def _heading_row(headings: tuple[str, ...], formats: tuple[int | None, ...] | None = None) -> str:
    """The heading row, marked as such so that screen readers and printing repeat it."""
    cells = ""
    for index, heading in enumerate(headings):
        style = "ehHeadRight" if formats and formats[index] is not None else "ehHead"
        cells += f'<table:table-cell table:style-name="{style}" office:value-type="string">'
        cells += f"<text:p>{_words(heading)}</text:p></table:table-cell>"
    return f"<table:table-header-rows><table:table-row>{cells}</table:table-row></table:table-header-rows>"


def _cell(value: Value, decimals: int | None) -> str:
    """A number as a number with its picture, anything else as a string; a string is never a formula."""
    if decimals is not None and isinstance(value, Decimal | int):
        return (
            f'<table:table-cell table:style-name="ehNumber{decimals}" office:value-type="float" '
            f'office:value="{value:f}"><text:p>{value:,f}</text:p></table:table-cell>'
        )
    style = "ehText" if decimals is None else "ehShorthand"
    text = f"<text:p>{_words(str(value))}</text:p>"
    return f'<table:table-cell table:style-name="{style}" office:value-type="string">{text}</table:table-cell>'


def _words(text: str) -> str:
    return xml_escape(one_line(text))


def _ranges(content: list[Sheet]) -> str:
    """Each table marked as a named database range, the ODS way to say "this is a table"."""
    marks = ""
    for sheet in content:
        top = 2 + len(sheet.lines)
        last = _letters(len(sheet.headings) - 1)
        area = f"{sheet.name}.A{top}:{sheet.name}.{last}{top + len(sheet.rows)}"
        marks += (
            f'<table:database-range table:name="{sheet.name}" table:target-range-address="{area}" '
            'table:contains-header="true"/>'
        )
    return f"<table:database-ranges>{marks}</table:database-ranges>"


def _letters(index: int) -> str:
    """Spreadsheet letters of a column counted from 0: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _styles(content: list[Sheet]) -> list[str]:
    """The few looks there are, the number pictures and the column widths that occur."""
    made = [
        _look("ehTitle", 'fo:font-size="16pt" fo:font-weight="bold"'),
        _look("ehHeading", 'fo:font-size="14pt" fo:font-weight="bold"'),
        _look("ehText", "", wrap=True),
        _look("ehHead", 'fo:font-weight="bold"', wrap=True, border=True),
        _look("ehHeadRight", 'fo:font-weight="bold"', wrap=True, border=True, right=True),
        _look("ehShorthand", "", right=True),
    ]
    for places in sorted({decimals for sheet in content for decimals in sheet.formats if decimals is not None}):
        made.append(
            f'<number:number-style style:name="ehPicture{places}"><number:number number:decimal-places="{places}" '
            f'number:min-decimal-places="{places}" number:min-integer-digits="1" number:grouping="true"/>'
            "</number:number-style>"
        )
        made.append(_look(f"ehNumber{places}", "", right=True, picture=f"ehPicture{places}"))
    for size in sorted({14, 90, 100, *(size for sheet in content for size in widths(sheet))}):
        made.append(
            f'<style:style style:name="ehWidth{size}" style:family="table-column">'
            f'<style:table-column-properties style:column-width="{size * _CHARACTER_MM:.1f}mm"/></style:style>'
        )
    return made


def _look(
    name: str, font: str, *, wrap: bool = False, border: bool = False, right: bool = False, picture: str = ""
) -> str:
    cell = 'fo:wrap-option="wrap"' if wrap else ""
    cell += ' fo:border-bottom="0.75pt solid #0b0c0c"' if border else ""
    paragraph = '<style:paragraph-properties fo:text-align="end"/>' if right else ""
    data = f' style:data-style-name="{picture}"' if picture else ""
    size = "" if "font-size" in font else 'fo:font-size="12pt" '
    return (
        f'<style:style style:name="{name}" style:family="table-cell" style:parent-style-name="Default"{data}>'
        f'<style:table-cell-properties {cell} style:vertical-align="top"/>{paragraph}'
        f'<style:text-properties {size}{font} fo:font-family="Arial" '
        'fo:language="en" fo:country="GB"/></style:style>'
    )
