"""Every type of page of the public site, with an example address that is found in the edition itself.

One table for whoever walks the pages: a new type of page is a new line here, and then it is held to every promise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import polars as pl

from evenhand.edition.read import Edition
from evenhand.facts.register import period_end
from evenhand.site.evidence.front import MAPPED


@dataclass(frozen=True)
class Examples:
    """What the addresses need, found once an edition."""

    council: str  # slug: the longest name among those with a figure and peers, because long names break pages
    near: tuple[str, ...]  # its nine nearest, nearest first
    former: str  # the council that went last
    letter: str  # a piece of a name that several councils share
    earlier: str  # the period of MAPPED before the latest
    group: str  # a group of people that MAPPED is published for
    money: str  # a measure of money a head
    score: str  # a measure of a survey
    many: tuple[str, ...]  # six measures of different kinds

    @classmethod
    def of(cls, edition: Edition) -> Examples:
        """Look them up. A thing that the edition lacks is an IndexError: then the table must say so."""
        rows = edition.rows(MAPPED, edition.definition(MAPPED)["latest_period"])
        peers = edition.table("peers").collect()
        known = rows.filter((pl.col("level") == "council") & pl.col("value").is_not_null())
        known = known.filter(pl.col("area").is_in(peers["area"].unique().to_list()))
        longest = max(known.to_dicts(), key=lambda r: (len(r["area_name"]), r["slug"]))
        near = peers.filter(pl.col("area") == longest["area"]).sort("place").head(9)["peer"].to_list()
        slugs = dict(edition.areas().select("area", "slug").iter_rows())
        gone = sorted((c for c in edition.register.all if c.valid_to), key=lambda c: (c.valid_to or date.min, c.id))
        d = edition.definition(MAPPED)
        kinds: dict[str, str] = {}
        for other in edition.definitions.values():
            if other["latest_period"]:
                kinds.setdefault(other["kind"], other["id"])
        return cls(
            council=longest["slug"], near=tuple(slugs[p] for p in near), former=gone[-1].id,
            letter=longest["area_name"][-3:], earlier=sorted(d["periods"], key=period_end)[-2],
            group=d["groups"][0]["id"], money=kinds["money_per_head"], score=kinds["score"],
            many=tuple(kinds.values())[:6],
        )  # fmt: skip


@dataclass(frozen=True)
class PageType:
    """One line of the table.

    name: of the type, for people and for the names of pictures. address: of the example. status: that it answers with.
    bare: a refusal, made without the site's head and foot. twin: it differs from the one above in figures and not
    in make, so what costs most (pictures, the keyboard, axe in more than one width) is not done again.
    """

    name: str
    address: Callable[[Examples], str]
    status: int = 200
    bare: bool = False
    twin: bool = False


EVERY = (
    PageType("home", lambda e: "/"),
    PageType("home-search", lambda e: f"/?q={e.letter}"),
    PageType("home-search-nothing", lambda e: "/?q=zzzz", twin=True),
    PageType("measure", lambda e: f"/measures/{MAPPED}/"),
    PageType("measure-council", lambda e: f"/measures/{MAPPED}/?council={e.council}"),
    PageType("measure-against-peers", lambda e: f"/measures/{MAPPED}/?council={e.council}&against=peers"),
    PageType("measure-against-region", lambda e: f"/measures/{MAPPED}/?council={e.council}&against=region", twin=True),
    PageType("measure-earlier", lambda e: f"/measures/{MAPPED}/?council={e.council}&period={e.earlier}", twin=True),
    PageType("measure-group", lambda e: f"/measures/{MAPPED}/?council={e.council}&group={e.group}", twin=True),
    PageType("measure-money", lambda e: f"/measures/{e.money}/?council={e.council}"),
    PageType("measure-survey", lambda e: f"/measures/{e.score}/?council={e.council}", twin=True),
    PageType("council", lambda e: f"/councils/{e.council}/"),
    PageType("council-against-peers", lambda e: f"/councils/{e.council}/?against=peers", twin=True),
    PageType("council-former", lambda e: f"/councils/{e.former}/"),
    PageType("council-unknown", lambda e: f"/councils/{e.council[:-2]}/", status=404),
    PageType("briefing", lambda e: f"/councils/{e.council}/briefing/"),
    PageType("compare-choose", lambda e: "/compare/"),
    PageType("compare-two", lambda e: f"/compare/?councils={e.council},{e.near[0]}"),
    PageType(
        "compare-ten", lambda e: f"/compare/?councils={','.join((e.council, *e.near))}&measures={','.join(e.many)}"
    ),
    PageType("compare-refused", lambda e: "/compare/?councils=atlantis", status=400),
    PageType("peers", lambda e: f"/peers/{e.council}/"),
    PageType("peers-other-weights", lambda e: f"/peers/{e.council}/?w_adults=3", twin=True),
    PageType("variation", lambda e: "/variation/"),
    PageType("data", lambda e: "/data/"),
    PageType("data-measure", lambda e: f"/data/?measure={MAPPED}", twin=True),
    PageType("methods", lambda e: "/methods/"),
    PageType("method", lambda e: "/methods/funnel/"),
    PageType("glossary", lambda e: "/glossary/"),
    PageType("accessibility", lambda e: "/accessibility/"),
    PageType("cite", lambda e: "/cite/"),
    PageType("api", lambda e: "/api/"),
    PageType("fetch", lambda e: "/fetch/"),
    PageType("not-found", lambda e: "/nowhere/", status=404),
    PageType("error", lambda e: f"/measures/{MAPPED}/?period=1066-67", status=404),
    PageType("refusal", lambda e: "/?q=" + "long" * 600, status=414, bare=True),
)
