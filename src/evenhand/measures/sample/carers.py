"""Unpaid carers: what they get, whom they care for, and those known only because somebody names them."""

from __future__ import annotations

import numpy as np

from evenhand.facts.cld.codes import Component, Mechanism, Outcome, Reason, ServiceType, YesNo
from evenhand.measures.sample import contacts
from evenhand.measures.sample.chance import Ints
from evenhand.measures.sample.longterm import Lives
from evenhand.measures.sample.tables import NONE
from evenhand.measures.sample.town import Town, add_services, adult_days

DIRECT_PAYMENT, MANAGED, COMMISSIONED, INVOLVING, ASSESSED, TOLD = range(6)
GETS = {DIRECT_PAYMENT: 0.17, MANAGED: 0.03, COMMISSIONED: 0.12, INVOLVING: 0.18, ASSESSED: 0.26, TOLD: 0.24}
HELD = {
    DIRECT_PAYMENT: Mechanism.DIRECT_PAYMENT, MANAGED: Mechanism.MANAGED_BUDGET, COMMISSIONED: Mechanism.COMMISSIONED,
    INVOLVING: Mechanism.COMMISSIONED,
}  # fmt: skip


def add_carers(town: Town, lives: Lives) -> None:
    """The plan's carers, and those by association, each with links to one to three adults with support."""
    chance, n = town.chance, town.plan.carers
    person = _people(town, n, 2, lives)
    gets = chance.one_of(n, GETS)
    day = chance.within(town.first, max(town.last - 40, town.first), n)
    contacts.requests(
        town,
        person,
        day - 9,
        day - chance.within(2, 8, n),
        int(Outcome.TO_ASSESSMENT_OR_REVIEW),
        contacts.COMMUNITY_ROUTE,
    )
    serves = gets <= INVOLVING
    done = day + chance.within(1, 25, n)
    said = np.where(
        gets == TOLD, int(Outcome.INFORMATION), np.where(serves, int(Outcome.TO_SUPPORT), int(Outcome.NOT_OFFERED))
    )
    contacts.assessments(town, person, day, done, said)
    part = chance.one_of(n, {
        Component.CARER_RESPITE: 0.34, Component.CARER_SITTING: 0.22, Component.CARER_UNIVERSAL: 0.1,
        Component.CARER_OTHER: 0.34,
    })  # fmt: skip
    part = np.where((gets == DIRECT_PAYMENT) & chance.yes(n, town.plan.component), int(Component.DIRECT_PAYMENT), part)
    kind = np.where(gets == INVOLVING, int(ServiceType.CARER_INVOLVING_PERSON), int(ServiceType.CARER_DIRECT))
    held = np.zeros(n, dtype=np.int64)
    for which, mechanism in HELD.items():
        held = np.where(gets == which, int(mechanism), held)
    start = done + chance.within(0, 10, n)
    over = start + chance.within(10, 300, n)
    end = np.where((over >= town.last) | chance.yes(n, 0.4), NONE, over)
    serves &= start <= town.last
    add_services(
        town, person[serves], kind[serves], part[serves], held[serves], start[serves], end[serves],
        int(Outcome.ENDED_AS_PLANNED),
    )  # fmt: skip
    for year in range(town.first, town.last + 1, 365):
        low, high = np.maximum(start + 90, year), np.minimum(town.last, year + 364)
        seen = chance.within(low, np.full(n, high))
        has = serves & (low < high) & ((end == NONE) | (seen < end)) & chance.yes(n, 0.5)
        k = int(has.sum())
        contacts.reviews(
            town, person[has], seen[has], np.minimum(seen[has] + 3, town.last), int(Outcome.CONTINUES),
            chance.one_of(k, contacts.REASONS),
        )  # fmt: skip
    known = _people(town, town.plan.associated, 3, lives)
    town.events.add(len(known), person=known)


def _people(town: Town, n: int, client: int, lives: Lives) -> Ints:
    """Carers: mostly of middle and older age; their links point to people of ``lives``."""
    chance = town.chance
    birth = town.last - adult_days(chance, n, chance.yes(n, 0.4), 800)
    held = len(lives.person)
    links, count = [np.full(n, NONE)] * 3, np.zeros(n, dtype=np.int64)
    if held:
        first = chance.within(0, held - 1, n)
        count = np.minimum(chance.one_of(n, {1: 0.9, 2: 0.08, 3: 0.02}), held)
        links = [np.where(count > i, lives.person[(first + i * 7) % held], NONE) for i in range(3)]
        links[1] = np.where(links[1] == links[0], NONE, links[1])
        links[2] = np.where((links[2] == links[0]) | (links[2] == links[1]), NONE, links[2])
        count = sum((link != NONE).astype(np.int64) for link in links)
    return town.people.add(
        n, client=client, reason=int(Reason.UNPAID_CARER), birth=birth, caring_for=count,
        accommodation=chance.one_of(n, {1: 0.6, 2: 0.2, 3: 0.1, 4: 0.1}), hours=chance.within(1, 5, n),
        has_carer=int(YesNo.NO), link1=links[0], link2=links[1], link3=links[2],
    )  # fmt: skip
