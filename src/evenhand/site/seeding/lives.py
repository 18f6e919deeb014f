"""Three hundred people who never lived: who they are, how they are reached, and who works with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from evenhand.site.people.models import Person
from evenhand.site.people.models.person import BornTo, ContactBy, Reason
from evenhand.site.seeding.drawing import listed, nhs_number, phone, postcode, street, weighted

# Primary support reasons in a hundred people with long-term support, near England's shares; not those of any council.
SHARES = {
    Reason.PERSONAL_CARE: 40, Reason.ACCESS: 8, Reason.LEARNING: 17, Reason.MENTAL_HEALTH: 14, Reason.MEMORY: 11,
    Reason.VISUAL: 2, Reason.HEARING: 2, Reason.DUAL: 1, Reason.ISOLATION: 2, Reason.SUBSTANCE: 1, Reason.ASYLUM: 1,
    Reason.UNKNOWN: 1,
}  # fmt: skip
AGES = {  # youngest, most often, oldest
    Reason.PERSONAL_CARE: (24, 82, 102), Reason.ACCESS: (30, 78, 98), Reason.LEARNING: (18, 31, 74),
    Reason.MENTAL_HEALTH: (19, 44, 79), Reason.MEMORY: (61, 85, 103), Reason.VISUAL: (30, 80, 97),
    Reason.HEARING: (22, 60, 95), Reason.DUAL: (45, 84, 99), Reason.ISOLATION: (40, 76, 95),
    Reason.SUBSTANCE: (28, 48, 70), Reason.ASYLUM: (20, 32, 60), Reason.UNKNOWN: (30, 70, 95),
    Reason.CARER: (23, 58, 88),
}  # fmt: skip
NEEDS = {  # accessible-information needs that come with a reason
    Reason.VISUAL: ("large_print", "audio", "braille"), Reason.HEARING: ("bsl_interpreter", "bsl_video"),
    Reason.DUAL: ("deafblind_interpreter", "braille"), Reason.LEARNING: ("easy_read", "plain_short", "makaton"),
    Reason.MEMORY: ("longer_appointment", "read_aloud"), Reason.MENTAL_HEALTH: ("longer_appointment",),
    Reason.PERSONAL_CARE: ("large_print", "hearing_loop"),
}  # fmt: skip
TEAM = {Reason.LEARNING: 2, Reason.MENTAL_HEALTH: 3}  # others by where they live
CARERS = 60  # of three hundred
YEARS = 5  # for which the longest known have been known


@dataclass
class Life:
    """One person, not yet saved, and what the rest of the council knows. team: number of a team, None for none."""

    person: Person
    team: int | None
    since: date
    woman: bool
    cares_for: Life | None = None

    @property
    def alive_here(self) -> bool:
        """Whether they are alive and live in the council's area."""
        return self.person.died is None and self.person.moved is None


