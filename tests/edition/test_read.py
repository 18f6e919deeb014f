"""Reading an edition: what is asked for and no more, and damage is said in words."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest

from evenhand.edition.build import Built
from evenhand.edition.read import COMMON, TABLES, Edition, UnknownMeasure, open_current, open_edition
from evenhand.facts.errors import EvenhandError, UnknownArea

M = "ascof-3d-2a"


def test_the_current_edition_and_one_by_its_first_letters_are_the_same(tiny_built: Built) -> None:
    home = tiny_built.folder.parents[1]
    assert open_current(home).id == tiny_built.id
    assert open_edition(home, tiny_built.id[:7]).folder == tiny_built.folder


def test_every_table_can_be_read_and_holds_the_rows_that_the_edition_says(tiny_edition: Edition) -> None:
    for name in set(TABLES) - {"tiles"}:
        assert tiny_edition.table(name).collect().height == tiny_edition.about["rows"][name]


@pytest.mark.parametrize("name", ["tiles", "secrets", "../values", "values.parquet"])
def test_a_table_that_is_not_there_is_named(tiny_edition: Edition, name: str) -> None:
    with pytest.raises(EvenhandError, match="This edition has no table called"):
        tiny_edition.table(name)


def test_the_figures_of_a_measure_are_those_of_the_latest_period(tiny_edition: Edition) -> None:
    got = tiny_edition.values(M)
    assert tuple(got.columns) == COMMON
    assert set(got["period"]) == {"2024-25"}
    assert got.filter(area_name="Ashvale").select("area_code", "slug", "value", "status").row(0) == (
        "E66000001", "ashvale", 15.0, "published",
    )  # fmt: skip
    assert got.filter(area_name="Dunmere").select("value", "band", "status").row(0) == (None, None, "suppressed")


def test_a_measures_id_may_be_typed_in_capitals(tiny_edition: Edition) -> None:
    assert tiny_edition.values("ASCOF-3D-2A").equals(tiny_edition.values(M))


@pytest.mark.parametrize(
    ("typed", "says"),
    [("ascof-3d-2", r"Did you mean .*ascof-3d-2a.*\?"), ("zzzz", r"`evenhand show --list` lists the measures\.")],
)
def test_an_unknown_measure_is_refused_with_the_nearest_ids(tiny_edition: Edition, typed: str, says: str) -> None:
    with pytest.raises(UnknownMeasure, match=says):
        tiny_edition.values(typed)


def test_a_period_without_figures_is_refused_with_those_that_have_some(tiny_edition: Edition) -> None:
    with pytest.raises(EvenhandError, match=r"has no figures for 1999-00\. Periods in this edition: 2024-25\."):
        tiny_edition.rows(M, "1999-00")


def test_a_measure_without_any_figure_says_that_it_has_no_period(tiny_edition: Edition) -> None:
    assert tiny_edition.definition("ascof-1a")["latest_period"] is None
    with pytest.raises(EvenhandError, match=r"Periods in this edition: none\."):
        tiny_edition.rows("ascof-1a", "2024-25")
    assert tiny_edition.values("ascof-1a").is_empty()


def test_the_list_of_measures_has_one_row_each_in_the_order_people_see(tiny_edition: Edition) -> None:
    got = tiny_edition.measures()
    orders = [tiny_edition.definition(m)["order"] for m in got["measure"]]
    assert orders == sorted(orders)
    row = got.filter(measure=M).row(0, named=True)
    assert (row["councils_with_value"], row["england_value"], row["latest_period"]) == (4, 31.4, "2024-25")


def test_an_area_is_found_as_people_type_it(tiny_edition: Edition) -> None:
    assert tiny_edition.find("ashvale").name == "Ashvale"
    assert tiny_edition.find("E66000001").name == "Ashvale"
    assert tiny_edition.find("NV").name == "North Vale"
    with pytest.raises(UnknownArea, match="North Thornshire"):
        tiny_edition.find("Thornshire")


def test_the_edition_carries_its_own_register(tiny_edition: Edition, tiny: object) -> None:
    assert tiny_edition.register.all == tiny.all  # type: ignore[attr-defined]
    assert tiny_edition.register.codes == tiny.codes  # type: ignore[attr-defined]
    assert tiny_edition.register.simulated


def test_areas_have_the_code_and_the_state_of_the_newest_period(tiny_edition: Edition) -> None:
    rows = {r["area"]: r for r in tiny_edition.areas().to_dicts()}
    assert (rows["corvedale"]["code"], rows["corvedale"]["standing"]) == ("E66000003", True)
    assert (rows["thornshire"]["standing"], rows["thornshire"]["successors"]) == (
        False, ["north-thornshire", "south-thornshire"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "harm"),
    [("edition.json", b""), ("edition.json", b"{"), ("edition.json", None), ("measures.json", b"\xff\xfe"),
     ("values.parquet", b"PAR1"), ("values.parquet", b""), ("values.parquet", "cut")],
)  # fmt: skip
def test_a_damaged_edition_is_a_sentence_naming_the_file(
    tiny_built: Built, tmp_path: Path, name: str, harm: bytes | str | None
) -> None:
    folder = Path(shutil.copytree(tiny_built.folder, tmp_path / tiny_built.id))
    path = folder / name
    if harm is None:
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-20] if isinstance(harm, str) else harm)
    e = Edition(folder)

    def ask() -> None:
        assert e.about
        assert e.definitions
        e.table("values").collect()

    with pytest.raises(EvenhandError, match=rf"{name}: The edition is damaged\. Build it again"):
        ask()


def test_a_lazy_table_reads_only_what_is_asked(tiny_edition: Edition) -> None:
    plan = tiny_edition.table("values").filter(pl.col("measure") == M).select("area", "value").explain()
    assert "PROJECT 3/" in plan
