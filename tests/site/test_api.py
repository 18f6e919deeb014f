"""The API: its numbers are the edition's, its gaps have reasons, its errors say what there is instead."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl
import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from evenhand.edition.read import Edition
from evenhand.facts.status import Status
from evenhand.site.evidence.present.tables import FIELDS
from tests.site.asking import MEASURE, V1, Row, asked, every_page

pytestmark = pytest.mark.usefixtures("over_the_sample")


def test_the_list_of_measures_is_the_editions(client: Client, sample: Edition) -> None:
    told = asked(client, "/measures")
    assert [m["id"] for m in told["data"]] == list(sample.definitions)
    assert (told["edition"], told["simulated"]) == (sample.id, True)


@pytest.mark.parametrize("against", ["england", "region"])
def test_values_are_the_editions_unrounded(client: Client, sample: Edition, against: str) -> None:
    from evenhand.edition.against import compare

    rows = every_page(client, f"/measures/{MEASURE}/values", limit=50, against=against)
    expected = compare(sample, MEASURE, against=against).rows
    assert [r["area_code"] for r in rows] == expected["area_code"].to_list()
    for field in ("value", "lower95", "upper95", "z", "band", "rank_low", "numerator"):
        assert [r[field] for r in rows] == expected[field].to_list(), field
    assert tuple(rows[0]) == FIELDS


def test_nothing_is_said_of_a_gap_but_its_reason(client: Client, sample: Edition) -> None:
    gaps = 0
    for measure, about in sample.definitions.items():
        if not about["periods"]:
            continue
        for row in every_page(client, f"/measures/{measure}/values", limit=500, period="all"):
            if Status(row["status"]).has_value:
                assert row["value"] is not None
                continue
            gaps += 1
            assert row["reason"], row
            numbers = ("value", "calculated", "real_value", "lower95", "upper95", "lower998", "upper998", "z",
                       "rank_median", "band", "margin_of_error", "differs")  # fmt: skip
            assert all(row[n] is None for n in numbers), row
            if row["status"] == "suppressed":  # both counts would tell what the publisher hides
                assert row["numerator"] is None or row["denominator"] is None, row
    statuses = sample.table("values").filter(pl.col("group") == "all").collect()["value"]
    assert gaps == statuses.null_count() > 0


def test_paging_joins_without_gap_or_overlap(client: Client) -> None:
    whole = asked(client, f"/measures/{MEASURE}/values", limit=500)
    assert whole["next"] is None
    assert whole["previous"] is None
    assert every_page(client, f"/measures/{MEASURE}/values", limit=7) == whole["data"]
    second = asked(client, f"/measures/{MEASURE}/values", limit=7, offset=7)
    assert "offset=0" in second["previous"]
    assert "offset=14" in second["next"]


def test_chosen_areas_and_every_period(client: Client, sample: Edition, a_council: str) -> None:
    rows = asked(client, "/measures/ascof-1a/values", period="all", area=a_council)["data"]
    held = sample.rows("ascof-1a").filter(pl.col("area") == a_council)
    assert {r["period"]: r["value"] for r in rows} == dict(held.select("period", "value").iter_rows())
    code = sample.areas().filter(pl.col("slug") == a_council)["code"][0]
    both = asked(client, f"/measures/{MEASURE}/values", area=[a_council, code])["data"]
    assert [r["slug"] for r in both] == [a_council]


NOT_THERE = [
    ("/measures/nope", {}, "no-such-measure"),
    ("/variation/nope", {}, "no-such-measure"),
    (f"/measures/{MEASURE}/values", {"period": "1999-00"}, "no-figures"),
    (f"/measures/{MEASURE}/values", {"group": "85+"}, "no-figures"),
    (f"/measures/{MEASURE}/values", {"period": "2024-25", "group": "18-64"}, "no-figures"),
    ("/measures/context-deprivation/values", {"level": "region"}, "no-figures"),
    (f"/variation/{MEASURE}", {"period": "1999-00"}, "no-figures"),
    (f"/measures/{MEASURE}/values", {"offset": 1000}, "past-the-end"),
    (f"/measures/{MEASURE}/values", {"area": "nowhere"}, "no-such-area"),
    (f"/measures/{MEASURE}/values", {"against": "nowhere,elsewhere"}, "no-such-area"),
    ("/areas/nowhere", {}, "no-such-area"),
    ("/councils/nowhere/profile", {}, "no-such-area"),
    ("/areas", {"as_at": "1990-01-01"}, "no-figures"),
    ("/councils/nowhere/values", {}, "no-such-area"),
    ("/councils/nowhere/peers", {}, "no-such-area"),
    ("/councils/{council}/values", {"measure": "nope"}, "no-such-measure"),
    ("/councils/{council}/values", {"period": "1999-00"}, "no-figures"),
    ("/councils/{council}/values", {"group": "nobody"}, "no-figures"),
    (f"/measures/{MEASURE}/benchmarks", {"period": "1999-00"}, "no-figures"),
    (f"/measures/{MEASURE}/benchmarks", {"group": "nobody"}, "no-figures"),
    ("/measures/nope/benchmarks", {}, "no-such-measure"),
    ("/editions", {"offset": 1000}, "past-the-end"),
    ("/measures/", {}, "no-such-address"),
    ("/nothing", {}, "no-such-address"),
]


@pytest.mark.parametrize(("address", "query", "kind"), NOT_THERE)
def test_what_is_not_there_is_an_error_that_names_what_is(
    client: Client, a_council: str, address: str, query: Row, kind: str
) -> None:
    address = address.format(council=a_council)
    told = asked(client, address, 404, **query)
    assert told["type"] == f"/api/#problem-{kind}"
    assert told["status"] == 404
    assert told["title"]
    assert told["detail"]
    assert told["instance"] == f"{V1}{address}"
    if kind in ("no-such-measure", "no-figures"):
        assert told["available"]
    if kind == "past-the-end":
        assert told["total"] == asked(client, address)["total"]


def test_a_missing_level_names_the_levels_that_exist(client: Client) -> None:
    told = asked(client, "/measures/context-deprivation/values", 404, level="region")
    assert "council" in told["available"]
    assert "region" not in told["available"]


BAD = [
    ("/measures", {"limit": 0}, "limit"),
    ("/measures", {"limit": 501}, "limit"),
    ("/measures", {"limit": "many"}, "limit"),
    ("/measures", {"offset": -1}, "offset"),
    ("/areas", {"as_at": "yesterday"}, "as_at"),
    ("/areas", {"level": "ward"}, "level"),
    ("/areas", {"perod": "2024-25"}, "perod"),
    (f"/measures/{MEASURE}/values", {"period": ["2020-21", "2024-25"]}, "period"),
    (f"/measures/{MEASURE}", {"x": ""}, "x"),
    (f"/measures/{MEASURE}/values", {"area": ["a"] * 200 + ["b"]}, None),
]


@pytest.mark.parametrize(("address", "query", "parameter"), BAD)
def test_a_bad_parameter_is_named(client: Client, address: str, query: Row, parameter: str | None) -> None:
    told = asked(client, address, 400, **query)
    assert [e["parameter"] for e in told["errors"]] == ([parameter] if parameter else [])


def test_areas_as_at_a_day_have_the_codes_of_that_day(client: Client, sample: Edition) -> None:
    gone = sample.areas().filter((pl.col("level") == "council") & ~pl.col("standing")).to_dicts()[0]
    before = every_page(client, "/areas", as_at=str(gone["valid_to"]), level="council")
    assert gone["slug"] in {a["slug"] for a in before}
    today = every_page(client, "/areas", as_at="2025-03-31", level="council")
    assert gone["slug"] not in {a["slug"] for a in today}
    assert asked(client, f"/areas/{gone['code']}")["data"]["successors"] == gone["successors"]


def test_the_councils_are_those_that_stand(client: Client, sample: Edition) -> None:
    rows = every_page(client, "/councils", limit=100)
    held = sample.areas().filter((pl.col("level") == "council") & pl.col("standing")).sort("name")
    assert [r["slug"] for r in rows] == held["slug"].to_list()


def test_a_councils_figures_are_every_row_of_it_whatever_they_are_filtered_by(
    client: Client, sample: Edition, a_council: str
) -> None:
    held = sample.table("values").filter(pl.col("area") == a_council).collect()
    key = ("measure", "period", "group")
    rows = every_page(client, f"/councils/{a_council}/values", limit=60)
    assert {tuple(r[k] for k in key): r["value"] for r in rows} == {
        tuple(r[k] for k in key): r["value"] for r in held.to_dicts()
    }
    assert tuple(rows[0]) == FIELDS
    one = asked(client, f"/councils/{a_council}/values", measure="ascof-1a", group="all")["data"]
    of_measure = held.filter((pl.col("measure") == "ascof-1a") & (pl.col("group") == "all"))
    assert sorted(r["period"] for r in one) == sorted(of_measure["period"])
    assert [r["period"] for r in one] == sorted(r["period"] for r in one)


def test_peers_and_benchmarks_and_the_shelf_are_the_editions_own(
    client: Client, sample: Edition, a_council: str
) -> None:
    peers = every_page(client, f"/councils/{a_council}/peers")
    held = sample.table("peers").filter(pl.col("area") == a_council).sort("place").collect()
    assert [(p["place"], p["slug"], p["distance"]) for p in peers] == held.select("place", "peer", "distance").rows()
    assert all(sum(p["shares"].values()) == pytest.approx(1) for p in peers)
    marks = every_page(client, f"/measures/{MEASURE}/benchmarks", limit=2)
    table = sample.table("benchmarks").filter(pl.col("measure") == MEASURE).collect()
    key = ("period", "group", "value", "published", "councils")
    assert {tuple(m[k] for k in key) for m in marks} == set(table.select(*key).rows())
    shelf = every_page(client, "/editions")
    assert [(e["id"], e["current"], e["simulated"]) for e in shelf] == [(sample.id, True, True)]


def test_one_without_peers_says_why_and_who_has_them(client: Client, sample: Edition) -> None:
    has = set(sample.table("peers").collect()["area"])
    lacks = [c for c in sample.register.all if c.id not in has]
    assert lacks
    for c in lacks:
        told = asked(client, f"/councils/{c.id}/peers", 404)
        assert c.name in told["detail"]
        assert told["available"]


def test_the_list_of_editions_is_never_kept_because_the_shelf_changes_beneath_it(
    client: Client, sample_home: Path, settings: Settings, tmp_path: Path
) -> None:
    home = tmp_path / "own"
    shutil.copytree(sample_home / "editions", home / "editions")
    settings.EVENHAND_HOME = home
    assert len(asked(client, "/editions")["data"]) == 1
    (now,) = (f for f in (home / "editions").iterdir() if f.is_dir() and (f / "edition.json").exists())
    shutil.copytree(now, now.with_name("sim-000000000002"))
    assert len(asked(client, "/editions")["data"]) == 2


def test_a_councils_history_is_told_in_sentences_and_codes(client: Client, sample: Edition) -> None:
    gone = next(c for c in sample.register.all if c.valid_to)
    told = asked(client, f"/areas/{gone.id}")["data"]
    assert any("ended on" in said for said in told["history"])
    assert told["successors"] == list(gone.successors)
    assert asked(client, f"/areas/{told['successors'][0]}")["data"]["predecessors"]


def test_a_profile_counts_what_it_shows(client: Client, a_council: str) -> None:
    told = asked(client, f"/councils/{a_council}/profile")["data"]
    bands = [m["value"]["band"] for m in told["measures"] if m["value"]["band"]]
    assert told["looked_at"] == len(bands)
    assert told["outside"] == sum(b != "similar" for b in bands)
    assert len(told["peers"]) == 15
    for line in told["measures"]:
        assert line["country"] is None or line["country"]["period"] == line["value"]["period"]


def test_the_edition_is_in_every_answer_and_the_same_bytes_are_not_sent_twice(client: Client, sample: Edition) -> None:
    first = client.get(f"{V1}/sources")
    assert first.headers["Evenhand-Edition"] == sample.id
    assert first.headers["Evenhand-Simulated"] == "true"
    assert first.headers["Cache-Control"].startswith("public")
    again = client.get(f"{V1}/sources", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(f"{V1}/nothing").headers["Evenhand-Edition"] == sample.id


def test_any_page_may_read_it_and_nobody_may_write(client: Client) -> None:
    answer = client.get(f"{V1}/measures")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert not answer.cookies
    strict = Client(enforce_csrf_checks=True)
    for method in ("post", "put", "delete", "patch"):
        refused = getattr(strict, method)(f"{V1}/measures")
        assert refused.status_code == 405
        assert refused.headers["Allow"] == "GET, HEAD, OPTIONS"
        assert json.loads(refused.content)["status"] == 405
    assert client.options(f"{V1}/measures").status_code == 204
    head = client.head(f"{V1}/measures")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["ETag"] == answer.headers["ETag"]


def test_no_edition_is_a_problem_not_a_page(client: Client, settings: Settings, tmp_path: Path) -> None:
    settings.EVENHAND_HOME = tmp_path / "empty"
    told = asked(client, "/measures", 503)
    assert told["type"] == "/api/#problem-no-edition"
    assert str(tmp_path) not in json.dumps(told)


def test_a_fault_of_ours_is_a_problem_too(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr("evenhand.site.evidence.api.reads.variation", broken)
    told = asked(client, f"/variation/{MEASURE}", 500)
    assert told["type"] == "/api/#problem-fault"
    assert "secret" not in json.dumps(told)
