"""Who is like a council, and why: the edition's neighbours, or neighbours by the reader's own weights.

With every weight at 1 the edition's table is read. Otherwise ``compare.peers`` runs once over the edition's features,
150 councils by a handful of numbers, and the page is kept like any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from django.http import QueryDict

from evenhand.compare import peers as nearest
from evenhand.compare.intervals import Z998
from evenhand.compare.variation import ratio_of_rates
from evenhand.compare.words import listed, rounded
from evenhand.edition.read import Edition
from evenhand.edition.sentences import absence, written
from evenhand.edition.spread import TOO_UNLIKE
from evenhand.facts.register import period_end
from evenhand.site.evidence import queries
from evenhand.site.evidence.comparing import drawing
from evenhand.site.evidence.comparing import sets as named_sets
from evenhand.site.evidence.comparing.choice import MOST, Choice, in_order, usual

HEAVIEST = 3
LETTERS = "ABCDEFGHIJ"
# id: name, how a value is written (decimals, multiplied by, after it), why a council may lack it
FEATURES: dict[str, tuple[str, tuple[int, float, str], str]] = {
    "adults": ("Adults aged 18 and over", (0, 1, ""), "population estimates"),
    "share_65": ("Share of adults aged 65 and over", (1, 100, "%"), "population estimates by age"),
    "share_85": ("Share of adults aged 85 and over", (1, 100, "%"), "population estimates by single year of age"),
    "density": ("People per square kilometre", (0, 1, ""), "density figures"),
    "deprivation": ("Deprivation, average score", (1, 1, ""), "indices of deprivation"),
}


@dataclass(frozen=True)
class Asked:
    """Weights by feature, and a sentence for each that could not be used."""

    weights: dict[str, int]
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Near:
    """One neighbour: place (1 is nearest), distance, and each feature's share of the squared distance."""

    area: str
    place: int
    distance: float
    shares: dict[str, float]


def _ids(edition: Edition) -> list[str]:
    return [c for c in edition.table("features").collect_schema().names() if c != "area"]


def _label(feature: str) -> str:
    return FEATURES[feature][0] if feature in FEATURES else feature.replace("_", " ")


def weights(edition: Edition, query: QueryDict) -> Asked:
    """The weights of an address: ``w_adults=2`` and so on, whole numbers from 0 to 3, 1 where nothing is said."""
    out: dict[str, int] = {}
    problems = []
    for feature in _ids(edition):
        text = query.get(f"w_{feature}", "1").strip()
        if text not in {str(w) for w in range(HEAVIEST + 1)}:
            problems.append(f"{_label(feature)}: the weight is a whole number from 0 to {HEAVIEST}. It stays at 1.")
            text = "1"
        out[feature] = int(text)
    if not any(out.values()):
        problems.append("Give at least one feature a weight above 0. All are back at 1.")
        out = dict.fromkeys(out, 1)
    return Asked(out, tuple(problems))


def address(slug: str, chosen: Mapping[str, int]) -> str:
    """The one address of a council's peers under these weights."""
    query = "&".join(f"w_{f}={w}" for f, w in chosen.items() if w != 1)
    return f"/peers/{slug}/{'?' if query else ''}{query}"


def stored(edition: Edition, area: str) -> list[Near]:
    """The neighbours that the edition holds, nearest first."""
    rows = edition.table("peers").filter(pl.col("area") == area).sort("place").collect()
    return [
        Near(r["peer"], r["place"], r["distance"], dict(zip(r["features"], r["shares"], strict=True)))
        for r in rows.to_dicts()
    ]


def worked_out(edition: Edition, area: str, chosen: Mapping[str, int]) -> list[Near]:
    """Every other council in order of distance under these weights, on the features that this council has."""
    frame = edition.table("features").collect()
    areas = frame["area"].to_list()
    if area not in areas or area in TOO_UNLIKE:
        return []
    me = areas.index(area)
    numbers = {f: frame[f].fill_null(np.nan).to_numpy() for f in chosen}
    used = {f: v for f, v in numbers.items() if np.isfinite(v[me]) and chosen[f] > 0}
    if not used:
        return []
    found = nearest.peers(
        used, weights={f: float(chosen[f]) for f in used}, exclude=np.isin(areas, TOO_UNLIKE), nearest=len(areas) - 1
    )
    return [
        Near(
            areas[int(j)], place + 1, float(found.distance[me, place]),
            {f: float(np.nan_to_num(s)) for f, s in zip(found.features, found.share[me, place], strict=True)},
        )
        for place, j in enumerate(found.index[me]) if j >= 0
    ]  # fmt: skip


