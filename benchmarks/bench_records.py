"""How fast are the pages of records with 30,000 people and five years of audit? Promise: p95 of 100 ms, searches 50 ms.

A fresh SQLite database, or the PostgreSQL one that EVENHAND_BENCH_DATABASE names, which must be empty. First one
person with one assessment: each page is asked then, through the WSGI application with the session of somebody signed
in, and that is the baseline, "one record". Then 30,000 invented people (``site.seeding``) with 20 teams of ten
practitioners, 15,000 assessments with every answer, and 20 looks at each record over five years, in the audit's chain,
are put in, and each page is asked again, of another record each time. Prints milliseconds (median, what of it this
process itself worked, and p95), the ratio of the medians to the baseline and the queries of each. Leaves with 1 when a
promise is broken.
Run: python benchmarks/bench_records.py [people] [requests]
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from random import Random
from statistics import median
from typing import Any
from urllib.parse import urlencode

PEOPLE, REQUESTS, TEAMS, WORKERS, LOOKS = 30_000, 60, 20, 10, 20
PAGE_MS, SEARCH_MS = 100.0, 50.0
TOKEN = "a" * 32


@dataclass
class Place:
    """Who signs in, and what may be asked for: references of people, and of assessments with their person's."""

    cookies: dict[str, str] = field(default_factory=dict)  # role -> session
    mine: list[Any] = field(default_factory=list)  # people of the practitioner's team
    everybody: list[Any] = field(default_factory=list)
    assessments: list[tuple[str, str]] = field(default_factory=list)
    own: str = ""  # the record of the citizen who signs in


Asked = tuple[str, str, str]  # role, path, what is searched for


def pages(place: Place, dice: Random) -> dict[str, tuple[float, Callable[[], Asked]]]:
    """Each page: what is promised, and one thing to ask of it."""

    def search(role: str, people: list[Any], how: Callable[[Any], str]) -> tuple[float, Callable[[], Asked]]:
        return SEARCH_MS, lambda: (role, "/work/people/", how(dice.choice(people)))

    def page(role: str, path: Callable[[], str]) -> tuple[float, Callable[[], Asked]]:
        return PAGE_MS, lambda: (role, path(), "")

    def wrongly(person: Any) -> str:
        at = dice.randrange(1, len(person.name) - 1)
        return str(person.name[:at] + person.name[at + 1 :])

    def an_assessment() -> str:
        person, reference = dice.choice(place.assessments)
        return f"/work/people/{person}/assessments/{reference}/"

    everybody = place.everybody
    return {
        "work, practitioner": page("practitioner", lambda: "/work/"),
        "work, team manager": page("team_manager", lambda: "/work/"),
        "search by name, own team": search("practitioner", place.mine, lambda p: p.name),
        "search by name, everybody": search("auditor", everybody, lambda p: p.name),
        "search, a letter missing": search("auditor", everybody, wrongly),
        "search by first name": search("auditor", everybody, lambda p: p.name.split()[0]),
        "search by NHS number": search("auditor", everybody, lambda p: p.nhs_number or p.council_id),
        "search by council id": search("auditor", everybody, lambda p: p.council_id),
        "person": page("practitioner", lambda: f"/work/people/{dice.choice(place.mine).reference}/"),
        "assessments of a person": page("practitioner", lambda: an_assessment().rsplit("/", 2)[0] + "/"),
        "assessment": page("practitioner", an_assessment),
        "audit": page("auditor", lambda: "/work/audit/"),
        "audit of one record": page("auditor", lambda: f"/work/audit/?case={dice.choice(everybody).reference}"),
        "audit of one day": page("auditor", lambda: "/work/audit/?" + urlencode(day(dice))),
        "my record": page("citizen", lambda: f"/my/{place.own}/"),
        "who has looked": page("citizen", lambda: f"/my/{place.own}/looked/"),
    }


def day(dice: Random) -> dict[str, str]:
    from django.utils import timezone

    wanted = timezone.localdate() - timedelta(days=dice.randrange(10, 1500))
    written = f"{wanted:%Y-%m-%d}"
    return {"since": written, "until": written}


