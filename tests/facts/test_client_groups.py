"""Client groups live inside the scheme that counted them, and schemes do not mix."""

from __future__ import annotations

import pytest

from evenhand.facts import client_groups as cg
from evenhand.facts.errors import EvenhandError


def test_the_slugs() -> None:
    assert list(cg.groups()) == [
        "rap:physical-disability", "rap:mental-health", "rap:learning-disability", "rap:substance-misuse",
        "rap:other-vulnerable",
        "psr:physical", "psr:physical-access-mobility", "psr:physical-personal-care", "psr:sensory",
        "psr:sensory-visual", "psr:sensory-hearing", "psr:sensory-dual", "psr:memory-cognition",
        "psr:learning-disability", "psr:mental-health", "psr:substance-misuse", "psr:asylum-seeker",
        "psr:social-isolation", "psr:carer-support", "psr:unknown",
        "other:equipment-technology", "other:social-care-activities", "other:information-early-intervention",
        "other:commissioning-delivery",
    ]  # fmt: skip


@pytest.mark.parametrize("slug", list(cg.groups()))
def test_every_group_is_whole(slug: str) -> None:
    g = cg.group(slug)
    assert slug.split(":")[0] == g.scheme
    assert g.scheme in cg.SCHEMES
    assert g.label
    assert g.source
    assert cg.label(slug) == g.label
    if g.parent:
        assert cg.group(g.parent).scheme == g.scheme
        assert cg.group(g.parent).parent is None
        assert g.label.startswith(cg.label(g.parent))


@pytest.mark.parametrize("scheme", list(cg.SCHEMES))
def test_orders_and_labels_are_unique_in_a_scheme(scheme: str) -> None:
    found = cg.of_scheme(scheme)
    assert [g.order for g in found] == list(range(1, len(found) + 1))
    assert len({g.label for g in found}) == len(found)


@pytest.mark.parametrize(
    ("slug", "parts"),
    [
        ("psr:physical", ["psr:physical-access-mobility", "psr:physical-personal-care"]),
        ("psr:sensory", ["psr:sensory-visual", "psr:sensory-hearing", "psr:sensory-dual"]),
        ("psr:mental-health", []),
    ],
)
def test_parts(slug: str, parts: list[str]) -> None:
    assert [g.slug for g in cg.parts(slug)] == parts


@pytest.mark.parametrize(
    ("a", "b", "may"),
    [
        ("psr:mental-health", "psr:learning-disability", True),
        ("psr:mental-health", "rap:mental-health", False),
        ("rap:learning-disability", "psr:learning-disability", False),
        ("other:social-care-activities", "psr:physical", False),
        ("all", "rap:mental-health", True),
        ("all", "all", True),
    ],
)
def test_groups_of_two_schemes_are_never_set_beside_each_other(a: str, b: str, may: bool) -> None:
    assert cg.comparable(a, b) is may
    assert cg.comparable(b, a) is may


def test_all_is_not_a_group_but_has_a_label() -> None:
    assert cg.label("all") == "All"
    with pytest.raises(EvenhandError):
        cg.group("all")


def test_unknown_groups_and_schemes_say_what_there_is() -> None:
    with pytest.raises(EvenhandError, match=r"no client group 'psr:elderly'.*psr:physical"):
        cg.group("psr:elderly")
    with pytest.raises(EvenhandError, match="no client group 'psr:elderly'"):
        cg.comparable("psr:elderly", "psr:physical")
    with pytest.raises(EvenhandError, match="no scheme 'ethnicity'"):
        cg.of_scheme("ethnicity")
