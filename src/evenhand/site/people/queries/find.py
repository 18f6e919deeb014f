"""Finding people by name, council id or NHS number: only among those whom the actor may see.

A name is found by the letters in threes that it shares with what was typed, in any order of names and without regard to
accents, which both databases can count; the few dozen that share most are then put in order by likeness.
"""

from __future__ import annotations

import re
from typing import Any

from django.db import transaction
from django.db.models import Count, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone

from evenhand.site.accounts.actor import Actor
from evenhand.site.accounts.roles import Role
from evenhand.site.audit.services import record
from evenhand.site.people.models import Allocation, BreakGlass, NameGram, Person
from evenhand.site.people.names import LIKELY, grams, nearness, words
from evenhand.site.people.queries.visible import visible
from evenhand.site.people.refusals import Refused

MOST = 30  # of one answer: whoever sees more than this should say more
CANDIDATES = 200
AT_LEAST = 2  # letters in threes of each word that are always looked for
ROWS = 4_000  # of the index that one search may count beyond these
SHORTEST = 2


def find(actor: Actor, asked: str) -> list[Person]:
    """The people who answer to what was typed, likeliest first. The audit keeps that it was asked and how many came.

    Raises NotPermitted, and Refused for less than two letters.
    """
    actor.must("people.person.find")
    asked = asked.strip()[:200]
    if len(asked.replace(" ", "")) < SHORTEST:
        raise Refused("This is too short to search for.", "Write at least two letters or digits.", field="asked")
    found = exactly(actor, asked) or [person for alike, person in near_names(actor, asked) if alike >= LIKELY]
    with transaction.atomic():
        record(actor.who, "people.person.find", "people", why=f"{len(found[:MOST])} found")
    return found[:MOST]


def exactly(actor: Actor, asked: str) -> list[Person]:
    """The people with exactly this NHS number or council id."""
    digits = re.sub(r"[\s\-]+", "", asked)
    if re.fullmatch("[0-9]{10}", digits) and (found := list(visible(actor).filter(nhs_number=digits))):
        return found
    return list(visible(actor).annotate(council_id_lower=Lower("council_id")).filter(council_id_lower=asked.lower()))


def near_names(actor: Actor, asked: str, most: int = MOST) -> list[tuple[float, Person]]:
    """People whose names share most letters in threes with what was asked, each with its likeness, likeliest first."""
    telling = _telling(asked)
    if not telling:
        return []
    rows = NameGram.objects.filter(gram__in=telling)
    if (near := _near(actor)) is not None:
        rows = rows.filter(person__in=near)
    counted = rows.values("person").annotate(shared=Count("id")).order_by("-shared", "person")
    # Some of these may be closed to the actor: that is asked of them alone.
    candidates = list(counted.values_list("person", flat=True)[:CANDIDATES])
    names = visible(actor).filter(pk__in=candidates).values_list("pk", "name", "legal_name")
    ranked = sorted(((_best(asked, name, legal), -pk) for pk, name, legal in names), reverse=True)[:most]
    people = Person.objects.in_bulk([-pk for _, pk in ranked])
    return [(best[0], people[-pk]) for best, pk in ranked]


def _telling(asked: str) -> set[str]:
    """The letters in threes to look for: the rarest of each word, and others as long as few people share them.

    "Mary Smith" among 30,000 people would otherwise count tens of thousands of rows that tell nothing.
    """
    by_word = [grams(word) for word in words(asked)]
    wanted = set().union(*by_word) if by_word else set()
    found = NameGram.objects.filter(gram__in=wanted).values("gram").annotate(rows=Count("id"))
    rows: dict[str, int] = dict(found.values_list("gram", "rows"))
    rarest = {
        word_gram for each in by_word for word_gram in sorted(each & rows.keys(), key=lambda g: rows[g])[:AT_LEAST]
    }
    spent = sum(rows[gram] for gram in rarest)
    for gram in sorted(rows.keys() - rarest, key=lambda g: rows[g]):
        spent += rows[gram]
        if spent > ROWS:
            break
        rarest.add(gram)
    return rarest


def _near(actor: Actor) -> QuerySet[Any, Any] | None:
    """Ids among which everybody is whom the actor may see, where these are few; None where they are nearly all.

    Only a first sieve, so that common names of other teams do not crowd out their own: ``visible`` decides.
    """
    if actor.role not in (Role.PRACTITIONER, Role.TEAM_MANAGER, Role.BROKER):
        return None
    own = Allocation.objects.filter(ended_at=None, team_id__in=actor.teams).values_list("person_id")
    return own.union(BreakGlass.objects.filter(user=actor.user, until__gt=timezone.now()).values_list("person_id"))


def _best(asked: str, name: str, legal: str) -> tuple[float, float]:
    first = nearness(asked, name)
    return max(first, nearness(asked, legal)) if legal else first
