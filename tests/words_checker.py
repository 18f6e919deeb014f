"""Reads what Evenhand prints of a council and says where it is untrue: every sentence by pattern, every number again.

What is true comes from ``tests.words_truth``. A sentence that fits no pattern is a fault too: nothing may be said that
nobody checks. Shared by the tests over the real edition and over the simulated one.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from lxml import html as reader

from tests.words_truth import ABOVE, Z95, Row, Truth, Truths, counts_of, spelled, unit_of

WORD = r"much lower|lower|similar|higher|much higher"
NUMBER = r"£?-?\d[\d,]*(?:\.\d+)?%?"
DIRECTION = re.compile(
    r"\b(higher|lower|above|below|better|worse|rising|falling|similar|unusual|beyond|chance)\b", re.I
)
ABSENT = {
    "missing": ("no figure published", "no figure"),
    "suppressed": ("suppressed to protect people",),
    "not_applicable": ("not applicable", "no figure"),
}
CARE = {
    1: "Fewer than 30 people are counted.",
    2: "The 95% interval is wider than 20 percentage points.",
    4: "The 95% interval is wider than 1.2 times the figure itself.",
}
ALONE = "It is not set against other councils: the counts that chance is judged by are not published."
NO_PEERS = "It has no peers: it is too unlike any other council, or the figures that peers are found by are missing."
# "service users", "DP" and the rest of LOOK.md. The names of official documents may hold them, and nothing else may.
FORBIDDEN = re.compile(
    r"\bperformance\b|\bleague\b|\bworst\b|\bservice users?\b|\bDPs?\b|\bwinners?\b|\blosers?\b", re.I
)  # fmt: skip


@dataclass
class Faults:
    """What was found untrue, by kind; ``seen`` counts what was looked at, so that nothing passes by being absent."""

    found: list[str] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)
    where: str = ""

    def check(self, kind: str, printed: Any, true: Any) -> None:
        self.seen[kind] += 1
        if printed != true:
            self.found.append(f"{self.where}: {kind}: printed {printed!r}, true {true!r}")

    def say(self, text: str) -> None:
        self.found.append(f"{self.where}: {text}")


def ordinal(n: int) -> str:
    return f"{n:,}" + ("th" if n % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th"))


def own(name: str) -> str:
    return f"{name}'" if name.endswith("s") else f"{name}'s"


# --- One cell at a time ---------------------------------------------------------------------------------------------


def check_place(f: Faults, t: Truth, said: str, highest: str = "") -> None:
    """Both ends of the place are real places, in order, round the place that chance makes likely."""
    if t.place is None:
        f.check("no place", said.strip("–"), "")
        return
    m = re.fullmatch(rf"(?:(?:the )?(?:between )?([\d,]+)(?:st|nd|rd|th) and )?([\d,]+)(st|nd|rd|th){highest} of ([\d,]+)",  # noqa: E501
                     said.removeprefix("between "))  # fmt: skip
    if not m:
        f.say(f"no place in {said!r}")
        return
    low, high = (int(v.replace(",", "")) for v in (m[1] or m[2], m[2]))
    f.check("ordinal", f"{high}{m[3]}", ordinal(high).replace(",", ""))
    f.check("places ranked", int(m[4].replace(",", "")), t.of)
    if not (1 <= low <= high <= t.of):
        f.say(f"places out of order: {said}")
    if not low - 1 <= t.place <= high + 1:
        f.say(f"place {t.place:.1f} outside {said}")
    f.seen["place"] += 1


def check_absent(f: Faults, d: Row, r: Row, mark: str, why: str) -> None:
    """What stands in place of a figure names its status, and says nothing of direction; its numbers are quotations."""
    f.seen["absent"] += 1
    if mark.lower().rstrip(".") not in ABSENT[r["status"]]:
        f.say(f"{r['status']} is called {mark!r}")
    rest = why
    for quoted in filter(None, (r["reason"], r["note"])):  # the publisher's own words, or those of the edition
        rest = rest.replace(quoted, "").replace(quoted.split("; ")[-1], "")
    rest = rest.replace("Published instead: .", "").replace("Suppressed to protect people: the publisher holds", "")
    if re.search(r"\d", f"{mark} {rest}"):
        f.say(f"a number where there is no figure: {mark!r} {why!r}")
    if DIRECTION.search(f"{mark} {rest}"):
        f.say(f"a direction where there is no figure: {mark!r} {why!r}")


def span_of(d: Row, t: Truth, joined: str = " to ") -> str:
    if t.limits is None or t.row["value"] is None:
        return ""
    return joined.join(spelled(d, v) for v in t.limits[Z95])


# --- One council in sentences ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Saying:
    """Whom the sentences are about and what they are set against."""

    truths: Truths
    d: Row
    t: Truth
    against: str = "england"

    @property
    def name(self) -> str:
        return re.escape(self.t.row["area_name"])

    @property
    def country(self) -> str:
        return str(self.truths.edition.about["country"])


def check_sentences(f: Faults, s: Saying, said: list[str], *, figure: bool = True) -> None:
    """All that is said of one council on one measure, sentence by sentence. figure: the first is its figure."""
    r, t = s.t.row, s.t
    if r["value"] is None:
        mark, _, why = said[0].removeprefix(f"{r['area_name']}: ").partition(".")
        check_absent(f, s.d, r, mark, " ".join([why.strip(), *said[1:]]))
        f.check("only its absence is said", len(said), 1)
        return
    rest = list(said)
    if figure:
        check_figure(f, s, rest.pop(0))
    kinds = [kind for sentence in rest for kind in [check_sentence(f, s, sentence)]]
    f.check("chance is spoken of", "chance" in kinds, t.differs is not None and t.limits is not None)
    f.check("the word is spoken of", "word" in kinds, bool(t.word))
    f.check("the place is spoken of", "place" in kinds, t.place is not None)
    f.check("each is said once", len(kinds), len(set(kinds)))


def check_figure(f: Faults, s: Saying, said: str) -> None:
    d, r = s.d, s.t.row
    zero = "zero, " if r["value"] == 0 else ""
    behind = counts_of(d, r)
    first = f"{r['area_name']}: {zero}{spelled(d, r['value'])}{unit_of(d)}{', ' + behind if behind else ''}."
    f.check("figure", said[: len(first)], first)
    rest = said[len(first) :].strip()
    if r["basis"]:
        basis = f"Population: {r['basis']}."
        f.check("population", rest[: len(basis)], basis)
        rest = rest[len(basis) :].strip()
    if d["kind"] == "money_per_head":
        m = re.fullmatch(rf"(£[\d,]+){re.escape(unit_of(d))}, in (\S+) prices, by the GDP deflators?\b.*", rest)
        if rest and not m:
            f.say(f"money of another year without its year: {rest!r}")
        if m:
            f.check("year of prices", m[2], s.truths.edition.about["newest_period"])
        f.seen["real terms"] += bool(m)
    else:
        f.check("nothing more than the figure", rest, "")


def check_sentence(f: Faults, s: Saying, said: str) -> str:
    """One sentence after the first; gives back what it spoke of."""
    d, t, r = s.d, s.t, s.t.row
    if m := re.fullmatch(rf"It (may be no different from|is below|is above) (.+?)( by more than chance)?: chance alone "
                         rf"could explain a value from ({NUMBER}) to ({NUMBER})(.*)\.", said):  # fmt: skip
        sign = {"is below": -1, "is above": 1}.get(m[1], 0)
        f.check("side", sign, 0 if not t.differs else (1 if t.differs > 0 else -1))
        f.check("by more than chance", bool(m[3]), bool(t.differs))
        f.check("interval in the sentence", f"{m[4]} to {m[5]}{m[6]}", f"{span_of(d, t)}{unit_of(d)}")
        check_benchmark(f, s, m[2])
        return "chance"
    if m := re.fullmatch(rf"{s.name} is ({WORD}) than (.+), by more than councils usually differ\.( On this measure "
                         r"(\w+) is better\.)?", said):  # fmt: skip
        f.check("word in the sentence", m[1], t.word)
        f.check("which way is better", m[4], d["direction"] if d["direction"] != "none" else None)
        check_benchmark(f, s, m[2])
        if t.benchmark is not None and (r["value"] > t.benchmark) is not ("higher" in m[1]):
            f.say(f"{said!r} and the figure is {r['value']} beside {t.benchmark}")
        return "word"
    if m := re.fullmatch(rf"{s.name} is similar to (.+), as councils go\.", said):
        f.check("word in the sentence", "similar", t.word)
        f.check("no denial of chance", t.differs or 0, 0)
        check_benchmark(f, s, m[1])
        return "word"
    if m := re.fullmatch(rf"Councils differ about this much anyway, so {s.name} counts as similar to (.+)\.", said):
        f.check("word in the sentence", "similar", t.word)
        f.check("differs by chance", bool(t.differs), True)
        check_benchmark(f, s, m[1])
        return "word"
    if m := re.fullmatch(rf"{re.escape(own(r['area_name']))} figure is (?:(the) (?:([\d,]+\w\w) )?highest|(between [\d,]+"  # noqa: E501
                         r"\w\w and [\d,]+\w\w) highest) of ([\d,]+)\.", said):  # fmt: skip
        check_place(f, t, f"{m[3] or m[2] or '1st'} of {m[4]}")
        return "place"
    if said.startswith("Treat with care. "):
        check_care(f, s, said)
        return "care"
    if said == ALONE:
        f.check("not judged", t.word, "")
        return "alone"
    if said == NO_PEERS:
        f.check("without peers", s.truths.near.get(r["area"]), None)
        return "alone"
    if check_trend(f, s, said):
        return "trend"
    f.say(f"nobody checks: {said!r}")
    return "unknown"


def check_benchmark(f: Faults, s: Saying, name: str) -> None:
    """What a figure is set against is named as what it is; a number beside the name is the one that was used.

    The country's own figure stands beside these sentences, so where the sum of its councils prints as another number
    the sentence must name the sum.
    """
    if s.against != "england":
        f.check("benchmark", name, "the councils compared")
        return
    rows = [r for r in s.truths.held[s.d["id"], s.t.row["period"]] if r["level"] == "country"]
    printed = min(rows, key=lambda r: (r["value"] is None, r["area"] == ABOVE), default=None)
    survey = s.d["kind"] in ("score", "survey_percent")
    used = spelled(s.d, s.t.benchmark)
    if printed is not None and printed["value"] is not None and spelled(s.d, printed["value"]) == used:
        f.check("benchmark", name, s.country)
    elif survey and (printed is None or printed["value"] is None):
        f.check("benchmark", name, "the councils that have a figure")
    else:
        f.check("benchmark", name, f"councils together ({used})")


def check_care(f: Faults, s: Saying, said: str) -> None:
    d, t, r = s.d, s.t, s.t.row
    people = r["respondents"] if d["kind"] in ("score", "survey_percent") else r["denominator"]
    flags = set()
    if people is not None and people < 30:
        flags.add(1)
    if t.limits is not None:
        low, high = t.limits[Z95]
        flags |= {2} if d["unit"].startswith("%") and high - low > 20 else set()
        flags |= {4} if high - low > 1.2 * r["value"] else set()
    true = "Treat with care. " + " ".join(CARE[k] for k in sorted(flags))
    f.check("care", said, true)


def check_trend(f: Faults, s: Saying, said: str) -> bool:
    """A trend stays within one definition, tells its years, and is spoken of only where five of them are alike."""
    if said.startswith("Trend: not judged: "):
        return True
    m = re.fullmatch(
        r"(No clear change|Rising|Falling) from (\S+?) to (\S+?)(?:, by about ([\d.,]+) (.+) a year)?\.", said
    )
    if not m:
        return False
    points = {
        p: row for (measure, p), rows in s.truths.held.items() if measure == s.d["id"] for row in rows
        if row["area"] == s.t.row["area"] and row["value"] is not None and m[2] <= p <= m[3]
    }  # fmt: skip
    aside = {p for p, _ in s.d["set_aside"]}
    used = {p: row for p, row in points.items() if p not in aside}
    f.check("years of a trend", {m[2], m[3]} <= set(used), True)
    f.check("one definition", len({row["segment"] for row in used.values()}), 1)
    for at, _ in s.d["breaks"]:
        f.check("no trend over a break", m[2] < at <= m[3], False)
    f.check("five years", len(used) >= 5, True)
    if m[1] != "No clear change":
        years = [int(p[:4]) for p in used]
        values = [row["value"] for row in used.values()]
        mid_x, mid_y = sum(years) / len(years), sum(values) / len(values)
        lean = sum((x - mid_x) * (y - mid_y) for x, y in zip(years, values, strict=True))
        f.check("direction of a trend", m[1], "Rising" if lean > 0 else "Falling")
    f.seen["trend"] += 1
    return True


# --- A page ---------------------------------------------------------------------------------------------------------


def flat(node: Any) -> str:
    """The text of an element as it is read, on one line."""
    return " ".join(node.text_content().split())


def tree_of(page: str) -> Any:
    """A page as elements; the end of a line or of a cell reads as a space."""
    page = re.sub(r"<(path|circle|rect|line|polygon)\b[^>]*>", "", page)  # marks carry no words
    return reader.document_fromstring(re.sub(r"(<br>|</td>|</th>|</li>|</p>)", r" \1", page))


def readable(page: str) -> str:
    """A whole page as it is read: no drawings' marks, no scripts, no addresses."""
    page = re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.S)
    return flat(tree_of(page))


