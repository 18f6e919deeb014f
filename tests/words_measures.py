"""A measure's page and the rows that programs get, beside what is true."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np

from tests.words_checker import (
    ABSENT,
    NUMBER,
    Faults,
    Saying,
    check_absent,
    check_benchmark,
    check_figure,
    check_place,
    check_sentence,
    flat,
    money,
    tree_of,
)  # fmt: skip
from tests.words_truth import (
    ABOVE,
    SURVEYS,
    Z95,
    Z998,
    Row,
    Truth,
    Truths,
    counts_of,
    how_of,
    limits,
    rounded,
    spelled,
    unit_of,
)  # fmt: skip


def exact(d: Row, r: Row) -> float:
    """A figure unrounded, where its counts are printed."""
    n, of, value = r["numerator"], r["denominator"], float(r["value"])
    if n is None or not of or d["kind"] in (*SURVEYS, "money_per_head", "context_value"):
        return value
    made = float(n / of * d["per"])
    return made if abs(made - value) <= 0.0501 else value  # counts to the nearest 5 beside a finer figure


def check_measure(f: Faults, truths: Truths, page: str, measure: str, period: str) -> None:
    """Answer, range, missing, findings over charts, variation, groups, and every row of every table."""
    tree, d = tree_of(page), truths.definitions[measure]
    f.where = f"{measure} in {period}"
    every = truths.of(measure, period, "england", "")
    check_answer(f, truths, tree, d, period)
    check_missing(f, flat(tree), every)
    for figure in tree.find_class("evenhand-chart"):
        if figure.tag == "figure":
            check_chart(f, truths, figure, d, period, every)
    check_variation(f, truths, tree, d, period, every)
    check_table(f, truths, tree, d, period, every)
    check_groups(f, truths, tree, d, period)
    if money(flat(tree)):
        f.say(f"pence on a public page: {money(flat(tree))[:3]}")
    way = (
        "Neither higher nor lower is better."
        if d["direction"] == "none"
        else f"{d['direction'].capitalize()} is better."
    )
    f.check("direction of the measure", way in flat(tree), True)


def shown_country(truths: Truths, d: Row, period: str) -> Row | None:
    rows = [r for r in truths.held[d["id"], period] if r["level"] == "country"]
    rows = sorted(rows, key=lambda r: (r["value"] is None, r["area"] == ABOVE))
    return rows[0] if rows else None


def check_answer(f: Faults, truths: Truths, tree: Any, d: Row, period: str) -> None:
    answer = tree.find_class("evenhand-answer")[0]
    strong, whole = flat(answer.find("strong")), flat(answer)
    r = shown_country(truths, d, period)
    if r is None:
        f.check("no national figure", strong, f"There is no national figure for {period}.")
    elif r["value"] is None:
        mark, _, why = strong.removeprefix(f"{r['area_name']}: ").partition(".")
        check_absent(f, d, r, mark, why)
    else:
        check_figure(f, Saying(truths, d, Truth(r)), strong)
    rest = whole.removeprefix(strong).strip()
    values = [t.row for t in truths.of(d["id"], period, "england", "").values() if t.row["value"] is not None]
    if len(values) < 2:
        f.check("no range", rest, "")
        return
    figures = [exact(d, v) for v in values]
    low, high = min(figures), max(figures)
    tenth, ninth = np.quantile(figures, [0.1, 0.9])
    unit = unit_of(d)
    true = (
        f"Councils run from {spelled(d, low)} to {spelled(d, high)}{unit}; eight in ten are between "
        f"{spelled(d, tenth)} and {spelled(d, ninth)}{unit}."
    )
    f.check("range", rest, true)
    ends = [spelled(d, g(v["value"] for v in values)) for g in (min, max)]
    f.check("range beside the table", [spelled(d, low), spelled(d, high)], ends)


def check_missing(f: Faults, text: str, every: dict[str, Truth]) -> None:
    none = sum(t.row["value"] is None for t in every.values())
    m = re.search(
        r"(\d+) of (\d+) councils (has|have) no figure; the table says why|All (\d+) councils have a figure", text
    )
    said = (int(m[1]), int(m[2])) if m and m[1] else (0, int(m[4])) if m else None
    f.check("councils without a figure", said, (none, len(every)))


def check_chart(f: Faults, truths: Truths, figure: Any, d: Row, period: str, every: dict[str, Truth]) -> None:
    """The finding over a chart, the sentence under it, and the numbers behind it."""
    title, sentence = flat(figure.find(".//figcaption")[0]), flat(figure.find(".//figcaption/p"))
    words = [t.word for t in every.values() if t.word]
    high, low = (sum(w.endswith(end) for w in words) for end in ("higher", "lower"))
    country = shown_country(truths, d, period)
    name = re.escape(country["area_name"]) if country else "nobody"
    if m := re.fullmatch(rf"{name}(?:: (.+)| over time, among councils)", title):
        said = m[1][0].upper() + m[1][1:] + "." if m[1] else ""
        if said and country:
            f.check("trend of the country", check_sentence(f, Saying(truths, d, Truth(country)), said), "trend")
        return
    if m := re.fullmatch(r"(\d+) of (\d+) councils are higher than usual and (\d+) lower, (\S+)", title):
        f.check("finding", [int(m[1]), int(m[2]), int(m[3]), m[4]], [high, len(words), low, period])
    elif m := re.fullmatch(rf"Councils run from ({NUMBER}) to ({NUMBER})(.*), (\S+)", title):
        values = [t.row["value"] for t in every.values() if t.row["value"] is not None]
        true = [spelled(d, min(values)), spelled(d, max(values)), unit_of(d), period]
        f.check("finding", [m[1], m[2], m[3], m[4]], true)
    else:
        f.say(f"nobody checks the title {title!r}")
    check_over_all(f, truths, sentence, d, period, every)
    for tr in figure.iterfind(".//table/tbody/tr"):
        check_numbers(f, truths, figure, tr, d, period, every)


def check_over_all(f: Faults, truths: Truths, said: str, d: Row, period: str, every: dict[str, Truth]) -> None:
    """ "Of 152 councils judged, 13 are higher and 11 lower ...": every count again."""
    words = [t.word for t in every.values() if t.word]
    high, low = (sum(w.endswith(end) for w in words) for end in ("higher", "lower"))
    m = re.search(
        r"Of (\d+) councils judged, (\d+) are higher and (\d+) lower by more than councils usually differ\.", said
    )
    f.check("councils judged", tuple(map(int, m.groups())) if m else None, (len(words), high, low) if words else None)
    m = re.search(r"(?:^|\. )(\d+) differ from (.+?) by more than chance \(99\.8% intervals\)\.", said)
    if words:
        f.check("differ by chance", int(m[1]) if m else None, sum(abs(t.differs or 0) == 2 for t in every.values()))
        if m:
            t = next(t for t in every.values() if t.word)
            check_benchmark(f, Saying(truths, d, t), m[2])
    none = sum(t.row["value"] is None for t in every.values())
    m = re.search(r"(\d+) of (\d+) councils (?:has|have) no figure; each says why\.", said)
    f.check("gaps under a chart", (int(m[1]), int(m[2])) if m else (0, len(every)), (none, len(every)))


HEADS = {"Figure": "value", "Lower 95%": "low", "Upper 95%": "high", "Among councils": "word", "Rank from": "from",
         "Rank to": "to", "People counted": "people"}  # fmt: skip


def check_numbers(
    f: Faults, truths: Truths, figure: Any, tr: Any, d: Row, period: str, every: dict[str, Truth]
) -> None:
    """One row of the numbers behind a chart: a figure that is there is never called missing, and none is called one."""
    heads = [flat(th) for th in figure.iterfind(".//table/thead/tr/th")][1:]
    name = flat(tr.find("th"))
    t = next((t for t in every.values() if t.row["area_name"] == name), None)
    r = t.row if t else next((x for x in truths.held[d["id"], period] if x["area_name"] == name), None)
    if r is None:
        f.say(f"a row of nobody: {flat(tr)!r}")
        return
    for head, td in zip(heads, tr.iterfind("td"), strict=True):
        said, what = flat(td), HEADS[head]
        if what == "value":
            if r["value"] is None:
                check_absent(f, d, r, said, "")
            else:
                f.check("figure behind a chart", said, spelled(d, r["value"]))
        elif what in ("low", "high"):
            got = (
                limits(str(how_of(d, truths.councils(d["id"], period))), d, r, Z95)
                if how_of(d, truths.councils(d["id"], period))
                else None
            )
            check_unsaid(f, "limit behind a chart", r, said, spelled(d, got[what == "high"]) if got else "")
        elif what == "word":
            check_unsaid(f, "word behind a chart", r, said, t.word if t else "")
        elif what == "people" and r["denominator"] is not None:
            f.check("people behind a chart", said, rounded(r["denominator"], 0))


def check_unsaid(f: Faults, what: str, r: Row, said: str, true: str) -> None:
    """A cell beside a figure: what is true of it, else that it does not apply; beside a gap, the gap's own words."""
    if true or r["value"] is not None:
        f.check(what, said, true or "not applicable")
    else:
        f.check(what, said in ABSENT[r["status"]], True)


