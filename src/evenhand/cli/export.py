"""``evenhand export``: a measure as a file to take away."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal

from evenhand.cli import common
from evenhand.facts.errors import EvenhandError, Where

TABLES = (".csv", ".ods", ".xlsx", ".parquet", ".json")
PICTURES = (".svg", ".png")


def export(
    measure: str,
    file: Path,
    /,
    *,
    period: str | None = None,
    area: str | None = None,
    against: str = "england",
    group: str = "all",
    chart: Literal["funnel", "intervals", "map", "trend"] = "funnel",
    dated: date | None = None,
) -> None:
    """Write a measure to a file: the ending of its name says as what.

    Parameters
    ----------
    measure
        The measure's id, such as ascof-3d-2a.
    file
        .csv (with a second file about it), .ods, .xlsx, .parquet or .json for the table; .svg or .png for a chart.
    period
        Such as 2024-25; the latest when left out.
    area
        The council to point out in a chart.
    against
        england, region, type, peers, or names or codes with commas between.
    group
        all, or a group of people such as 18-64.
    chart
        funnel, intervals, map, or trend (of the council named with --area).
    dated
        The date that a workbook states; today when left out.
    """
    from evenhand.edition.against import compare
    from evenhand.site.evidence.present.tables import measure_table

    ending = file.suffix.lower()
    if ending not in TABLES + PICTURES:
        raise EvenhandError(
            f"Evenhand cannot write {ending or 'a file without an ending'}.",
            where=Where(str(file)),
            do=f"End the name with one of {', '.join(TABLES + PICTURES)}.",
        )
    edition = common.current()
    definition = edition.definition(measure)
    found = compare(edition, measure, period, group=group, against=against)
    if ending in PICTURES:
        data = _picture(chart, edition, definition, found, area, ending)
        _write(file, data)
    else:
        # One unit in every file that a machine reads, and the same as in `show --format json`.
        table = measure_table(edition, definition, found, pounds=ending in (".csv", ".json", ".parquet"))
        # The clock is read here and nowhere deeper: a workbook states the day it was made.
        made = dated or date.today()  # noqa: DTZ011
        _write(file, _table(table, ending, made))
        if ending == ".csv":
            from evenhand.documents.csv_files import about_name

            about = measure_table(edition, definition, found).about_csv()
            _write(file.with_name(about_name(file.name)), about)
    print(f"Wrote {file}: {definition['title']}, {found.rows['period'][0]}, from edition {edition.id}.")
    if edition.simulated:
        print(common.SIMULATED)


def _table(table: object, ending: str, made: date) -> bytes:
    from evenhand.documents.table import Table

    assert isinstance(table, Table)
    if ending == ".csv":
        return table.to_csv(rounded=False)
    if ending == ".json":
        return table.to_json().encode()
    if ending == ".parquet":
        return table.to_parquet()
    return table.to_ods(created=made) if ending == ".ods" else table.to_xlsx(created=made)


def _picture(chart: str, edition: object, definition: object, found: object, area: str | None, ending: str) -> bytes:
    from evenhand.edition.against import Comparison
    from evenhand.edition.read import Edition
    from evenhand.site.evidence.present.charts import picture

    assert isinstance(edition, Edition)
    assert isinstance(found, Comparison)
    assert isinstance(definition, dict)
    chosen = None
    if area:
        wanted = edition.find(area, found.rows["period"][0])
        match = found.rows.filter(found.rows["area"] == getattr(wanted, "id", getattr(wanted, "code", ""))).to_dicts()
        if not match or match[0]["value"] is None:
            raise EvenhandError(f"{area} has no figure to point out.", do="Leave --area out, or try another period.")
        chosen = match[0]
    drawn = picture(chart, edition, definition, found, chosen)
    return drawn.to_svg(width=700).encode() if ending == ".svg" else drawn.to_png(width=700)


def _write(file: Path, data: bytes) -> None:
    from evenhand.edition.home import full_disk, write_whole

    with full_disk(file.parent):
        write_whole(file, data)
