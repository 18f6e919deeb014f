"""The definitions say what the program does: their worked examples run, and their reasons are all there are."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import ibis
import pytest
import yaml
from scripts import cld_methods

from evenhand.edition.standing import identifier
from evenhand.facts.errors import EvenhandError
from evenhand.measures.cld import admissions, budgets, home, reablement, tables
from evenhand.measures.cld import definition as definitions
from evenhand.measures.cld.engines import DuckDb
from evenhand.measures.cld.figures import SHOWN, add_up
from evenhand.measures.cld.logic import Period
from evenhand.measures.cld.options import Options
from evenhand.measures.cld.pipeline import people_table
from evenhand.measures.definition import load_all
from tests.measures.cld import rows

YEAR = Period(dt.date(2024, 4, 1), dt.date(2025, 3, 31))
MEASURES = definitions.definitions()
STAGES = {
    "2A": [reablement.short_term], "2B": [admissions.admissions], "2C": [admissions.admissions],
    "2E": [home.at_home], "3D": [budgets.clients, budgets.carers],
}  # fmt: skip


def _cells(lines: list[str]) -> list[rows.Cells]:
    """Rows of several people: "A: Comm …" is person 1's."""
    out = []
    for number, line in enumerate(lines, start=1):
        letter, _, rest = line.partition(": ")
        out += [{**cell, "person": ord(letter) - 64, "record": number} for cell in rows.cells(rest)]
    return out


@pytest.mark.parametrize("code", STAGES)
def test_the_worked_example_gives_its_figures(code: str, tmp_path: Path) -> None:
    example = MEASURES[code].example
    duck = DuckDb(tmp_path)
    main = duck.keep("main", rows.table(_cells(example["rows"]), tables.MAIN))
    people = duck.keep("people", people_table(duck, main, YEAR, Options()))
    made = [stage(main, people, YEAR, Options()) for stage in STAGES[code]]
    population = {("A", age): number for age, number in example.get("population", {}).items()}
    figures = {
        (f.part, f.group): f
        for f in add_up(ibis.union(*made) if len(made) > 1 else made[0], ["A"], population=population)
        if f.measure == code
    }
    for wanted in example["figures"]:
        found = figures[wanted["part"], wanted["group"]]
        value = None if found.value is None else str(found.value)
        assert (found.numerator, found.denominator, value) == (
            wanted["numerator"], wanted["denominator"], wanted["value"],
        )  # fmt: skip
    duck.close()


@pytest.mark.parametrize("code", MEASURES)
def test_the_page_in_the_documentation_is_in_step(code: str) -> None:
    path = cld_methods.FOLDER / f"ascof-{code.lower()}-from-records.md"
    assert path.read_text(encoding="utf-8") == cld_methods.page(MEASURES[code]), "run scripts/cld_methods.py"


@pytest.mark.parametrize("code", MEASURES)
def test_a_measure_has_the_parts_and_groups_that_are_written(code: str) -> None:
    measure = MEASURES[code]
    assert {(code, part) for part in measure.parts} == {key for key in SHOWN if key[0] == code}
    for part in measure.parts:
        assert SHOWN[code, part] == measure.groups


@pytest.mark.parametrize(
    ("code", "module"), [("2A", reablement), ("2B", admissions), ("2C", admissions), ("2E", home), ("3D", budgets)]
)
def test_every_reason_that_the_code_gives_has_its_sentence(code: str, module: object) -> None:
    text = Path(module.__file__ or "").read_text(encoding="utf-8")  # type: ignore[attr-defined]
    given = set(re.findall(r'\), "([a-z_0-9]+)"\)|else_="([a-z_0-9]+)"', text))
    keys = {key for pair in given for key in pair if key} - {"4a", "4b", "4c"}
    keys = {key for key in keys if not key.isdigit()}
    assert keys
    assert keys <= set(MEASURES[code].reasons), keys - set(MEASURES[code].reasons)


def test_every_part_points_the_way_that_the_edition_says() -> None:
    """One measure, one direction: having a direct payment is a choice, here as on the public pages."""
    said = {measure.id: measure.direction for measure in load_all()}
    ours = {
        identifier(code, name): part.direction for code, one in MEASURES.items() for name, part in one.parts.items()
    }
    assert ours == {name: said[name] for name in ours}
    assert set(ours.values()) == {"higher", "lower", "none"}


def test_the_options_page_is_in_step_and_has_every_option() -> None:
    text = (cld_methods.FOLDER / cld_methods.OPTIONS_PAGE).read_text(encoding="utf-8")
    assert text == cld_methods.options_page(), "run scripts/cld_methods.py"
    for name in {name for measure in MEASURES.values() for name in measure.options}:
        assert f"`{name}`" in text


@pytest.mark.parametrize("code", MEASURES)
def test_the_page_says_which_way_is_better_and_counts_places_as_english_does(code: str) -> None:
    text = cld_methods.page(MEASURES[code])
    assert "1 decimal places" not in text
    assert text.count("is better") == len(MEASURES[code].parts)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("direction: none", "direction: sideways", "direction of part 2a"),
        ("    direction: none\n", "", "Part 2a lacks or does not know: direction"),
        ("code: 3D", "code: 3E", "Its code is 3E"),
        ("3D_UNKNOWN_ASYMMETRY", "3D_NOT_AN_OPTION", "no option or quirk: 3D_NOT_AN_OPTION"),
    ],
)
def test_a_definition_with_a_slip_is_refused_and_says_where(before: str, after: str, said: str) -> None:
    text = (Path(definitions.__file__).parent / "definitions" / "3d.yaml").read_text(encoding="utf-8")
    with pytest.raises(EvenhandError, match=re.escape(said)):
        definitions._read("3D", text.replace(before, after, 1))


def test_a_definition_that_lacks_a_field_is_refused_by_name() -> None:
    text = yaml.safe_dump({"code": "3D"})
    with pytest.raises(EvenhandError, match="caveats"):
        definitions._read("3D", text)