def check_table(f: Faults, truths: Truths, tree: Any, d: Row, period: str, every: dict[str, Truth]) -> None:
    """Every figure: all areas, with the interval, the counts, the word and the place of each."""
    tables = [t for t in tree.iter("table") if "Rank 1 is the highest figure" in flat(t.find("caption"))]
    rows = tables[0].xpath("./tbody/tr[th[@scope='row']]")
    f.check("rows of the table", len(rows), len(truths.held[d["id"], period]))
    how = how_of(d, truths.councils(d["id"], period))
    raw = {r["area_name"]: r for r in truths.held[d["id"], period] if r["level"] != "council"}
    by_slug = {r["slug"]: every[r["area"]] for r in truths.councils(d["id"], period)}
    for tr in rows:
        link = tr.find("th/a")
        t = by_slug[link.get("href").split("/")[2]] if link is not None else None
        r = t.row if t else raw[flat(tr.find("th"))]
        cells = [flat(td) for td in tr.iterfind("td")]
        where, f.where = f.where, f"{f.where}: {r['area_name']}"
        if r["value"] is None:
            mark, _, why = cells[0].partition(".")
            check_absent(f, d, r, mark, why)
            f.check("nothing beside a gap", cells[1:], ["", ""])
        else:
            f.check("figure in the table", cells[0], spelled(d, r["value"]))
            got = limits(how, d, r, Z95) if how else None
            f.check("interval in the table", cells[1], " to ".join(spelled(d, v) for v in got) if got else "–")
            f.check("counts in the table", cells[2], counts_of(d, r) or "–")
            f.check("word in the table", cells[3], t.word if t else "")
            if t:
                check_place(f, t, cells[4])
        f.where = where


