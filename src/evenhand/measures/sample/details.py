"""What a record says of a person beside the events: invented names, numbers, addresses and conditions."""

from __future__ import annotations

from functools import cache

import numpy as np

from evenhand.facts.cld.codes import Accommodation, Employment, Reason, YesNo
from evenhand.measures.sample.chance import Chance, Ints
from evenhand.measures.sample.tables import NONE

FIRST_TEST_NUMBER = 999_000_000  # nine digits; the tenth is the check digit. The range is set aside for tests.
STEP = 389_927  # shares no divisor with the number of valid ones: neighbours get numbers that lie far apart

# Syllables of no language: no name that they make is anybody's by design.
SYLLABLES = (
    "bra", "cho", "dul", "eff", "fen", "gim", "hob", "ilt", "jor", "kew", "lum", "mip", "nov", "ost", "pim", "quo",
    "rul", "sef", "tam", "ubb", "vox", "wim", "yel", "zan",
)  # fmt: skip
ETHNICITY = {
    1: 0.775, 2: 0.012, 3: 0.001, 4: 0.001, 5: 0.032, 6: 0.008, 7: 0.004, 8: 0.004, 9: 0.005, 10: 0.022, 11: 0.02,
    12: 0.008, 13: 0.004, 14: 0.012, 15: 0.018, 16: 0.016, 17: 0.005, 18: 0.003, 19: 0.01, 20: 0.01, 21: 0.03,
}  # fmt: skip
PRACTICES, STREETS = 60, 400


@cache
def test_numbers() -> Ints:
    """Every NHS number of the test range 999 000 0000 to 999 999 9999 whose check digit is right (modulus 11)."""
    base = np.arange(FIRST_TEST_NUMBER, FIRST_TEST_NUMBER + 1_000_000, dtype=np.int64)
    total = np.zeros(len(base), dtype=np.int64)
    rest = base.copy()
    for weight in range(2, 11):
        rest, digit = np.divmod(rest, 10)
        total += digit * weight
    check = (11 - total % 11) % 11
    valid: Ints = (base * 10 + check)[check != 10]
    return valid


def nhs_numbers(first: int, n: int) -> Ints:
    """n different numbers; another ``first`` further on by n gives others, until all 909,091 or so are used up."""
    held = test_numbers()
    place: Ints = (np.arange(first, first + n, dtype=np.int64) * STEP) % len(held)
    return held[place]


def names(chance: Chance, n: int, syllables: int) -> list[str]:
    """Five hundred or so different words, from which the places that ``chance`` gives are taken by the caller."""
    parts = [chance.within(0, len(SYLLABLES) - 1, n).tolist() for _ in range(syllables)]
    return ["".join(SYLLABLES[i] for i in word).capitalize() for word in zip(*parts, strict=True)]


def postcodes(chance: Chance, n: int) -> list[str]:
    """Postcodes of the area ZZ, which there is not."""
    area, sector = chance.within(1, 99, n).tolist(), chance.within(0, 9, n).tolist()
    letters = "ABDEFGHJLNPQRSTUWXYZ"
    one, two = (chance.within(0, len(letters) - 1, n).tolist() for _ in range(2))
    return [f"ZZ{a} {s}{letters[i]}{letters[j]}" for a, s, i, j in zip(area, sector, one, two, strict=True)]


def practice_codes() -> list[str]:
    """Codes in the form of practices: a letter and five digits; Z begins none that there is."""
    return [f"Z{90_000 + i}" for i in range(PRACTICES)]


def fill(chance: Chance, people: dict[str, Ints], last: int) -> dict[str, Ints]:
    """The people with gender, ethnicity, conditions, work, funding and whether somebody cares for them, all coded."""
    n = len(people["client"])
    age = (last - people["birth"]) // 365
    carer = people["client"] != 1
    learning = people["reason"] == Reason.LEARNING_DISABILITY
    female = chance.uniform(n) < np.where(carer, 0.68, np.where(age >= 65, 0.63, np.where(learning, 0.42, 0.51)))
    rare = chance.one_of(n, {0: 0.997, 3: 0.0015, 4: 0.0015})
    out = dict(people)
    out["gender"] = np.where(rare > 0, rare, np.where(female, 2, 1))
    out["ethnicity"] = chance.one_of(n, ETHNICITY)
    out["autism"] = _yes_no(chance, np.where(learning, 0.28, 0.02))
    memory = people["reason"] == Reason.MEMORY
    out["dementia"] = _yes_no(chance, np.where(memory, 0.9, np.where(age >= 75, 0.16, 0.004)))
    sight = np.isin(people["reason"], (Reason.SENSORY_VISUAL, Reason.SENSORY_DUAL))
    sound = np.isin(people["reason"], (Reason.SENSORY_HEARING, Reason.SENSORY_DUAL))
    out["visual"] = np.where(sight, chance.one_of(n, {1: 0.5, 2: 0.5}), chance.one_of(n, {2: 0.03, 3: 0.92, 5: 0.05}))
    hears = chance.one_of(n, {3: 0.06, 4: 0.89, 6: 0.05})
    out["hearing"] = np.where(sound, chance.one_of(n, {1: 0.3, 2: 0.2, 3: 0.5}), hears)
    for name in ("autism", "dementia", "visual", "hearing"):
        out[name] = np.where(carer, 0, out[name])
    out["employment"] = _employment(chance, age, learning, carer)
    funding = chance.one_of(n, {1: 0.06, 2: 0.62, 3: 0.30, 4: 0.02})
    out["funding"] = np.where(carer, 0, funding)
    cared_for = chance.one_of(n, {int(YesNo.YES): 0.26, int(YesNo.NO): 0.62, int(YesNo.UNKNOWN): 0.12})
    cared_for = np.where(carer, int(YesNo.NO), cared_for)
    for link in ("link1", "link2", "link3"):
        held = people[link]
        cared_for[held[held != NONE]] = YesNo.YES
    out["has_carer"] = cared_for
    away = np.isin(people["accommodation"], (Accommodation.CARE_HOME, Accommodation.NURSING_HOME))
    out["practice"] = np.where(away, 0, chance.within(0, PRACTICES - 1, n))
    out["postcode"] = chance.within(0, STREETS - 1, n)
    out["first_name"], out["last_name"] = chance.within(0, 599, n), chance.within(0, 599, n)
    return out


def _yes_no(chance: Chance, p: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Ints:
    n = len(p)
    unknown = chance.yes(n, 0.04)
    return np.where(unknown, int(YesNo.UNKNOWN), np.where(chance.uniform(n) < p, int(YesNo.YES), int(YesNo.NO)))


def _employment(chance: Chance, age: Ints, learning: np.ndarray[tuple[int], np.dtype[np.bool_]], carer: Ints) -> Ints:
    n = len(age)
    paid = chance.one_of(n, {1: 0.045, 2: 0.012, 3: 0.004, 4: 0.05, 5: 0.75, 6: 0.04, 7: 0.1})
    other = chance.one_of(n, {1: 0.03, 2: 0.06, 3: 0.01, 4: 0.06, 5: 0.66, 6: 0.02, 7: 0.16})
    found = np.where(learning, paid, other)
    return np.where(age >= 66, int(Employment.NOT_SEEKING_OR_RETIRED), np.where(age < 17, 0, found))
