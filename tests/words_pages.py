"""Whole pages beside what is true: a council's page and briefing, with every word, number and count on them."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from tests.words_checker import (
    NUMBER,
    WORD,
    Faults,
    Saying,
    check_absent,
    check_place,
    check_sentence,
    check_sentences,
    flat,
    money,
    span_of,
    strips_of,
    tree_of,
)  # fmt: skip
from tests.words_truth import Z95, Z998, Row, Truth, Truths, counts_of, rounded, spelled

HEAD = "ascof-3d-2a"


# --- A council's page -----------------------------------------------------------------------------------------------


def lines_of(truths: Truths, area: str, against: str) -> dict[str, Truth]:
    """What is true of one council on every measure that has a row for it, each in its newest period."""
    out = {}
    for measure in truths.definitions:
        period = truths.newest.get((measure, area))
        if period is not None:
            out[measure] = truths.council(measure, period, area, against)
    return out


def check_council(f: Faults, truths: Truths, page: str, council: Any, against: str) -> None:
    """Strips, tables, findings, counts, what stands out, gaps, the lead and the trends of one page."""
    tree = tree_of(page)
    lines = lines_of(truths, council.id, against)
    f.where = f"{council.id} against {against}"
    rows: dict[str, Any] = {}
    for section in tree.find_class("evenhand-council-topic"):
        check_topic(f, truths, section, lines, rows, against)
    f.check("measures on the page", sorted(rows), sorted(lines))
    check_outstanding(f, truths, tree, lines, council, against)
    check_gaps(f, truths, tree, lines)
    if money(flat(tree)):
        f.say(f"pence on a public page: {money(flat(tree))[:3]}")
    if against == "england":
        check_lead(f, truths, tree, lines)
        check_over_time(f, truths, tree, lines, council)
        check_money(f, truths, tree, lines)
        check_nearest(f, truths, tree, lines, council)
        check_alike(f, truths, tree, lines, council)


def check_topic(
    f: Faults, truths: Truths, section: Any, lines: dict[str, Truth], rows: dict[str, Any], against: str
) -> None:
    """One topic: each row of its table and of its drawing, and the title and sentence over them."""
    here: dict[str, Truth] = {}
    for tr in section.iterfind(".//tbody/tr"):
        link = tr.find("th/a")
        measure = link.get("href").split("/")[2]
        d, t = truths.definitions[measure], lines[measure]
        here[measure] = rows[measure] = t
        where, f.where = f.where, f"{f.where}: {measure}"
        f.check(
            "period in the table", flat(tr.find("th")).removeprefix(d["title"]).split(",")[0].strip(), t.row["period"]
        )
        figure, interval, beside, word, place, *_ = (flat(td) for td in tr.iterfind("td"))
        if t.row["value"] is None:
            check_absent(f, d, t.row, figure, "")
            f.check("nothing beside a gap", (interval, word, place), ("–", "–", "–"))
        else:
            f.check("figure in the table", figure, f"{spelled(d, t.row['value'])} {counts_of(d, t.row)}".strip())
            f.check("interval in the table", interval, span_of(d, t) or "–")
            if not t.near:
                f.check("word in the table", word, t.word or "not judged")
            check_place(f, t, place)
        check_beside(f, truths, d, t, beside, against)
        f.where = where
    check_finding(f, truths, section, here)
    said = {f"{truths.definitions[m]['title']}, {t.row['period']}": (m, t) for m, t in here.items()}
    drawn = strips_of(section)
    f.check("rows drawn, twice", sorted(label for label, _ in drawn), sorted([*said, *said]))
    for label, text in drawn:
        if label in said:
            d, t = truths.definitions[said[label][0]], said[label][1]
            if t.row["value"] is None:
                check_absent(f, d, t.row, text, "")
            else:
                f.check("strip", text, " · ".join(s for s in (spelled(d, t.row["value"]), t.word) if s))


def check_beside(f: Faults, truths: Truths, d: Row, t: Truth, printed: str, against: str) -> None:
    """The set's figure: the country's as published, or the benchmark of any other set; words agree with it."""
    if against == "england":
        whole = truths.country(d["id"], t.row["period"])
        f.check("the country's figure", printed, spelled(d, whole["value"] if whole else None) or "–")
        true = whole["value"] if whole else None
    elif t.z is None and t.row["value"] is None:
        return
    else:
        f.check("the set's figure", printed, spelled(d, t.benchmark) or "–")
        true = t.benchmark
    if true is not None and t.word not in ("", "similar"):
        f.check("word and numbers", t.row["value"] > true, "higher" in t.word)


def check_finding(f: Faults, truths: Truths, section: Any, here: dict[str, Truth]) -> None:
    """The title's counts and the sentence's lists of a topic."""
    title, sentence = flat(section.find(".//h3")), flat(section.find(".//p"))
    words = {w: [truths.definitions[m]["title"] for m, t in here.items() if t.word == w] for w in WORD.split("|")}
    judged = sum(map(len, words.values()))
    of = re.search(r"(?:(\d+) of |all )?(?:(\d+) measures|the (1) measure) compared", title)
    f.check("measures compared in a title", int(of[2] or of[3]) if of else 0, judged)
    if of and ": similar to" in title:
        f.check("all similar", judged, len(words["similar"]))
    elif of:
        told = dict(re.findall(r"(?:: |, )(much higher|higher|lower|much lower)(?: than .+?)? on (the 1|\d+)", title))
        counts = {w: int(n.split()[-1]) for w, n in told.items()}
        f.check("counts in a title", counts, {w: len(v) for w, v in words.items() if v and w != "similar"})
    else:
        f.check("no word in a title", title.endswith(": figures that carry no word"), True)
    for word, titles in words.items():
        if word != "similar":
            listed = re.search(rf"(?:^|\. ){word.capitalize()}: (.+?)\.(?: |$)", sentence)
            f.check("list of a word", sorted(listed[1].split("; ")) if listed else [], sorted(titles))
    bare = [truths.definitions[m]["title"] for m, t in here.items() if t.row["value"] is not None and not t.word]
    none = [truths.definitions[m]["title"] for m, t in here.items() if t.row["value"] is None]
    for lead, titles in (("Without a word, because chance cannot be judged: ", bare), ("No figure: ", none)):
        listed = re.search(rf"{lead}(.+?)\.(?: |$)", sentence)
        f.check(lead, sorted(listed[1].split("; ")) if listed else [], sorted(titles))
    some = re.search(r"(\d+) (?:is|are) similar", sentence)
    if some:
        f.check("number similar", int(some[1]), len(words["similar"]))
    if "No figure differs by more than councils usually do." in sentence:
        f.check("none differs", judged, len(words["similar"]))


def check_looked_at(f: Faults, said: str, lines: dict[str, Truth]) -> None:
    """ "29 measures were looked at; 2 are unusual. Some would be by chance." """
    judged = [t for t in lines.values() if t.word]
    m = re.match(r"(\d+) measures? (?:was|were) looked at[.;](?: (\d+|none) (?:is|are) unusual)?", said)
    f.check("measures looked at", int(m[1]) if m else 0, len(judged))
    unusual = sum(t.word != "similar" for t in judged)
    if m and len(judged) > 1:
        f.check("measures unusual", 0 if m[2] == "none" else int(m[2]), unusual)


def check_outstanding(
    f: Faults, truths: Truths, tree: Any, lines: dict[str, Truth], council: Any, against: str
) -> None:
    """What stands out: how many were looked at, and each item's word, figures and direction."""
    head = tree.get_element_by_id("stands-out")
    paragraphs = [flat(p) for p in head.getparent().iterfind("p")]
    check_looked_at(f, next((p for p in paragraphs if "looked at" in p), ""), lines)
    listed = head.getparent().find("ul[@class='govuk-list govuk-list--spaced']")
    items = [] if listed is None else list(listed)
    found = []
    for li in items:
        word, link = flat(li.find("span")), li.find("a")
        measure = link.get("href").split("/")[2]
        d, t = truths.definitions[measure], lines[measure]
        found.append(measure)
        f.check("label that stands out", flat(link), f"{d['title']}, {t.row['period']}")
        f.check("word that stands out", word, t.word)
        rest = flat(li).split(flat(link), 1)[1].strip()
        first = f"{council.name}: {spelled(d, t.row['value'])}"
        f.check("figure that stands out", rest[: len(first)], first)
        better = re.search(r"On this measure (\w+) is better", rest)
        f.check("which way is better", better[1] if better else "none", d["direction"])
        whole = truths.country(measure, t.row["period"])
        true = (whole["value"] if whole else None) if against == "england" else t.benchmark
        beside = re.search(rf": {re.escape(spelled(d, t.row['value']))}[^:]*?\. [^:]+: ({NUMBER})\.", rest)
        f.check("set that stands out", beside[1] if beside else "", spelled(d, true))
    f.check("what stands out", sorted(found), sorted(m for m, t in lines.items() if t.word not in ("", "similar")))