def check_groups(f: Faults, truths: Truths, tree: Any, d: Row, period: str) -> None:
    """Each group's own figure for the country."""
    for table in tree.iter("table"):
        if ", for each group published" in flat(table.find("caption")):
            labels = {"Everyone": "all"} | {g["label"][:1].upper() + g["label"][1:]: g["id"] for g in d["groups"]}
            for tr in table.iterfind("tbody/tr"):
                group = labels[flat(tr.find("th"))]
                rows = [r for r in truths.groups[d["id"], period, group] if r["level"] == "country"]
                r = min(rows, key=lambda r: (r["value"] is None, r["area"] == ABOVE), default=None)
                cells = [flat(td) for td in tr.iterfind("td")]
                if r is not None and r["value"] is not None:
                    f.check("figure of a group", cells[1], spelled(d, r["value"]))
                    f.check("counts of a group", cells[3], counts_of(d, r) or "–")
                elif r is not None:
                    check_absent(f, d, r, cells[1].partition(".")[0], "")


def check_variation(f: Faults, truths: Truths, tree: Any, d: Row, period: str, every: dict[str, Truth]) -> None:
    """How much councils differ: each sentence of the panel worked out again."""
    head = tree.xpath("//h2[@id='variation']")
    rows = [t.row for t in every.values() if t.row["value"] is not None]
    f.check("a panel of variation", bool(head), len(rows) >= 2)
    if not head:
        return
    panel = head[0].getparent()
    said = [flat(li) for li in panel.iterfind("ul/li")] + [
        flat(p) for p in panel.iterfind(".//details//p")
        if re.match(r"(Over-dispersion|Coefficient of variation|The ninth decile)", flat(p))
    ]  # fmt: skip
    figures = sorted(exact(d, r) for r in rows)
    names = {r["area_name"]: r for r in rows}
    for sentence in said:
        if not one_of_variation(f, truths, d, period, sentence, figures, names, every):
            f.say(f"nobody checks: {sentence!r}")