def ask(place: Place, asked: Asked) -> tuple[int, int]:
    """One request through the WSGI application: its status and length."""
    from django.test import RequestFactory

    from evenhand.site.config.wsgi import application

    role, path, search = asked
    web = RequestFactory(HTTP_HOST="localhost", REMOTE_ADDR="127.0.0.1")
    body = {"asked": search, "csrfmiddlewaretoken": TOKEN}
    environ = (
        web.post(path, urlencode(body), "application/x-www-form-urlencoded") if search else web.get(path)
    ).environ
    environ["HTTP_COOKIE"] = f"{place.cookies[role]}; csrftoken={TOKEN}"
    environ.setdefault("wsgi.input", BytesIO())
    told: list[str] = []
    answer = application(environ, lambda status, headers, fault=None: told.append(status))
    size = sum(len(part) for part in answer)
    if hasattr(answer, "close"):
        answer.close()
    return int(told[0][:3]), size


def timed(place: Place, make: Callable[[], Asked], count: int) -> tuple[float, float, float, int]:
    """Milliseconds, median and p95; the median of this process's own time; and the queries of one request."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    took, own = [], []
    for _ in range(count):
        asked = make()
        begun, busy = time.perf_counter(), time.process_time()
        status, _ = ask(place, asked)
        took.append((time.perf_counter() - begun) * 1000)
        own.append((time.process_time() - busy) * 1000)
        assert status == 200, (asked, status)
    with CaptureQueriesContext(connection) as seen:
        ask(place, make())
    took.sort()
    return median(took), took[min(len(took) - 1, int(0.95 * len(took)))], median(own), len(seen)


# --- what is in it ----------------------------------------------------------------------------------------------------


def sign_in(user: Any) -> str:
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
    from django.conf import settings
    from django.test import Client

    if user.grants.exists():
        TOTP.activate(user, generate_totp_secret())
    client = Client()
    client.force_login(user)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def staffed(place: Place) -> tuple[list[Any], list[list[Any]]]:
    """Teams, and the practitioners of each."""
    from evenhand.site.accounts.models import Grant, Membership, Team, User

    teams = Team.objects.bulk_create([Team(name=f"Team {number}") for number in range(TEAMS)])
    users = User.objects.bulk_create(
        [User(email=f"worker{n}@example.org", name=f"Worker {n}", password="!") for n in range(TEAMS * WORKERS + 2)]
    )
    workers = [users[t * WORKERS : (t + 1) * WORKERS] for t in range(TEAMS)]
    Grant.objects.bulk_create(Grant(user=user, role="practitioner") for team in workers for user in team)
    Grant.objects.bulk_create([Grant(user=users[-2], role="team_manager"), Grant(user=users[-1], role="auditor")])
    Membership.objects.bulk_create(
        Membership(user=user, team=team) for team, those in zip(teams, workers, strict=True) for user in those
    )
    Membership.objects.create(user=users[-2], team=teams[0])
    place.cookies |= {"practitioner": sign_in(workers[0][0]), "team_manager": sign_in(users[-2]),
                      "auditor": sign_in(users[-1])}  # fmt: skip
    return teams, workers


def filled(place: Place, count: int, teams: list[Any], workers: list[list[Any]], dice: Random, *, first: bool) -> None:
    """So many people with all that belongs to them, saved many at once."""
    from django.db import transaction
    from django.utils import timezone

    from evenhand.site.accounts.models import User
    from evenhand.site.people.models import Access, Allocation, NameGram, Person
    from evenhand.site.people.names import grams
    from evenhand.site.seeding.lives import lives
    from evenhand.site.seeding.past import write

    now = timezone.now()
    made = lives(dice, max(count, 10), timezone.localdate(now))[:count]
    people = [life.person for life in made]
    if first:
        people[0].nhs_number, people[0].council_id = None, "FIRST"
    with transaction.atomic():
        Person.objects.bulk_create(people)
        NameGram.objects.bulk_create(
            (NameGram(person=p, gram=gram) for p in people for gram in grams(p.name, p.legal_name)), batch_size=5_000
        )
        with_team = [(p, 0 if first else dice.randrange(TEAMS)) for p in people]
        named = {p.pk: dice.choice(workers[team]) for p, team in with_team}
        if first:
            named[people[0].pk] = workers[0][0]
        Allocation.objects.bulk_create(
            Allocation(person=p, team=teams[team], worker=named[p.pk] if first or dice.random() < 0.4 else None)
            for p, team in with_team
        )
        kept = assessed([p for p, _ in with_team][: max(1, count // 2)], named, dice)
        with_kept = {p.pk: team for p, team in with_team}
        place.assessments += [(p.reference, a) for p, a in kept if with_kept[p.pk] == 0 and p.died is None]
        place.mine += [p for p, team in with_team if team == 0]
        place.everybody += people
        if first:
            holder = User.objects.create_user("holder@example.org", people[0].name)
            Access.objects.create(person=people[0], user=holder, standing="holder")
            place.cookies["citizen"], place.own = sign_in(holder), people[0].reference
        write(looked(people + ([] if first else [place.everybody[0]] * 5), named, now, dice))


def assessed(people: list[Any], named: dict[int, Any], dice: Random) -> list[tuple[Any, str]]:
    """An assessment of each with every answer; who, and its reference."""
    from django.utils import timezone

    from evenhand.facts.care_act import criteria
    from evenhand.site.people.models import Answer, Assessment, Wellbeing

    today = timezone.localdate()
    made = [
        Assessment(person=p, kind="adult" if p.is_adult else "carer", depth="full", own_words="To stay at home.",
                   begun_on=today - timedelta(days=dice.randrange(1500)), begun_by=named[p.pk], cause=True)
        for p in people
    ]  # fmt: skip
    Assessment.objects.bulk_create(made)
    asked = {kind: criteria(kind, today) for kind in ("adult", "carer")}
    Answer.objects.bulk_create((
        Answer(assessment=one, outcome=key, needs_assistance=dice.random() < 0.3, own_words="It takes me all morning.")
        for one in made for key in asked[one.kind].outcomes
    ), batch_size=5_000)  # fmt: skip
    Wellbeing.objects.bulk_create((
        Wellbeing(assessment=one, part=part, significant=dice.random() < 0.3)
        for one in made for part in asked[one.kind].wellbeing
    ), batch_size=5_000)  # fmt: skip
    return [(one.person, one.reference) for one in made]


def looked(people: list[Any], named: dict[int, Any], now: Any, dice: Random) -> Iterator[Any]:
    """Five years of looks, in the order of their time."""
    from evenhand.site.audit.services import Who
    from evenhand.site.seeding.past import Happened

    seconds = 5 * 365 * 86_400
    ago = sorted((dice.randrange(60, seconds) for _ in range(len(people) * LOOKS)), reverse=True)
    who = {pk: Who(user.reference, "practitioner", "benchmark") for pk, user in named.items()}
    anyone = next(iter(who.values()))
    for before in ago:
        one = dice.choice(people)
        at = now - timedelta(seconds=before)
        verb = dice.choice(("people.person.view", "people.person.view", "people.assessment.view"))
        yield Happened(at, who.get(one.pk, anyone), verb, f"person:{one.reference}", one.reference)


def main(people: int, requests: int) -> int:
    """Measure and say."""
    with tempfile.TemporaryDirectory(prefix="evenhand-bench-") as home:
        os.environ |= {"EVENHAND_HOME": home, "DJANGO_SETTINGS_MODULE": "evenhand.site.config.settings",
                       "EVENHAND_RECORDS": "1"}  # fmt: skip
        os.environ["DATABASE_URL"] = os.environ.get("EVENHAND_BENCH_DATABASE", "")
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        from evenhand.site.audit.models import Event

        call_command("migrate", verbosity=0)
        place, dice = Place(), Random(5)
        teams, workers = staffed(place)
        filled(place, 1, teams, workers, Random(4), first=True)
        base = {name: timed(place, make, requests)[0] for name, (_, make) in pages(place, dice).items()}
        begun = time.perf_counter()
        filled(place, people, teams, workers, Random(6), first=False)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        print(f"{connection.vendor}: {people:,} people, {Event.objects.count():,} events, put in within "
              f"{time.perf_counter() - begun:.0f} s", flush=True)  # fmt: skip
        kept = True
        for name, (promise, make) in pages(place, dice).items():
            middle, p95, own, queries = timed(place, make, requests)
            kept &= p95 <= promise
            print(f"{name:28} median {middle:6.1f} ms ({own:5.1f} own), p95 {p95:6.1f} ms (promise {promise:.0f}), "
                  f"{middle / base[name]:4.1f} times one record, {queries:3} queries"
                  f"{'' if p95 <= promise else '  BROKEN'}", flush=True)  # fmt: skip
    print("Promise kept" if kept else "Promise BROKEN")
    return 0 if kept else 1


if __name__ == "__main__":
    numbers = [int(text) for text in sys.argv[1:]]
    sys.exit(main(*(numbers + [PEOPLE, REQUESTS][len(numbers) :])))