def check_gaps(f: Faults, truths: Truths, tree: Any, lines: dict[str, Truth]) -> None:
    """Each measure without a figure is listed with its mark and its reason, and no other."""
    found = [
        li for block in tree.iter("details") if "no figure, and why" in flat(block.find("summary"))
        for li in block.iter("li")
    ]  # fmt: skip
    without = {f"{truths.definitions[m]['title']}, {t.row['period']}": (m, t) for m, t in lines.items()
               if t.row["value"] is None}  # fmt: skip
    f.check("gaps", len(found), len(without))
    for li in found:
        label = next((k for k in without if flat(li).startswith(f"{k}: ")), None)
        if label is None:
            f.say(f"a gap that is none: {flat(li)}")
            continue
        m, t = without[label]
        mark, _, why = flat(li).removeprefix(f"{label}: ").partition(".")
        check_absent(f, truths.definitions[m], t.row, mark, why)


def sentences_of(text: str, names: list[str]) -> list[str]:
    """The sentences of a paragraph. Names of councils hold no full stop but St Helens', which has none either."""
    joined = re.sub(r"(Treat with care\.) (?=Fewer|The 95%)", r"\1~", text)
    joined = re.sub(r"(counted\.|points\.) (?=The 95% interval)", r"\1~", joined)
    joined = re.sub(r"(differ\.) (?=On this measure)", r"\1~", joined)
    parts = re.split(r"(?<=[.])\s+(?=[A-Z])", joined)
    return [p.replace("~", " ") for p in parts if p]


