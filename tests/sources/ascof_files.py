"""Little ASCOF files of the invented councils, in the publishers' layout, written by code.

``workbook(folder, ...)`` makes the ODS with its cover, contents, log, notes and three tables; a test changes one thing
in ``sheets()`` and sees what the reader says of it. ``long_rows()`` is the open data in long form.
"""

from __future__ import annotations

import csv
from pathlib import Path

import xlsxwriter
from odfdo import Cell, Document, Row, Table

Rows = list[list[object]]

TITLE = "Measures from the adult social care outcomes framework (ASCOF), Tinyland - time series of aggregated measures"
AREA = ["Local authority code", "Local authority", "ONS area code"]
DIVIDED = ["2024 to 2025 - numerator", "2024 to 2025 - denominator", "2024 to 2025 - outcome"]
SURVEY = [
    f"{y} - {w}" for y in ("2019 to 2020", "2024 to 2025")
    for w in ("margin of error", "number of respondents", "outcome")
]  # fmt: skip

# Rows of Table_3d(2a): 115 of 480 people is 24.0%; Corvedale is suppressed and Dunmere has no data.
PAYMENTS: Rows = [
    ["Tinyland", "Tinyland", "E99000001", 210.0, 905.0, 23.2],
    ["S", "Shire Counties", "[z]", 115.0, 480.0, 24.0],
    ["NV", "North Vale", "E62000001", 155.0, 660.0, 23.5],
    ["001", "Ashvale", "E66000001", 41.0, 182.0, 22.5],
    ["002", "Brackwater", "E66000002", 115.0, 480.0, 24.0],
    ["003", "Corvedale", "E66000003", "[c]", "[c]", "[c]"],
    ["004", "Dunmere", "E66000004", "[x]", "[x]", "[x]"],
    ["005", "Thornshire", "E66000005", "[z]", "[z]", "[z]"],
    ["T1N2Y", "North Thornshire", "E66000006", 0.0, 60.0, 0.0],
    ["T1S2Y", "South Thornshire", "E66000007", 54.0, 183.0, 29.5],
]


def sheets() -> dict[str, Rows]:
    """The whole workbook: sheet name -> rows. Fresh at every call, so that a test may change it."""
    return {
        "Cover": [[TITLE], ["Introduction"]],
        "Contents": [
            ["Contents table"],
            ["Metric", "Description", "Source", "Start year", "2022 to 2023 Code"],
            ["1A", "Quality of life", "ASCS - questions 3a and 4a", "2019 to 2020", "1A"],
            ["3D(2a)", "People who receive direct payments", "CLD", "2024 to 2025", "1C(1b)"],
            ["6A ", "Staff leaving", "Workforce data", "2024 to 2024", "Not applicable"],
        ],
        "Comparability_over_time_log": [
            ["Comparability over time"],
            ["2024 to 2025 metric code", "2022 to 2023 metric code", "Year of change", "Description of impact"],
            ["3D(2a)", "1C(2A)", "2024 to 2025", "Figures for 2024 to 2025 onwards cannot be compared with earlier."],
            ["3D(2a)", "1C(2A)", "2023 to 2024", "Measure 1C(2A) was renamed to 3D(2a)."],
            ["1A", "1A", "2020 to 2021", "The survey was voluntary and few took part."],
            ["[z]", "1E", "2023 to 2024", "This measure was removed from ASCOF."],
        ],
        "Notes": [
            ["Notes"],
            ["Note number ", "Note text", "Note Link"],
            ["[note 1]", "Respondents matter.", "Not applicable"],
            ["[Note 15]", "Low figures are likely data quality.", "See the statement"],
        ],
        "Table_1a": [
            ["Table 1a: quality of life score [note 1]"],
            ["This worksheet contains one table."],
            [*AREA, *SURVEY],
            ["Tinyland", "Tinyland", "E99000001", 0.1, 900.0, 19.1, 0.1, 950.0, 19.0],
            ["001", "Ashvale", "E66000001", "0.4 (0.5)", "1,005 (200)", "19.5 (18.5)", 0.4, 240.0, 20.200000000000003],
            ["005", "Thornshire", "E66000005", 0.5, 180.0, 18.0, "[z]", "[z]", "[z]"],
            ["T1N2Y", "North Thornshire", "E66000006", "[z]", "[z]", "[z]", "0.6", "90", "17.5 (:)"],
        ],
        "Table_3d(2a)": [
            ["Table 3d(2a): people who receive direct payments [note 15][Note 1]"],
            ["This worksheet contains one table."],
            [*AREA, *DIVIDED],
            *[list(r) for r in PAYMENTS],
        ],
        "Table_6a": [
            ["Table 6a: staff leaving"],
            [*AREA, "2023 to 2024 - outcome", "2024 to 2025 - outcome"],
            ["001", "Ashvale", "E66000001", 20.1, "[x]"],
            ["002", "Brackwater", "E66000002", 24.0, 25.0],
            ["004", "Dunmere", "E66000004", 22.0, "[x]"],
            ["[z]", "Ashvale and Dunmere", "[z]", "[x]", 20.2],
        ],
    }


