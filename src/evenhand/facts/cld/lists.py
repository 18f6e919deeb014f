"""The listed values of coded fields, in the words of both releases, and the mapping of words that no list holds.

A value is looked up without regard to case, to spaces at its ends and to repeated spaces (CLD.md 0 and 2). Whether a
value is *valid* is a stricter question: the words of Release 2 are; words that only Release 1 lists are "release1".
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from evenhand.facts.cld.codes import INVALID
from evenhand.facts.cld.fields import fields
from evenhand.facts.errors import EvenhandError, Where

VALID, RELEASE_1, INVALID_CLASS, BLANK = "valid", "release1", "invalid", "blank"
KINDS = ("release1", "mistaken")
_COLUMNS = ["field", "value", "means", "kind"]


@dataclass(frozen=True, slots=True)
class Value:
    """One listed value. ``flags`` holds settled, paid, group, nhs, unknown, derived, only_r1, as the file says."""

    number: int
    words: str
    release1: tuple[str, ...] = ()
    flags: Mapping[str, Any] = field(default_factory=dict)

    @property
    def submitted(self) -> bool:
        """Whether Release 2 lets a council submit it; not so of derived values and of what only Release 1 lists."""
        return not (self.flags.get("derived") or self.flags.get("only_r1"))


@dataclass(frozen=True, slots=True)
class CodeList:
    """One list. ``workbook``: its words are to be compared with the official Release 2 workbook."""

    key: str
    values: Mapping[int, Value]
    workbook: bool = False

    def words(self, number: int | None) -> str:
        """The Release 2 words of a number; "" for a blank, "Invalid and not mapped" for 0."""
        if number is None:
            return ""
        return "Invalid and not mapped" if number == INVALID else self.values[number].words


def plain(text: str) -> str:
    """The form in which words are compared: lower case, single spaces, plain dashes and quotation marks."""
    return " ".join(text.replace("–", "-").replace("—", "-").replace("’", "'").split()).casefold()


def _fault(what: str, file: str, row: int | None = None) -> EvenhandError:
    return EvenhandError(what, where=Where(file, row=row), do="Compare the entry with the others of the file.")


def _value(key: str, number: int, entry: dict[str, Any]) -> Value:
    if not isinstance(number, int) or number < 1 or "r2" not in entry:
        raise _fault(f"{key} has an entry without a whole number or without r2.", "lists.yaml")
    old = entry.get("r1", ())
    release1 = (old,) if isinstance(old, str) else tuple(old)
    flags = {name: said for name, said in entry.items() if name not in ("r1", "r2")}
    if odd := set(flags) - {"settled", "paid", "group", "nhs", "unknown", "derived", "only_r1"}:
        raise _fault(f"{key} {number} has {', '.join(sorted(odd))}, which no value has.", "lists.yaml")
    return Value(number, entry["r2"], release1, flags)


@cache
def lists() -> dict[str, CodeList]:
    """Every list by its key. Raises EvenhandError when the file is inconsistent."""
    text = files("evenhand.facts.cld").joinpath("lists.yaml").read_text("utf-8")
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    out = {}
    for key, entry in yaml.load(text, Loader=loader)["lists"].items():  # noqa: S506 - both are safe loaders
        values = {number: _value(key, number, one) for number, one in entry["values"].items()}
        words = [plain(w) for v in values.values() for w in (v.words, *set(v.release1) - {v.words})]
        clash = {w for v in values.values() for w in {plain(v.words)} if words.count(w) > 1 + len(
            [r for r in v.release1 if plain(r) == w])}  # fmt: skip
        if clash:
            raise _fault(f"In {key}, {', '.join(sorted(clash))} means two values.", "lists.yaml")
        out[key] = CodeList(key, values, bool(entry.get("workbook")))
    if lost := {f.list for f in fields().values() if f.list} - set(out):
        raise _fault(f"There is no list {', '.join(sorted(lost))}.", "lists.yaml")
    return out


def list_of(field_key: str) -> CodeList:
    """The list of a coded field."""
    return lists()[fields()[field_key].list]


@dataclass(frozen=True, slots=True)
class Mapped:
    """A value that no list holds and what it means: ``kind`` is release1 or mistaken."""

    number: int
    kind: str


# What field (by key) and words (in plain form) mean.
Mappings = Mapping[tuple[str, str], Mapped]


@cache
def mapping() -> dict[tuple[str, str], Mapped]:
    """The mapping that is shipped: (field key, plain words) to what they mean."""
    text = files("evenhand.facts.cld").joinpath("mapping.csv").read_text("utf-8")
    return _mapped(csv.reader(text.splitlines()), "mapping.csv")


def read_mapping(path: Path) -> dict[tuple[str, str], Mapped]:
    """A council's own mapping over the shipped one.

    path: a CSV (UTF-8) headed field, value, means, kind: the field's heading or key, the value as it stands in the
    records, the Release 2 words (or number) that it means, and release1 or mistaken (mistaken if left empty).
    Raises EvenhandError naming the row that is not so.
    """
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        raise EvenhandError(
            "The mapping cannot be read as text in UTF-8.", where=Where(path.name), do="Save it as CSV in UTF-8."
        ) from fault
    return mapping() | _mapped(csv.reader(text.splitlines()), path.name)


def _mapped(rows: Iterable[list[str]], file: str) -> dict[tuple[str, str], Mapped]:
    out: dict[tuple[str, str], Mapped] = {}
    by_name = {plain(name): f for f in fields().values() for name in (f.key, f.heading, f.central)}
    for number, row in enumerate(rows, start=1):
        cells = [cell.strip() for cell in row]
        if number == 1:
            if [plain(c) for c in cells] != _COLUMNS:
                raise _fault(f"The headings must be {', '.join(_COLUMNS)}.", file, 1)
            continue
        if not any(cells):
            continue
        cells += [""] * (4 - len(cells))
        name, value, means, kind = cells[:4]
        held = by_name.get(plain(name))
        if held is None or not held.list:
            raise _fault(f"{name!r} is no coded field.", file, number)
        kind = kind or "mistaken"
        if kind not in KINDS:
            raise _fault(f"The kind is {kind!r}; it must be {' or '.join(KINDS)}.", file, number)
        out[held.key, plain(value)] = Mapped(_means(held.key, means, file, number), kind)
    return out


def _means(key: str, means: str, file: str, row: int) -> int:
    values = list_of(key).values
    if means.isascii() and means.isdigit() and int(means) in values:
        return int(means)
    for value in values.values():
        if plain(value.words) == plain(means) and not value.flags.get("derived"):
            return value.number
    raise _fault(f"{fields()[key].heading} has no value {means!r}.", file, row)


class Judge:
    """What the raw words of one coded field mean, and how good they are.

    Called with the words of a cell; answers the number (None for a blank, 0 for what nothing knows) and the class:
    valid, release1, invalid or blank. A mistaken value that the mapping knows has its number and is invalid.
    """

    def __init__(self, field_key: str, extra: Mappings | None = None) -> None:
        self._exact: dict[str, tuple[int, str]] = {}
        self._plain: dict[str, tuple[int, str]] = {}
        known = mapping() if extra is None else extra
        for (key, words), mapped in known.items():
            if key == field_key:
                self._plain[words] = (mapped.number, RELEASE_1 if mapped.kind == "release1" else INVALID_CLASS)
        held = list_of(field_key).values.values()
        for value in held:
            for words in value.release1:
                self._exact[words] = (value.number, RELEASE_1)
                self._plain[plain(words)] = (value.number, RELEASE_1)
        for value in held:
            if value.submitted:
                # Words that differ by case alone are Release 2's; exactly Release 1's are Release 1's.
                self._plain[plain(value.words)] = (value.number, VALID)
                self._exact[value.words] = (value.number, VALID)
            else:
                for words in (value.words, *value.release1) if value.flags.get("derived") else (value.words,):
                    self._plain[plain(words)] = (INVALID, INVALID_CLASS)
                    self._exact.pop(words, None)

    def __call__(self, raw: str | None) -> tuple[int | None, str]:
        """The number and the class of a cell's words."""
        if raw is None or not (words := raw.strip()):
            return None, BLANK
        return self._exact.get(words) or self._plain.get(plain(words)) or (INVALID, INVALID_CLASS)