def check_lead(f: Faults, truths: Truths, tree: Any, lines: dict[str, Truth]) -> None:
    """The one sentence on direct payments and those after it."""
    answer = tree.find_class("evenhand-answer")[0]
    after = answer.getnext()
    check_headline(f, truths, lines, flat(answer), flat(after) if after.tag == "p" else "")


def check_headline(f: Faults, truths: Truths, lines: dict[str, Truth], first: str, rest: str) -> None:
    if HEAD not in lines:
        f.check("no headline", re.search(r"\d", first), None)
        return
    t, d = lines[HEAD], truths.definitions[HEAD]
    r = t.row
    if r["value"] is None:
        start = f"{d['title']}, {r['period']}: "
        f.check("headline of a gap", first[: len(start)], start)
        check_absent(f, d, r, first.removeprefix(start).rstrip("."), "")
        return
    whole = truths.country(HEAD, r["period"])
    true = (
        f"{spelled(d, r['value'])} of people with long-term support in the community got a direct payment on 31 March "
        f"20{r['period'][-2:]}: {counts_of(d, r)}; in {truths.edition.about['country']} it was "
        f"{spelled(d, whole['value'] if whole else None)}."
    )
    f.check("headline", first, true)
    own = truths.of(HEAD, r["period"], "england", "")[r["area"]]
    check_sentences(f, Saying(truths, d, own), [first, *sentences_of(rest, [])], figure=False) if not rest else None
    said = sentences_of(rest, [])
    kinds = [check_sentence(f, Saying(truths, d, own), s) for s in said]
    f.check("chance in the headline", "chance" in kinds, own.differs is not None)
    f.check("word in the headline", "word" in kinds, bool(own.word))


def check_over_time(f: Faults, truths: Truths, tree: Any, lines: dict[str, Truth], council: Any) -> None:
    """Titles over time set beside each other only figures of one definition; each trend keeps to its own."""
    for h in tree.iter("h3"):
        text = flat(h)
        m = re.fullmatch(rf"(.+): ({NUMBER})(.*?) in (\S+?), ({NUMBER})(.*?) in (\S+)", text)
        if not m:
            continue
        measure = next(k for k, d in truths.definitions.items() if d["title"] == m[1])
        d = truths.definitions[measure]
        rows = {
            p: next((r for r in truths.councils(measure, p) if r["area"] == council.id), None) for p in (m[4], m[7])
        }
        f.check("first and last", [spelled(d, r and r["value"]) for r in rows.values()], [m[2], m[5]])
        f.check("counted alike", len({r["segment"] for r in rows.values() if r}), 1)
    for li in tree.xpath("//ul[@class='govuk-list govuk-list--bullet']/li[a]"):
        text, link = flat(li), li.find("a")
        m = re.fullmatch(r".+?: ((?:rising|falling|no clear change) from .+)", text)
        measure = link.get("href").split("/")[2] if link.get("href", "").startswith("/measures/") else ""
        if m and measure in lines:
            said = m[1][0].upper() + m[1][1:]
            f.check(
                "a trend is read",
                check_sentence(f, Saying(truths, truths.definitions[measure], lines[measure]), said),
                "trend",
            )


