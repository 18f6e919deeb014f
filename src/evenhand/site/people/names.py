"""Names as a search compares them: letters without accents, in lower case, word by word, whatever their order.

>>> words("Zoë O'Brien-Müller")
['zoe', 'obrien', 'muller']
>>> sorted(grams("Ada"))
[' ad', 'ada', 'da ']
"""

from __future__ import annotations

import re
import unicodedata

from rapidfuzz.distance import JaroWinkler
from rapidfuzz.fuzz import token_sort_ratio

LIKELY = 0.84  # of two names' likeness, 0 to 1: "Smiht" is 0.95 like "Smith", "Ann" 0.0 like "Bob"
MOST_WORDS = 8
_APART = re.compile(r"[^\w]+|_+")
_INSIDE = re.compile("['’ʼ`.]")  # O'Brien, St. John: not a gap
_FOLDED = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ı": "i"})


def words(name: str) -> list[str]:
    """The words of a name in their plain form, at most eight."""
    plain = unicodedata.normalize("NFKD", _INSIDE.sub("", name).casefold().translate(_FOLDED))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return [word for word in _APART.split(plain) if word][:MOST_WORDS]


def grams(*names: str) -> set[str]:
    """Every three letters in a row of the words of these names; a space stands before and after each word."""
    found: set[str] = set()
    for word in {word for name in names for word in words(name)}:
        padded = f" {word[:40]} "
        found |= {padded[i : i + 3] for i in range(len(padded) - 2)}
    return found


def likeness(asked: str, name: str) -> float:
    """How well a name answers to what was asked, 0 to 1: each asked word by the nearest word of the name."""
    wanted, held = words(asked), words(name)
    if not wanted or not held:
        return 0.0
    return sum(max(JaroWinkler.normalized_similarity(w, h) for h in held) for w in wanted) / len(wanted)


def nearness(asked: str, name: str) -> tuple[float, float]:
    """What puts one name before another: likeness word by word, then of the whole."""
    return round(likeness(asked, name), 3), token_sort_ratio(" ".join(words(asked)), " ".join(words(name)))
