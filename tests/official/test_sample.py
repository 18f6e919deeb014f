"""The simulated England beside the publishers' files: no real name, and the same kinds of figure as readers give."""

import csv
import json
import re
from pathlib import Path

import polars as pl
import pytest

from evenhand import sources
from evenhand.edition.sample import sample_register, sample_results
from evenhand.facts.register import official

pytestmark = pytest.mark.official

DIMENSIONS = ["item", "period", "level", "age", "sex", "reason", "setting", "part", "unit"]
# Common words that names of places share, and common endings.
COMMON = {
    "north", "south", "east", "west", "the", "and", "with", "upon", "city", "county", "council", "borough", "district",
    "metropolitan", "royal", "london", "unitary", "authority", "central", "upper", "new", "vale", "forest", "valley",
    "isle", "isles", "bay", "park", "green", "cross", "fields", "wood", "coast", "row", "quay", "combined", "old",
    "dale", "dales", "shire", "moor", "mead", "hurst", "land", "lands", "marsh", "port", "well", "gate", "hill",
    "hills",
}  # fmt: skip


def words(name: str) -> set[str]:
    return {w for w in re.findall(r"[a-z]+", name.lower()) if len(w) > 2} - COMMON


def real_names(folder: Path) -> set[str]:
    """Every name in the look-up files of councils, past and present, in the whole United Kingdom."""
    names = set()
    with (folder / "lookup_name_to_registry.csv").open(encoding="utf-8") as f:
        names |= {row["la-name"] for row in csv.DictReader(f)}
    with (folder / "uk_local_authorities_current.csv").open(encoding="utf-8") as f:
        for row in csv.DictReader(f):
            names |= {row[k] for k in ("official-name", "nice-name", "alt-names", "county-la", "combined-authority")}
    boundaries = json.loads((folder / "CTYUA_Dec_2023_UK_BSC.geo.json").read_text(encoding="utf-8"))
    names |= {f["properties"]["CTYUA23NM"] for f in boundaries["features"]}
    hexes = json.loads((folder / "uk-upper-tier-local-authorities.hexjson").read_text(encoding="utf-8"))
    return names | {h["name"] for h in hexes["hexes"].values()}


def test_no_invented_name_is_the_name_or_part_of_the_name_of_a_real_council(official_data):
    names = real_names(official_data / "geography")
    real = set().union(*(words(n) for n in names))
    assert len(real) > 400
    clashes = {}
    for c in sample_register().all:
        for own in words(c.name):
            found = {r for r in real if own == r or (len(r) >= 4 and r in own) or (len(own) >= 5 and own in r)}
            if found:
                clashes[c.name] = found
    assert clashes == {}
    assert not {c.name.lower() for c in sample_register().all} & {n.lower() for n in names}


FILES = {
    "ascof/2024-25": "ascof/ascof_2024_25.ods",
    "ascof-open-data/2020-21": "ascof/meas-from-asc-of-eng-2021-open-data-csv_v2.xlsx",
    "pssex1-activity/2009-10": "activity/Final_Council_Level_ActivityData_2009-10.csv",
    "pssex1-activity/2010-11": "activity/Final_Council_Level_Activity_Data_2010-11.csv",
    "pssex1-activity/2011-12": "activity/Final_Council_Level_Activity_Data_2011_12.csv",
    "pssex1-activity/2012-13": "activity/Annex_Fin_CASSR_Level_Activity_Data_2012_13.csv",
    "pssex1-activity/2013-14": "activity/Annex_Final_CASSR_Level_Activity_Data_2013_14.csv",
    "pssex1-expenditure/2014-15": "spending/pss-exp-eng-14-15-fin-coun-lev-exp-data.csv",
    "ascfr-totals/2016-17": "spending/CSV_ASCFR_Totals.csv",
    "ascfr-gross-current-expenditure/2017-18": "spending/ascfr_2017_18_gross_current_expenditure.csv",
    "population-mye/mid-2020": "population/ukpopestimatesmid2020on2021geography.xls",
    "population-table/mid-2023": "population/population_utla_mid2023.csv",
    "deprivation/2019": "deprivation/File_11_-_IoD2019_Local_Authority_District_Summaries__upper-tier__.xlsx",
}


def test_every_simulated_table_imitates_one_official_file():
    assert {r.table for r in sample_results(sample_register())} == set(FILES)


@pytest.mark.parametrize("table", list(FILES))
def test_a_simulated_table_has_no_kind_of_figure_that_the_official_file_has_not(official_data, table):
    read = sources.read(official_data / FILES[table], official())
    simulated = next(r for r in sample_results(sample_register()) if r.table == table)
    assert read.table == table
    kinds, real = (r.observations.select(DIMENSIONS).unique() for r in (simulated, read))
    assert kinds.join(real, on=DIMENSIONS, how="anti").sort(DIMENSIONS).rows() == []
    if table == "ascof/2024-25":
        assert real.height == kinds.height, real.join(kinds, on=DIMENSIONS, how="anti").rows()


def test_no_simulated_row_is_a_real_councils_row(official_data):
    read = sources.read(official_data / FILES["ascof/2024-25"], official()).observations
    simulated = pl.concat(r.observations for r in sample_results(sample_register()))
    shared = set(read["area"]) & set(simulated["area"])
    assert shared <= {"S", "U", "M", "I", "O"}  # the publishers' letters for types of council