def lives(dice: Random, count: int, today: date) -> list[Life]:
    """So many people, carers last; each carer cares for an adult among them."""
    carers = count * CARERS // 300
    adults = [_life(dice, number, weighted(dice, SHARES), today) for number in range(count - carers)]
    _apart(dice, adults)
    beside = list(_carers(dice, adults, carers, today))
    for life in adults:
        _what_became(dice, life, today)
    for life in dice.sample(adults, len(adults) // 15):
        life.person.is_carer = True
    return [*adults, *beside]


def _apart(dice: Random, adults: list[Life]) -> None:
    """Give another last name to whoever has somebody else's name: one card on the sign-in page means one person."""
    groups, seen = listed("names")["origins"], set[str]()
    for life in adults:
        first, _, last = life.person.name.partition(" ")
        group = next(group for group in groups if last in group["last"])
        for other in dice.sample(group["last"], len(group["last"])):
            if life.person.name in seen:
                life.person.name = f"{first} {other}"
        seen.add(life.person.name)


def _carers(dice: Random, adults: list[Life], count: int, today: date) -> Iterator[Life]:
    likely = [one for one in adults if one.person.reason not in (Reason.UNKNOWN, Reason.ASYLUM)]
    for number, adult in enumerate(dice.sample(likely, count), len(adults)):
        life = _life(dice, number, Reason.CARER, today)
        life.cares_for, life.team = adult, adult.team
        them, theirs = life.person, adult.person
        them.is_adult, them.is_carer = False, True
        if dice.random() < 0.7:  # of the family
            first = them.name.split()[0]
            them.name, them.legal_name = f"{first} {theirs.name.split()[-1]}", ""
            them.language = theirs.language
            them.interpreter = False
        if dice.random() < 0.6:
            them.address, them.postcode = theirs.address, theirs.postcode
        yield life


def _life(dice: Random, number: int, reason: Reason, today: date) -> Life:
    woman = dice.random() < (0.72 if reason == Reason.CARER else 0.56)
    origin = weighted(dice, {i: group["share"] for i, group in enumerate(listed("names")["origins"])})
    name, legal, language = _name(dice, listed("names")["origins"][origin], woman)
    age = dice.triangular(AGES[reason][0], AGES[reason][2], AGES[reason][1])
    born, to = _born(dice, today - timedelta(days=int(age * 365.25)))
    since = today - timedelta(days=dice.randrange(20, YEARS * 365))
    written = name.split()[0].lower() if name.isascii() else "person"
    person = Person(
        name=name, legal_name=legal, nhs_number=nhs_number(11 * number) if dice.random() < 0.94 else None,
        council_id=f"A{100_000 + 7 * number}", born=born, born_to=to, reason=reason, address=street(dice),
        postcode=postcode(dice), phone=phone(dice) if dice.random() < 0.85 else "",
        email=f"{written}.{number}@example.org" if dice.random() < (0.2 if age > 70 else 0.6) else "",
        language=language, interpreter=language != "English" and dice.random() < 0.7,
        formats=_needs(dice, reason), last_contact=today - timedelta(days=dice.randrange(3, 200)),
    )  # fmt: skip
    _reached(dice, person)
    near = 0 if person.postcode[2] in "123" else 1
    return Life(person, TEAM.get(reason, near), since, woman)


def _name(dice: Random, group: dict[str, Any], woman: bool) -> tuple[str, str, str]:
    """The name, another one for letters in one of sixteen, and the language."""
    firsts = group["women" if woman else "men"]
    first, last = dice.choice(firsts), dice.choice(group["last"])
    other = dice.choice([name for name in firsts if name != first])
    legal = f"{other} {last}" if dice.random() < 1 / 16 else ""
    spoken = group["languages"]
    language = weighted(dice, {"English": 100 - sum(spoken.values()), **spoken})
    return f"{first} {last}", legal, language


def _born(dice: Random, day: date) -> tuple[date | None, BornTo]:
    """A date of birth as far as it is known: a part of it for one in twenty-five."""
    to = weighted(dice, {BornTo.DAY: 96, BornTo.MONTH: 1, BornTo.YEAR: 2, BornTo.UNKNOWN: 1})
    return {
        BornTo.DAY: day, BornTo.MONTH: day.replace(day=1), BornTo.YEAR: date(day.year, 1, 1), BornTo.UNKNOWN: None
    }[to], to  # fmt: skip


def _needs(dice: Random, reason: Reason) -> list[str]:
    offered = NEEDS.get(reason, ())
    likely = 0.12 if reason == Reason.PERSONAL_CARE else 0.6
    return [need for need in offered if dice.random() < likely]


def _reached(dice: Random, person: Person) -> None:
    ways = [ContactBy.LETTER, ContactBy.VISIT, ContactBy.ANY]
    ways += [ContactBy.PHONE, ContactBy.PHONE, ContactBy.TEXT] if person.phone else []
    ways += [ContactBy.EMAIL] if person.email else []
    person.contact_by = dice.choice(ways)
    if dice.random() < 0.2:
        person.contact_note = dice.choice(listed("told")["contact_notes"])


def _what_became(dice: Random, life: Life, today: date) -> None:
    """One in twenty died, one in twenty-five moved away, a few have no team yet."""
    person, chance = life.person, dice.random()
    if chance < 0.05:
        person.died = person.last_contact = today - timedelta(days=dice.randrange(1, 300))
        life.since = min(life.since, person.died - timedelta(days=90))
    elif chance < 0.09:
        person.moved = person.last_contact = today - timedelta(days=dice.randrange(1, 300))
        person.moved_to = dice.choice(("Felldonby", "Colderwick", "Tarnmoor", "Kelthwaite"))
        life.since = min(life.since, person.moved - timedelta(days=90))
    elif chance < 0.11:
        life.team = None
        life.since = today - timedelta(days=dice.randrange(1, 9))
