"""What changed between two editions, in figures, in sentences and as JSON."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from evenhand.edition.build import build_from
from evenhand.edition.diff import Changes, compare
from evenhand.edition.home import writing
from evenhand.edition.library import Kept
from evenhand.edition.read import Edition
from evenhand.facts.register import Register
from evenhand.sources.model import ReadResult
from tests.edition.tables import direct_payments, kept, result, row, tiny_files

M = "ascof-3d-2a"
# The figures of one council in the changed edition: a smaller change, a large one, a suppressed one and a new one.
CHANGED: dict[str, tuple[float | None, float | None, float | None, str]] = {
    "ashvale": (128.0, 800.0, 16.0, "published"),
    "brackwater": (90.0, 450.0, 20.0, "published"),
    "corvedale": (None, None, None, "suppressed"),
    "dunmere": (100.0, 400.0, 25.0, "published"),
    "north-thornshire": (None, None, None, "suppressed"),
}


def files(rows: list[dict[str, Any]], extra: list[ReadResult] | None = None) -> list[tuple[Kept, ReadResult]]:
    made = [result("ascof/2024-25", rows), *(extra or [])]
    return [(kept(r), r) for r in made]


def edition(home: Path, tiny: Register, loaded: list[tuple[Kept, ReadResult]]) -> Edition:
    with writing(home):
        return Edition(build_from(home, loaded, tiny).folder)


def changed() -> list[dict[str, Any]]:
    part = {"numerator": 0, "denominator": 1, "value": 2}
    rows = []
    for r in direct_payments():
        figure = CHANGED.get(r["area"])
        if figure:
            value = figure[part[r["part"]]]
            r = r | {"value": value, "status": figure[3]}  # noqa: PLW2901
        rows.append(r)
    return rows


@pytest.fixture(scope="module")
def changes(tiny: Register, tmp_path_factory: pytest.TempPathFactory) -> Changes:
    home = tmp_path_factory.mktemp("diff")
    old = edition(home, tiny, files(direct_payments()))
    return compare(old, edition(home, tiny, files(changed())))


def by_area(changes: Changes) -> dict[str, dict[str, Any]]:
    rows = changes.figures.to_dicts()
    return {r["area"]: r for r in rows if (r["measure"], r["group"], r["period"]) == (M, "all", "2024-25")}


def test_an_edition_does_not_differ_from_itself(tiny_edition: Edition) -> None:
    same = compare(tiny_edition, tiny_edition)
    assert same.figures.is_empty()
    assert same.sentences() == [f"From {tiny_edition.id} to {tiny_edition.id}:", "No figure differs."]


@pytest.mark.parametrize(
    ("area", "change", "was", "now"),
    [
        ("ashvale", "changed", 15.0, 16.0),
        ("brackwater", "changed", 0.0, 20.0),
        ("corvedale", "changed", 50.0, None),
        ("dunmere", "changed", None, 25.0),
        ("north-thornshire", "changed status", None, None),
    ],
)
def test_each_kind_of_change_of_a_figure(
    changes: Changes, area: str, change: str, was: float | None, now: float | None
) -> None:
    r = by_area(changes)[area]
    assert (r["change"], r["old_value"], r["new_value"]) == (change, was, now)


def test_the_statuses_before_and_after_are_told(changes: Changes) -> None:
    rows = by_area(changes)
    assert (rows["corvedale"]["old_status"], rows["corvedale"]["new_status"]) == ("published", "suppressed")
    assert (rows["north-thornshire"]["old_status"], rows["north-thornshire"]["new_status"]) == ("missing", "suppressed")


def test_a_figure_that_stays_while_the_word_for_it_changes_is_a_changed_band(
    tiny_edition: Edition, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(tiny_edition.folder, tmp_path / "other"))
    here = (pl.col("measure") == M) & (pl.col("area") == "south-thornshire") & (pl.col("group") == "all")
    values = pl.read_parquet(folder / "values.parquet")
    values.with_columns(band=pl.when(here).then(pl.lit("higher")).otherwise("band")).write_parquet(
        folder / "values.parquet"
    )
    got = compare(tiny_edition, Edition(folder))
    assert got.figures.select("area", "change", "old_band", "new_band", "new_value").rows() == [
        ("south-thornshire", "changed band", "similar", "higher", 25.0)
    ]
    assert got.sentences()[1:] == [
        "1 figure changed band.", f"{M} 2024-25, South Thornshire: 25 to 25; band similar to higher.",
    ]  # fmt: skip


def test_the_largest_change_comes_first_and_a_figure_from_nought_is_the_largest_of_all(changes: Changes) -> None:
    sized = [r for r in changes.figures.to_dicts() if r["old_value"] is not None and r["new_value"] is not None]
    sizes = [
        abs(r["new_value"] - r["old_value"]) / abs(r["old_value"]) if r["old_value"] else float("inf") for r in sized
    ]
    assert sizes == sorted(sizes, reverse=True)
    assert changes.figures["area"][0] == "brackwater"


def test_sources_are_named_by_table_and_nothing_else_is_said_to_change(changes: Changes) -> None:
    assert changes.sources == {"added": [], "removed": [], "replaced": ["ascof/2024-25"]}
    assert changes.measures == {"added": [], "removed": []}
    assert not changes.code_changed


def test_the_sentences_say_totals_and_then_the_largest_changes_in_words(changes: Changes) -> None:
    said = changes.sentences()
    assert said[0] == f"From {changes.old} to {changes.new}:"
    assert "Source replaced: ascof/2024-25." in said
    assert f"{M} 2024-25, Ashvale: 15 to 16." in [s.split("; band")[0].rstrip(".") + "." for s in said]
    assert any(s.startswith(f"{M} 2024-25, Corvedale: 50 to suppressed") for s in said)
    assert any(s.startswith(f"{M} 2024-25, North Thornshire: missing to suppressed") for s in said)
    tally = changes.figures["change"].value_counts()
    for change, n in tally.iter_rows():
        assert any(f"{n} {'figure' if n == 1 else 'figures'} {change}" in s for s in said)


def test_the_list_is_cut_and_says_how_many_more_there_are(changes: Changes) -> None:
    said = changes.sentences(most=2)
    assert said[-1] == f"… and {changes.figures.height - 2} more (--format json lists all)."
    assert len([s for s in said if s.startswith("ascof") or s.startswith("dp")]) == 2


def test_the_json_holds_every_change(changes: Changes) -> None:
    plain = json.loads(changes.to_json())
    assert set(plain) == {"old", "new", "sources", "measures", "code_changed", "figures"}
    assert len(plain["figures"]) == changes.figures.height
    first = next(f for f in plain["figures"] if f["area"] == "corvedale" and f["measure"] == M)
    assert (first["change"], first["old_value"], first["new_value"]) == ("changed", 50.0, None)


def test_a_period_and_a_table_more_are_added_and_the_other_way_round_removed(tiny: Register, tmp_path: Path) -> None:
    more = [r | {"period": "2025-26"} for r in direct_payments()]
    small = edition(tmp_path, tiny, tiny_files())
    large = edition(tmp_path, tiny, [*tiny_files(), *files(direct_payments(), [result("ascof/2025-26", more)])[1:]])
    there, back = compare(small, large), compare(large, small)
    assert there.sources["added"] == ["ascof/2025-26"]
    assert set(there.figures["change"]) == {"added"}
    assert set(there.figures["period"]) == {"2025-26"}
    assert back.sources["removed"] == ["ascof/2025-26"]
    assert set(back.figures["change"]) == {"removed"}
    assert back.figures.height == there.figures.height
    assert f"{M} 2025-26, Ashvale: not there to 15" in "\n".join(there.sentences(100))


def test_a_measure_that_has_figures_only_in_one_edition_is_named(tiny: Register, tmp_path: Path) -> None:
    other = [row("ascof2023/1A", "2024-25", "ashvale", "value", 19.0, unit="score"),
             row("ascof2023/1A", "2024-25", "brackwater", "value", 18.0, unit="score")]  # fmt: skip
    old = edition(tmp_path, tiny, tiny_files())
    new = edition(tmp_path, tiny, [*tiny_files(), *files([], [result("ascof-survey/2024-25", other)])[1:]])
    assert compare(old, new).measures == {"added": ["ascof-1a"], "removed": []}
    assert "Measure added: ascof-1a." in compare(old, new).sentences()


def test_another_version_of_the_program_is_said(tiny: Register, tmp_path: Path) -> None:
    old = edition(tmp_path, tiny, tiny_files())
    about = json.loads((old.folder / "edition.json").read_text())
    (old.folder / "edition.json").write_text(json.dumps(about | {"code_digest": "another"}))
    new = Edition(old.folder)
    old.about  # noqa: B018 (read anew below)
    old.about["code_digest"] = "before"
    assert "The program changed between the two." in compare(old, new).sentences()