def check_money(f: Faults, truths: Truths, tree: Any, lines: dict[str, Truth]) -> None:
    """Money beside delivery: figures as everywhere, and today's prices only with the year they are of."""
    for table in tree.xpath("//table[contains(caption, 'money and people')]"):
        for tr in table.iterfind("tbody/tr"):
            measure = tr.find("th/a").get("href").split("/")[2]
            d, t = truths.definitions[measure], lines[measure]
            period, figure, country, own, _ = (flat(td) for td in tr.iterfind("td"))
            f.check("period of money", period, t.row["period"])
            if t.row["value"] is not None:
                f.check("money", figure, f"{spelled(d, t.row['value'])} {counts_of(d, t.row)}".strip())
            if own != "–":
                f.check("real only for money per head", d["kind"], "money_per_head")
                year = truths.edition.about["newest_period"]
                f.check("year of today's prices", f"In {year} prices" in flat(tree), True)
                f.check(
                    "prices rose",
                    float(own[1:].replace(",", "")) >= float(figure.split()[0][1:].replace(",", "")),
                    True,
                )
            whole = truths.country(measure, t.row["period"])
            f.check("money of the country", country, spelled(d, whole["value"] if whole else None) or "–")


def beyond(a: Row, b: Row) -> str:
    """How one share differs from another by the 99.8% interval of their ratio, from the four counts."""
    counts = (a["numerator"], a["denominator"], b["numerator"], b["denominator"])
    if any(c is None for c in counts) or a["value"] is None or b["value"] is None:
        return "No figure published" if a["value"] is None else "Chance cannot be judged"
    x, n, y, m = counts
    if not x or not y:
        return "Chance cannot be judged"
    reach = Z998 * np.sqrt(1 / x - 1 / n + 1 / y - 1 / m)
    middle = np.log((x / n) / (y / m))
    if middle - reach > 0:
        return "Higher, beyond chance"
    return "Lower, beyond chance" if middle + reach < 0 else "May be no different"


def check_nearest(f: Faults, truths: Truths, tree: Any, lines: dict[str, Truth], council: Any) -> None:
    """The nearest councils: each share, each verdict, and the sentence that counts those that are higher."""
    if HEAD not in lines or not truths.near.get(council.id):
        return
    r, d = lines[HEAD].row, truths.definitions[HEAD]
    rows = {x["area"]: x for x in truths.councils(HEAD, r["period"])}
    higher = []
    for tr in tree.xpath("//table[contains(caption, 'the nearest first')]/tbody/tr"):
        area = tr.find("th/a").get("href").split("/")[2]
        value, verdict = (flat(td) for td in tr.iterfind("td"))
        f.check("a peer", area in truths.near[council.id], True)
        other = rows.get(area)
        if other is None or other["value"] is None:
            f.check("a peer without a figure", (value, verdict), ("–", "No figure published"))
            continue
        f.check("share of a peer", value, f"{spelled(d, other['value'])} {counts_of(d, other)}")
        f.check("verdict on a peer", verdict, beyond(other, r))
        higher += [flat(tr.find("th"))] if beyond(other, r) == "Higher, beyond chance" else []
    said = flat(tree.get_element_by_id("peers").getnext())
    check_higher(f, said, higher)


def check_higher(f: Faults, said: str, higher: list[str]) -> None:
    m = re.search(r"(\d+)(?: of them)? (?:has|have) a higher share", said)
    f.check("peers that are higher", int(m[1]) if m else 0, len(higher))


def check_alike(f: Faults, truths: Truths, tree: Any, lines: dict[str, Truth], council: Any) -> None:
    """Who like it does better: only where the measure says which way is better, beyond the 99.8% interval, counted."""
    heads = tree.xpath("//h3[@id='better']")
    if not heads:
        return
    told: dict[str, Any] = {}
    for li in heads[0].getparent().xpath(".//li[strong]"):
        measure = li.find("a").get("href").split("/")[2]
        told[measure] = li
    for measure, t in lines.items():
        d, r = truths.definitions[measure], t.row
        every = truths.of(measure, r["period"], "england", "")
        warned = any(p == r["period"] for p, _ in d["warnings"])
        if d["direction"] == "none" or t.limits is None or warned:
            f.check("no better without a direction", measure in told, False)
            continue
        peers = [every[a] for a in truths.near.get(council.id, []) if a in every and every[a].limits is not None]
        ahead = {p.row["area"]: p for p in peers if (gap(d, p, t, Z998) or (0, 0))[0] > 0}
        f.check("a peer does better", measure in told, bool(ahead))
        if measure not in told:
            continue
        said = flat(told[measure])
        m = re.match(r"(\d+) of (\d+) (does|do) better", said)
        f.check("how many do better", (int(m[1]), int(m[2])) if m else None, (len(ahead), len(peers)))
        better = re.search(r"On this measure (\w+) is better", said)
        f.check("which way is better", better[1] if better else "none", d["direction"])
        for li in told[measure].iterfind("ul/li"):
            p = ahead.get(li.find("a").get("href").split("/")[2])
            if p is None:
                f.say(f"{measure}: does not do better: {flat(li)}")
                continue
            low, high = gap(d, p, t, Z95)
            points = "percentage points " if spelled(d, 1.0).endswith("%") else ""
            by, low, high = (rounded(v, d["decimals"]) for v in (abs(p.row["value"] - r["value"]), low, high))
            true = f"{p.row['area_name']}, {spelled(d, p.row['value'])}: {by} {points}{d['direction']} (95% interval {low} to {high})"  # noqa: E501
            f.check("how far ahead", flat(li), true)