def page(edition: Edition, council: dict[str, Any], chosen: dict[str, int]) -> dict[str, Any]:
    """Everything the template prints about one council's peers."""
    area = council["slug"]
    changed = any(w != 1 for w in chosen.values())
    usual_order = worked_out(edition, area, dict.fromkeys(chosen, 1)) if changed else stored(edition, area)
    order = worked_out(edition, area, chosen) if changed else usual_order
    near = order[: nearest.NEAREST]
    before = {n.area: n.place for n in usual_order}
    names = {c.id: c.name for c in edition.register.all}
    used = [f for f in chosen if near and f in near[0].shares]
    values = {r["area"]: r for r in edition.table("features").collect().to_dicts()}
    gone = [n for n in usual_order[: nearest.NEAREST] if n.area not in {m.area for m in near}] if changed else []
    now = {n.area: n.place for n in order}
    paid = _direct_payments(edition, area, [n.area for n in near])
    return {
        "near": [
            {
                "slug": n.area, "name": names[n.area], "place": n.place, "before": before.get(n.area),
                "distance": rounded(n.distance, 2), "bar": _bar(n, used, names[n.area]),
                "shares": [f"{rounded(100 * n.shares[f], 0)}%" for f in used],
                "values": [_value(f, values[n.area][f]) for f in chosen],
                "paid": paid["rows"].get(n.area),
            }
            for n in near
        ],
        "gone": [{"slug": n.area, "name": names[n.area], "was": n.place, "now": now.get(n.area)} for n in gone],
        "stayed": len(near) - len(gone),
        "changed": changed,
        "features": [
            {
                "id": f, "label": _label(f), "weight": w, "letter": LETTERS[used.index(f)] if f in used else "",
                "swatch": drawing.swatch(used.index(f), LETTERS[used.index(f)]) if f in used else "",
                "own": _value(f, values.get(area, {}).get(f)),
            }
            for f, w in chosen.items()
        ],
        "used": [{"label": _label(f), "letter": LETTERS[i]} for i, f in enumerate(used)],
        "left_out": [_lacking(edition, council, f) for f in chosen if values.get(area, {}).get(f) is None],
        "nobody": "" if near else _nobody(edition, council, chosen, area in values),
        "paid": paid,
        "answer": _answer(council["name"], [names[n.area] for n in near], used),
        "compare": set_address(edition, area, [n.area for n in near]) if near else "",
        "became": council["became"],
    }  # fmt: skip


def _answer(name: str, near: list[str], used: list[str]) -> str:
    if not near:
        return ""
    by = listed([{"adults": "size", "share_65": "age", "density": "density", "deprivation": "deprivation"}.get(f, "")
                 for f in used if f in ("adults", "share_65", "density", "deprivation")])  # fmt: skip
    return f"{listed(near[:3])} are the councils most like {name} in {by or 'old age'}."


def _bar(near: Near, used: list[str], name: str) -> str:
    parts = [(LETTERS[i], near.shares[f]) for i, f in enumerate(used)]
    said = "; ".join(f"{_label(f)} {rounded(100 * near.shares[f], 0)}%" for f in used)
    return drawing.shares(f"shares-{near.area}", f"What sets {name} apart: {said}", parts)


def _value(feature: str, value: float | None) -> str:
    if value is None:
        return ""
    places, times, after = FEATURES[feature][1] if feature in FEATURES else (2, 1, "")
    return f"{rounded(value * times, places)}{after}"


def _lacking(edition: Edition, council: dict[str, Any], feature: str) -> str:
    """Why a feature is not in use: nothing is guessed for a council that the files do not know yet."""
    began = council.get("valid_from")
    files = FEATURES[feature][2] if feature in FEATURES else "loaded files"
    said = f"{_label(feature)}: the {files} loaded here have no figure for {council['name']}"
    if began and council["predecessors"]:
        before = listed([edition.register.council(p).name for p in council["predecessors"]])
        return (
            f"{said}. It began on {began.day} {began:%B %Y}, after {before}: figures drawn up before that day lack it."
        )
    return f"{said}."


