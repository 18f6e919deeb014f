"""A table as accessible HTML in the classes of GOV.UK Frontend. All text is escaped; there are no inline styles."""

from __future__ import annotations

from evenhand.documents.numbers import format_cell
from evenhand.documents.table import Cell, Column, Table
from evenhand.documents.text import escape

_SIZES = ("s", "m", "l", "xl")


def table_html(table: Table, *, caption_size: str = "m", row_headings: bool = True) -> str:
    """A ``figure`` holding the table (caption, column and row headings with scope) and its notes and sources.

    caption_size: s, m, l or xl. row_headings: the first column is the heading of its row (scope="row").
    Classes of our own: ``evenhand-table``, ``evenhand-cell--missing|suppressed|not_applicable`` on cells without a
    number, ``evenhand-simulated`` on the figure when the figures are invented.
    """
    size = caption_size if caption_size in _SIZES else "m"
    simulated = " evenhand-simulated" if table.simulated else ""
    subtitle = f'\n<span class="evenhand-table__subtitle">{escape(table.subtitle)}</span>' if table.subtitle else ""
    heads = "".join(_heading(column) for column in table.columns)
    body = "\n".join(
        '<tr class="govuk-table__row">'
        + "".join(_cell(column, cell, row_headings and index == 0) for index, (column, cell) in enumerate(record))
        + "</tr>"
        for record in table.records()
    )
    return (
        f'<figure class="evenhand-figure{simulated}">\n'
        f'<table class="govuk-table evenhand-table">\n'
        f'<caption class="govuk-table__caption govuk-table__caption--{size}">{escape(table.caption)}'
        f"{subtitle}</caption>\n"
        f'<thead class="govuk-table__head"><tr class="govuk-table__row">{heads}</tr></thead>\n'
        f'<tbody class="govuk-table__body">\n{body}\n</tbody>\n</table>\n{_foot(table)}</figure>\n'
    )


def _heading(column: Column) -> str:
    numeric = " govuk-table__header--numeric" if column.sort.is_numeric else ""
    return f'<th scope="col" class="govuk-table__header{numeric}">{escape(column.heading)}</th>'


def _cell(column: Column, cell: Cell, heading: bool) -> str:
    text = escape(format_cell(column.sort, cell.value, cell.status, column.decimals))
    tag = "th" if heading else "td"
    name = "govuk-table__header" if heading else "govuk-table__cell"
    classes = [name]
    if column.sort.is_numeric:
        classes.append(f"{name}--numeric")
    if not cell.status.has_value:
        classes.append(f"evenhand-cell--{cell.status.value}")
    scope = ' scope="row"' if heading else ""
    return f'<{tag}{scope} class="{" ".join(classes)}">{text}</{tag}>'


def _foot(table: Table) -> str:
    parts = []
    if table.notes:
        items = "".join(f"<li>{escape(note)}</li>" for note in table.notes)
        parts.append(f'<ol class="govuk-list govuk-list--number evenhand-notes">{items}</ol>')
    lines = [f"Source: {source}" for source in table.sources]
    lines += [f"Licence: {table.licence}"] if table.licence else []
    lines += [f"Edition: {table.edition}"] if table.edition else []
    parts += [f'<p class="govuk-body-s evenhand-source">{escape(line)}</p>' for line in lines]
    return f"<figcaption>\n{chr(10).join(parts)}\n</figcaption>\n" if parts else ""