def gap(d: Row, a: Truth, b: Truth, z: float) -> tuple[float, float]:
    """How far a is ahead of b on the better side, from each one's own limits (Newcombe's method 10)."""
    if d["direction"] == "lower":
        a, b = b, a
        (la, ua), (lb, ub) = a.limits[z], b.limits[z]  # type: ignore[index]
    else:
        (la, ua), (lb, ub) = a.limits[z], b.limits[z]  # type: ignore[index]
    x, y = a.row["value"], b.row["value"]
    return x - y - np.hypot(x - la, ub - y), x - y + np.hypot(ua - x, y - lb)


# --- The briefing ---------------------------------------------------------------------------------------------------


def check_briefing(f: Faults, truths: Truths, page: str, council: Any) -> None:
    """One page for a councillor: lead, what stands out, and the table."""
    f.where = f"briefing of {council.id}"
    tree = tree_of(page)
    article = tree.find_class("evenhand-briefing")[0]
    lines = lines_of(truths, council.id, "england")
    lead = article.find_class("govuk-body-l")[0]
    after = lead.getnext()
    check_headline(f, truths, lines, flat(lead), flat(after) if after.tag == "p" else "")
    check_looked_at(f, next((flat(p) for p in article.iter("p") if "looked at" in flat(p)), ""), lines)
    listed = article.xpath("h2[text()='What stands out']/following-sibling::*[2][self::ul]/li")
    for li in listed:
        text = flat(li)
        m = re.match(rf"(.+), (\S+)\. ({WORD}) (?:than|to) (.+?): ({NUMBER})(?: beside ({NUMBER}))?", text, re.I)
        if m and (measure := next((k for k, d in truths.definitions.items() if d["title"] == m[1]), None)):
            d, t = truths.definitions[measure], lines[measure]
            f.check("word of the briefing", m[3].lower(), t.word)
            f.check("figure of the briefing", m[5], spelled(d, t.row["value"]))
            whole = truths.country(measure, t.row["period"])
            f.check("country of the briefing", m[6], spelled(d, whole["value"] if whole else None) or None)
            better = re.search(r"On this measure (\w+) is better", text)
            f.check("which way is better", better[1] if better else "none", d["direction"])
        elif not re.fullmatch(r"\d+ more (is|are) on the council's page\.", text):
            f.say(f"nobody checks: {text!r}")
    unusual = sum(t.word not in ("", "similar") for t in lines.values())
    more = next((int(flat(li).split()[0]) for li in listed if " more " in flat(li)), 0)
    f.check("what stands out in the briefing", len(listed) - bool(more) + more, unusual)
    for tr in article.iterfind(".//tbody/tr"):
        measure = tr.find("th/a").get("href").split("/")[2]
        d, t = truths.definitions[measure], lines[measure]
        figure, interval, beside, word, place = (flat(td) for td in tr.iterfind("td"))
        if t.row["value"] is None:
            check_absent(f, d, t.row, figure, "")
            f.check("nothing beside a gap", (interval, word, place), ("–", "–", "–"))
            continue
        f.check("figure of the briefing", figure, f"{spelled(d, t.row['value'])} {counts_of(d, t.row)}".strip())
        f.check("interval of the briefing", interval, span_of(d, t) or "–")
        f.check("word of the briefing", word, t.word or "–")
        check_place(f, t, place)
        whole = truths.country(measure, t.row["period"])
        f.check("country of the briefing", beside, spelled(d, whole["value"] if whole else None) or "–")
    if money(flat(article)):
        f.say(f"pence on a public page: {money(flat(article))[:3]}")