def forbidden(page: str, titles: list[str]) -> list[str]:
    """Words of LOOK.md that no page may hold, outside the titles that publishers gave their files."""
    text = re.sub(r"https?://\S+", "", readable(page))
    for title in sorted(titles, key=len, reverse=True):
        text = text.replace(" ".join(title.split()), "")
    return [text[max(m.start() - 40, 0) : m.end() + 40] for m in FORBIDDEN.finditer(text)]


def long_sentences(texts: list[str], most: int = 25) -> list[str]:
    """Sentences of ours with more than so many words; a number in brackets is read as part of its name."""
    out = []
    for text in texts:
        for sentence in re.split(r"(?<=[.!?])\s+(?=[A-Z0-9£])", text):
            if len(re.sub(r" \([\d.,%£]+\)", "", sentence).split()) > most:
                out.append(sentence)
    return out


def strips_of(section: Any) -> list[tuple[str, str]]:
    """(label, what is said) of each row of a topic's drawing, in both widths."""
    out: list[tuple[str, str]] = []
    for svg in section.iter("svg"):
        for text in svg.iter("text"):
            if text.get("font-weight") == "bold" and text.get("text-anchor") == "end":
                out.append(("", " ".join(text.itertext())))
            elif (
                "13px" in (text.get("font-size"), text.getparent().get("font-size"))
                and out
                and text.get("font-weight") is None
            ):
                label, said = out[-1]
                out[-1] = (f"{label} {' '.join(text.itertext())}".strip(), said)
    return out


def money(text: str) -> list[str]:
    """Amounts that are not in whole pounds."""
    return re.findall(r"£[\d,]+\.\d+", text)