def write_ods(path: Path, content: dict[str, Rows]) -> Path:
    """Write sheets of cells to an ODS file: numbers as numbers, text as text."""
    document = Document("spreadsheet")
    document.body.clear()
    for name, rows in content.items():
        table = Table("T")
        table._set_attribute_str("table:name", name)  # the publisher's names hold brackets, which odfdo refuses
        for cells in rows:
            row = Row()
            for cell in cells:
                row.append_cell(Cell(cell))
            table.append_row(row)
        document.body.append(table)
    document.save(str(path))
    return path


def workbook(folder: Path, content: dict[str, Rows] | None = None, name: str = "tiny-ascof.ods") -> Path:
    """The ASCOF workbook of Tinyland, or one with changed sheets."""
    return write_ods(folder / name, content or sheets())


LONG_HEAD = [
    "Geographical Code", "Geographical Description", "Geographical Level", "ONS Code", "ASCOF Measure Code",
    "Disaggregation Level", "Measure Type", "Measure Value", "Measure Group", "Measure Group Description",
]  # fmt: skip
LONG_NAME = "meas-from-asc-of-tin-1920-open-data-csv.csv"


def long_rows() -> Rows:
    """The open data of 2019-20, with header: an area a line below, each with its parts."""
    areas = {
        "tin": ["Tinyland", "Tinyland", "England", "E99000001"],
        "nv": ["NV", "North Vale", "Region", "E62000001"],
        "shire": ["S", "Shire Counties", "Council Type", ""],
        "ash": ["001", "Ashvale", "Council", "E66000001"],
        "thorn": ["005", "Thornshire", "Council", "E66000005"],
    }
    figures: list[tuple[str, str, str, str, object]] = [
        ("tin", "1C2A", "Total", "Numerator", 950), ("tin", "1C2A", "Total", "Denominator", 4000),
        ("tin", "1C2A", "Total", "Outcome", 23.8),
        ("nv", "1C2A", "Total", "Outcome", 25.1), ("shire", "1C2A", "Total", "Outcome", 22),
        ("ash", "1C2A", "Total", "Numerator", 41), ("ash", "1C2A", "Total", "Denominator", 182),
        ("ash", "1C2A", "Total", "Outcome", 22.5),
        ("ash", "1C2A1864", "18-64", "Numerator", "[c]"), ("ash", "1C2A65OV", "65 and over", "Outcome", "[x]"),
        ("ash", "1C2B64U", "64 and under", "Outcome", 80), ("ash", "1C2B85OV", "85 and over", "Outcome", 0),
        ("ash", "2B16574", "65-74", "Outcome", 81.5), ("ash", "1I1F", "Female", "Outcome", 45.5),
        ("ash", "1A", "Total", "Base", 225), ("ash", "1A", "Total", "Margin Of Error", 0.4),
        ("ash", "1A", "Total", "Numerator", 41785), ("ash", "1A", "Total", "Denominator", 2200),
        ("ash", "1A", "Total", "Outcome", 19),
        ("ash", "2A1", "Total", "Numerator", 12), ("ash", "2A1", "Total", "Denominator", 90126),
        ("ash", "2A1", "Total", "Outcome", 13.3),
        ("thorn", "1C2A", "Total", "Outcome", 30),
    ]  # fmt: skip
    return [LONG_HEAD, *([*areas[a], m, g, p, v, m[:4], "described"] for a, m, g, p, v in figures)]


def write_csv(path: Path, rows: Rows, encoding: str = "utf-8") -> Path:
    """Write rows to a CSV file."""
    with path.open("w", encoding=encoding, newline="") as f:
        csv.writer(f).writerows(rows)
    return path


def write_xlsx(path: Path, rows: Rows) -> Path:
    """Write rows to the one sheet ``in`` of an XLSX file."""
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("in")
    for n, cells in enumerate(rows):
        sheet.write_row(n, 0, cells)
    book.close()
    return path