def one_of_variation(
    f: Faults, truths: Truths, d: Row, period: str, said: str, figures: list[float], names: dict[str, Row],
    every: dict[str, Truth],
) -> bool:  # fmt: skip
    """Whether a sentence of the panel is known; its numbers are checked."""
    unit, mean, above = unit_of(d), sum(figures) / len(figures), [v for v in figures if v > 0]
    zeros = len(figures) - len(above)
    if m := re.fullmatch(r"Someone in (.+) is ([\d,.]+) times \(95% interval ([\d,.]+) to ([\d,.]+)\) as likely to (.+?) as "  # noqa: E501
                         r"someone in (.+?)\.(?: ([\d,]+) councils? at zero (?:is|are) left out: a ratio to zero does not "  # noqa: E501
                         r"exist\.)?", said):  # fmt: skip
        check_ratio(f, d, m, names)
        f.check("zeros left out", int(m[7] or 0), zeros)
        f.check("likely to", m[5], d["likelihood"])
    elif m := re.fullmatch(
        r"The highest figure, (.+?)['’]s?, is ([\d,.]+) times the lowest( above zero)?, (.+?)['’]s?\.", said
    ):
        f.check("times", m[2], rounded(max(figures) / min(above), 1))
        f.check("above zero", bool(m[3]), zeros > 0)
        f.check("ends", [exact(d, names[m[1]]), exact(d, names[m[4]])], [max(figures), min(above)])
    elif m := re.fullmatch(r"(.+) is highest and (.+) lowest\.", said):
        f.check("ends", [exact(d, names[m[1]]), exact(d, names[m[2]])], [max(figures), min(figures)])
    elif m := re.fullmatch(rf"([\d,]+) councils? (?:is|are) above ({NUMBER}).*?, ([\d,]+) below ({NUMBER}).*\.", said):
        low, high = d["thresholds"]
        true = [
            str(sum(v > high for v in figures)),
            spelled(d, high),
            str(sum(v < low for v in figures)),
            spelled(d, low),
        ]
        f.check("beyond the thresholds", [m[1], m[2], m[3], m[4]], true)
    elif m := re.fullmatch(r"([\d,]+) councils? (?:is|are) more than a quarter above the mean of councils, ([\d,]+) more than a "  # noqa: E501
                           r"quarter below it\.", said):  # fmt: skip
        true = [str(sum(v > 1.25 * mean for v in figures)), str(sum(v < 0.75 * mean for v in figures))]
        f.check("a quarter from the mean", [m[1], m[2]], true)
    elif said == "No council is more than a quarter above or below the mean of councils.":
        f.check("a quarter from the mean", max(figures) <= 1.25 * mean and min(figures) >= 0.75 * mean, True)
    elif m := re.fullmatch(
        rf"From ({NUMBER}) to ({NUMBER})(.*); eight in ten councils are between ({NUMBER}) and ({NUMBER})(.*)\.", said
    ):
        ends = [min(figures), max(figures), *np.quantile(figures, [0.1, 0.9])]
        f.check("ends and deciles", [m[1], m[2], m[4], m[5]], [spelled(d, v) for v in ends])
    elif m := re.fullmatch(r"The ninth decile is ([\d,.]+) times the first\.", said):
        f.check("deciles", m[1], rounded(np.quantile(figures, 0.9) / np.quantile(figures, 0.1), 1))
    elif m := re.fullmatch(rf"Mean of councils, each counting the same: ({NUMBER}){re.escape(unit)}\.(?: All councils together: "  # noqa: E501
                           rf"({NUMBER}){re.escape(unit)}\.)?", said):  # fmt: skip
        f.check("mean of councils", m[1], spelled(d, mean))
        used = next((t.benchmark for t in every.values() if t.benchmark is not None and t.z is not None), None)
        if m[2]:
            f.check("all councils together", m[2], spelled(d, used))
    elif m := re.fullmatch(r"Coefficient of variation: ([\d.]+)\.", said):
        f.check("coefficient", m[1], rounded(float(np.std(figures, ddof=1)) / mean, 2))
    elif m := re.fullmatch(r"([\d,]+) councils? (?:is|are) without a figure, left out of all of this\.", said):
        f.check("left out", int(m[1]), sum(t.row["value"] is None for t in every.values()))
    elif m := re.fullmatch(r"(\d+)% of the variation between councils is more than chance\.", said):
        f.check("more than chance", m[1], rounded(100 * systematic(d, list(names.values())), 0))
    elif said.startswith("Treat this ratio with care: few people are counted, or the range is wide, in "):
        named = re.split(r", | and ", said.removesuffix(".").split(", in ", 1)[1])
        f.check("ends with care", all(careful(d, every, n) for n in named if n in names), True)
    else:
        return said.startswith("Over-dispersion: φ = ")
    return True


