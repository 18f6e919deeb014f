"""Money of other years: one price table, both years from it, and a word on how sure it is."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest

from evenhand.edition.real_terms import Prices, with_real_terms
from evenhand.measures.definition import load_all
from tests.edition.tables import frame, row

MEASURES = {m.id: m for m in load_all()}


def loaded(index: dict[str, float]) -> pl.DataFrame:
    return frame(
        [row("gdp_deflator", p, "E99000001", "value", v, level="country", unit="index") for p, v in index.items()]
    )


def test_a_loaded_table_is_used_when_it_holds_both_years() -> None:
    found = Prices(loaded({"2014-15": 80.0, "2024-25": 100.0}), "2024-25").factor("2014-15")
    assert found is not None
    assert found.times == Decimal("1.25")
    assert "loaded from HM Treasury" in found.basis


def test_two_tables_are_never_mixed() -> None:
    """A table without the newest year is left aside: its base is another one."""
    found = Prices(loaded({"2014-15": 1.0}), "2024-25").factor("2014-15")
    assert found is not None
    assert found.times > 1
    assert "loaded" not in found.basis


def test_an_index_read_from_one_copy_says_so() -> None:
    found = Prices(loaded({}), "2024-25").factor("2014-15")
    assert found is not None
    assert "single copy" in found.basis


def test_a_year_outside_every_table_has_no_factor() -> None:
    assert Prices(loaded({}), "2024-25").factor("1975-76") is None


def test_only_money_per_head_is_put_in_other_prices() -> None:
    values = pl.DataFrame(
        {"period": ["2014-15", "2014-15"], "value": [10.0, None]}, schema_overrides={"value": pl.Float64}
    )
    prices = Prices(loaded({"2014-15": 80.0, "2024-25": 100.0}), "2024-25")
    money = with_real_terms(MEASURES["dp-spend-per-adult"], values, prices)
    assert money["real_value"].to_list() == [pytest.approx(12.5), None]
    assert money["real_basis"].to_list()[1] is None
    other = with_real_terms(MEASURES["ascof-3d-2a"], values, prices)
    assert other["real_value"].null_count() == 2