def _nobody(edition: Edition, council: dict[str, Any], chosen: Mapping[str, int], known: bool) -> str:
    name = council["name"]
    if council["slug"] in TOO_UNLIKE:
        return (
            f"{name} has no peers. It is so small, and so unlike any other council, that its nearest neighbour would "
            "still be far away."
        )
    if council["became"]:
        after = listed([c["name"] for c in council["became"]])
        return f"{name} ended on {council['valid_to'].day} {council['valid_to']:%B %Y}. Look at {after} instead."
    if known and any(chosen.values()):
        return f"{name} has no figure for any of the features that are given a weight."
    return f"{name} has no peers: the figures that peers are found by are missing."


def _direct_payments(edition: Edition, area: str, peers: list[str]) -> dict[str, Any]:
    """Which peers have a higher direct payment figure than this council by more than chance, in rows and a sentence.

    Fifteen are looked at, so a peer counts only when the 99.8% interval of the ratio is above 1.
    """
    empty: dict[str, Any] = {"rows": {}, "said": "", "higher": [], "title": ""}
    d = edition.definitions.get(queries.HEADLINE)
    if d is None or not d["latest_period"] or not peers:
        return empty
    rows = {r["area"]: r for r in edition.rows(d["id"], d["latest_period"]).to_dicts() if r["level"] == "council"}
    me = rows.get(area)
    out = {a: {"figure": written(d, r["value"]) if r["value"] is not None else absence(r)[0], "word": ""}
           for a, r in rows.items() if a in peers}  # fmt: skip
    head = {"title": f"{d['title']}, {d['latest_period']}", "measure": d["id"], "rows": out, "higher": []}
    if me is None or me["value"] is None or not me["numerator"]:
        return head | {"said": "This council has no figure that its peers could be set against."}
    higher: list[str] = []
    lower = judged = 0
    for a, shown in out.items():
        r = rows[a]
        if r["value"] is None or not r["numerator"]:
            continue
        found = ratio_of_rates(r["numerator"], r["denominator"], me["numerator"], me["denominator"], z=Z998)
        judged += 1
        if float(found.lower) > 1:
            higher.append(a)
            shown["word"] = "higher"
        elif float(found.upper) < 1:
            lower += 1
            shown["word"] = "lower"
        else:
            shown["word"] = "may be chance"
    own = f"On direct payments, {me['area_name']} has {written(d, me['value'])}."
    said = f"{own} Of {judged} peers with a figure, {len(higher)} {'is' if len(higher) == 1 else 'are'} higher"
    said += f" and {lower} lower by more than chance."
    order = [a for a in peers if a in higher]
    named = listed([rows[a]["area_name"] for a in order])
    return head | {
        "said": said, "own": written(d, me["value"]), "higher": order,
        "named": f"Higher by more than chance, nearest first: {named}." if named else "",
        "compare": set_address(edition, area, order) if order else "",
    }  # fmt: skip


def set_address(edition: Edition, area: str, near: list[str] | None = None) -> str:
    """The address that compares a council with its nearest, ten in all."""
    ids = [area, *(near if near is not None else [n.area for n in stored(edition, area)])][:MOST]
    councils = in_order([edition.register.council(i) for i in ids])
    return Choice(councils, usual(edition), "", usual(edition)).address


def sets(edition: Edition, chosen: Choice) -> list[dict[str, str]]:
    """Ready-made sets for the first councils of a choice: its nearest peers, all its peers, its region and its type."""
    out = []
    day = period_end(chosen.period or edition.about["newest_period"])
    whole = named_sets.every(edition, day)
    for c in () if chosen.named else chosen.councils[:2]:
        near = [n.area for n in stored(edition, c.id)]
        if near:
            out.append({"text": f"{c.name} and its nine nearest peers", "href": set_address(edition, c.id, near)})
            out.append({"text": f"{c.name} and all its peers ({len(near) + 1})",
                        "href": chosen.with_set(named_sets.found(edition, f"peers:{c.id}", day))})  # fmt: skip
        out += [{"text": f"{s.name} ({len(s.members)})", "href": chosen.with_set(s)} for s in whole if c in s.members]
    return list({s["href"]: s for s in out}.values())