def careful(d: Row, every: dict[str, Truth], name: str) -> bool:
    t = next(t for t in every.values() if t.row["area_name"] == name)
    low, high = (t.limits or {Z95: (math.nan, math.nan)})[Z95]
    few = t.row["denominator"] is not None and t.row["denominator"] < 30
    return few or (d["unit"].startswith("%") and high - low > 20) or high - low > 1.2 * t.row["value"]


def check_ratio(f: Faults, d: Row, m: re.Match[str], names: dict[str, Row]) -> None:
    """The highest to the lowest above zero, with its interval (Katz), and that they are those."""
    top, low = names[m[1]], names[m[6]]
    shares = [r["numerator"] / r["denominator"] for r in names.values()
              if r["numerator"] and r["denominator"]]  # fmt: skip
    (x, n), (y, k) = ((r["numerator"], r["denominator"]) for r in (top, low))
    f.check("highest and lowest", [x / n, y / k], [max(shares), min(shares)])
    variance = 1 / x + 1 / y - (1 / n + 1 / k if d["kind"] == "proportion" else 0)
    middle, reach = (x / n) / (y / k), math.exp(Z95 * math.sqrt(variance))
    f.check("ratio", [m[2], m[3], m[4]], [rounded(v, 1) for v in (middle, middle / reach, middle * reach)])


def systematic(d: Row, rows: list[Row]) -> float:
    """The part of the variance between councils that chance does not make."""
    if d["kind"] in SURVEYS:
        chance = [(r["margin_of_error"] / Z95) ** 2 for r in rows if r["margin_of_error"]]
        figures = [r["value"] for r in rows if r["margin_of_error"]]
    else:
        rows = [r for r in rows if r["numerator"] is not None and r["denominator"]]
        p = sum(r["numerator"] for r in rows) / sum(r["denominator"] for r in rows)
        chance = [(p * (1 - p) if d["kind"] == "proportion" else p) / r["denominator"] for r in rows]
        figures = [r["numerator"] / r["denominator"] for r in rows]
    observed = float(np.var(figures, ddof=1))
    return min(max((observed - sum(chance) / len(chance)) / observed, 0.0), 1.0)


# --- What programs get ----------------------------------------------------------------------------------------------


def check_rows(f: Faults, truths: Truths, rows: list[Row], against: str) -> None:
    """Rows of the API or of ``--format json``: figure, limits, word, places, and what is said where there is none."""
    for r in rows:
        if r["level"] != "council":
            continue
        t = truths.council(r["measure"], r["period"], r["slug"], against)
        f.where = f"{r['measure']} in {r['period']}: {r['slug']} against {against}, as a row"
        f.check("status of a row", r["status"], t.row["status"])
        if r["value"] is None:
            f.check("nothing beside a gap", {r[k] for k in
                    ("lower95", "upper95", "lower998", "upper998", "band", "rank_low", "rank_high", "rank_median", "z",
                     "differs")}, {None})  # fmt: skip
            f.check("a reason for a gap", bool(r.get("reason")), True)
            continue
        if not t.near:
            f.check("word of a row", r["band"] or "", t.word)
        f.check("differs by chance", r["differs"], t.differs)
        f.check("limits of a row", r["lower95"] is None, t.limits is None)
        if t.limits:
            ends = [r["lower95"], r["upper95"], r["lower998"], r["upper998"]]
            close = np.allclose(ends, [*t.limits[Z95], *t.limits[Z998]], rtol=1e-9, atol=1e-9)
            f.check("limits of a row", bool(close), True)
            half = 0.0501  # of the last decimal that publishers print
            f.check("figure inside its limits", ends[0] - half <= r["value"] <= ends[1] + half, True)
        f.check("a place", r["rank_low"] is not None, t.place is not None)
        if t.place is not None:
            low, mid, high, of = (int(r[k]) for k in ("rank_low", "rank_median", "rank_high", "ranked"))
            f.check("places in order", 1 <= low <= mid <= high <= of == t.of, True)
            f.check("place within its ends", low - 1 <= t.place <= high + 1, True)
