"""The founding figures are quoted with their source; what can be checked is whether they fit one another."""

from __future__ import annotations

from decimal import Decimal

import pytest

from evenhand.facts.errors import EvenhandError
from evenhand.facts.history import Quoted, QuoteStatus, quote, quoted
from evenhand.facts.register import period_end


def value(figure_id: str) -> Decimal:
    return quote(figure_id).value


@pytest.mark.parametrize("figure", quoted().values(), ids=lambda f: f.id)
def test_every_figure_has_a_sentence_that_says_it_and_a_source(figure: Quoted) -> None:
    printed = {f"{figure.value:,}", f"{figure.value / 10**6:,.0f} million", f"{figure.value / 10**9:,.1f} billion"}
    assert any(p in figure.text for p in printed), figure.text
    assert figure.text.endswith(".")
    assert figure.unit
    assert len(figure.source) > 20
    assert period_end(figure.period)
    assert (figure.status is QuoteStatus.DERIVED) <= ("÷" in figure.text or "−" in figure.text)


def test_the_founding_figures_of_2011_12() -> None:
    assert [value(f"sds-{k}") for k in ("per-1000-mean", "per-1000-min", "per-1000-max")] == [
        Decimal("14.2"), Decimal("4.6"), Decimal("34.6"),
    ]  # fmt: skip
    assert (value("sds-councils-above-20"), value("sds-councils-below-10")) == (Decimal(24), Decimal(27))
    assert [value(f"dp-per-1000-{k}") for k in ("mean", "min", "smallest-above-zero", "max")] == [
        Decimal("2.3"), Decimal("0"), Decimal("0.35"), Decimal("8.35"),
    ]  # fmt: skip
    assert (value("dp-councils-above-3"), value("dp-councils-below-1-5")) == (Decimal(33), Decimal(33))


def test_the_ratio_of_self_directed_support() -> None:
    assert round(value("sds-per-1000-max") / value("sds-per-1000-min"), 1) == value("sds-per-1000-ratio")


def test_the_ratio_of_direct_payments_is_to_the_smallest_council_above_zero() -> None:
    assert round(value("dp-per-1000-max") / value("dp-per-1000-smallest-above-zero")) == value("dp-per-1000-ratio")
    assert value("dp-per-1000-min") == 0
    assert "does not say whether" in quote("dp-per-1000-min").text


def test_means_lie_between_the_extremes_and_counts_fit_152_councils() -> None:
    for kind, low, above, below in (
        ("sds", "min", "sds-councils-above-20", "sds-councils-below-10"),
        ("dp", "min", "dp-councils-above-3", "dp-councils-below-1-5"),
    ):
        assert value(f"{kind}-per-1000-{low}") < value(f"{kind}-per-1000-mean") < value(f"{kind}-per-1000-max")
        assert value(above) + value(below) < 152


def test_the_shares_by_group_leave_a_little_unallotted() -> None:
    young = [value(f"sds-share-{g}") for g in ("physical-disability", "mental-health", "learning-disability")]
    old = [value(f"sds-share-{g}") for g in ("65-74", "75-84", "85-plus")]
    assert sum(young) == Decimal("30.6")
    assert sum(old) == Decimal("68.7")
    assert sum(young) + sum(old) == Decimal("99.3")
    assert 100 - sum(young) - sum(old) == value("sds-share-not-allotted")


def test_six_per_cent_nine_hundred_million_and_170_000_people() -> None:
    assert round(value("pb-spend") / value("pb-people")) == value("pb-mean") == 5294
    assert value("pb-spend") * 100 / value("pb-share-of-spend") == value("asc-spend-implied")


def test_an_unknown_figure_says_what_there_is() -> None:
    with pytest.raises(EvenhandError, match=r"no quoted figure 'nothing'.*sds-per-1000-mean"):
        quote("nothing")
