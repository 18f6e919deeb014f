"""An import through its pages: in order, for its manager alone, once, and with stored text shown as text."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from evenhand.documents.text import unguard
from evenhand.site.accounts.roles import Role
from evenhand.site.audit.models import Event
from evenhand.site.people.importing import keeping, reading, services
from evenhand.site.people.models import Import, ImportMapping, Person
from evenhand.site.people.models.importing import Stage
from tests.site import records
from tests.site.importing.conftest import House
from tests.site.importing.making import csv_file, ready, xlsx_file
from tests.site.people.asking import opened

pytestmark = pytest.mark.django_db
HOME = "/work/import/"
HEAD = ("Name", "Council id", "Date of birth", "Primary support reason")
ROWS = [["Bo Fresh", "N1", "1950", "Frailty"], ["Cy Second", "N2", "17/05/1961", "Learning disability support"]]
PAGES = ("", "sheet/", "columns/", "values/", "check/", "decide/", "rejects.csv", "give-up/")
SCRIPT = "<script>alert('x')</script>"


def filled(page: str) -> dict[str, str]:
    """Every hidden field and select of the page's form, as a browser would send it untouched."""
    found = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return found


def upload(client: Client, raw: bytes, **more: Any) -> Any:
    page = opened(client, HOME)
    sent = {
        **filled(page),
        "what": "people",
        "saved": "other",
        "system": "Old system",
        "file": SimpleUploadedFile("list.csv", raw),
    }
    return client.post(HOME, sent | more)


def on(client: Client, address: str, **answers: Any) -> str:
    """Send the page's form with these answers. Where it leads."""
    answer = client.post(address, filled(opened(client, address)) | answers)
    assert answer.status_code == 302, re.findall(r"error-summary__list.*?</ul>", answer.content.decode(), re.DOTALL)
    return str(answer.headers["Location"])


def to_check(client: Client, raw: bytes) -> str:
    at = upload(client, raw).headers["Location"]
    for page in ("columns/", "values/"):
        if at.endswith(page):
            at = on(client, at)
    assert at.endswith("check/")
    return str(at)


def test_all_the_way(house: House) -> None:
    client = records.signed_in(house.manager)
    at = upload(client, csv_file(ROWS, HEAD)).headers["Location"]
    page = opened(client, at)
    assert filled(page) | {"name": "0", "council_id": "1", "born": "2", "reason": "3"} == filled(page), "guessed"
    at = on(client, at)
    assert "Primary support reason: Frailty" in opened(client, at)
    check = on(client, at, **{"reason-0": "access"})
    assert "2 would be new" in opened(client, check)
    over = on(client, check)
    assert "The import is done" in opened(client, over)
    assert Person.objects.get(council_id="N1").reason == "access"
    assert client.get(check).headers["Location"] == over, "no page of it is left but what became of it"


def test_a_workbook_with_several_sheets_asks_which(house: House) -> None:
    client = records.signed_in(house.manager)
    book = xlsx_file({"Notes": [["a", "b"], [1, 2]], "People": [list(HEAD), *ROWS]})
    at = upload(client, book).headers["Location"]
    assert at.endswith("sheet/")
    at = on(client, at, sheet="People")
    assert "Date of birth" in opened(client, at)
    assert Import.objects.get().rows == 2


def test_pages_out_of_turn_lead_to_where_it_stands(house: House) -> None:
    client = records.signed_in(house.manager)
    at = upload(client, csv_file(ROWS, HEAD)).headers["Location"]
    for page in ("check/", "values/", "decide/", "rejects.csv"):
        assert client.get(at.replace("columns/", page)).headers["Location"] == at


@pytest.mark.parametrize("role", [role for role in Role.values if role != "team_manager"])
def test_other_roles_are_refused_every_page(house: House, role: str) -> None:
    run = ready(house.actor, csv_file(ROWS, HEAD), team=house.team.reference)
    client = records.signed_in(records.staff(role, house.team))
    for address in (HOME, *(f"{HOME}{run.reference}/{page}" for page in PAGES)):
        assert client.get(address).status_code == 403, address
        assert client.post(address, {"once": "x"}).status_code == 403, address
    assert Import.objects.get().stage == Stage.CHECK


def test_another_managers_import_is_as_if_it_were_not_there(house: House) -> None:
    run = ready(house.actor, csv_file(ROWS, HEAD), team=house.team.reference)
    client = records.signed_in(records.staff("team_manager", house.team))
    for page in PAGES:
        mine, none = (client.get(f"{HOME}{one}/{page}") for one in (run.reference, "zzzzzzzzzzzz"))
        assert mine.status_code == none.status_code == 403
        assert mine.content == none.content or "Bo" not in mine.content.decode()


def test_a_form_sent_twice_is_harmless(house: House) -> None:
    client = records.signed_in(house.manager)
    page, raw = filled(opened(client, HOME)), csv_file(ROWS, HEAD)
    answers = [
        client.post(HOME, {**page, "what": "people", "system": "S", "file": SimpleUploadedFile("a.csv", raw)})
        for _ in range(2)
    ]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert Import.objects.count() == 1
    check = to_check(client, csv_file(ROWS, HEAD))
    once = filled(opened(client, check))
    for _ in range(2):
        assert client.post(check, once).headers["Location"] == check.replace("check/", "")
    events = Event.objects.filter(verb="people.import", why="done").count()
    assert client.post(check, once | {"once": "z" * 24}).status_code == 302
    assert Event.objects.filter(verb="people.import", why="done").count() == events == 1


def test_the_form_is_guarded_against_other_sites_though_its_file_is_received_our_way(house: House) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(house.manager)
    sent = {
        "what": "people",
        "system": "S",
        "once": "z" * 24,
        "file": SimpleUploadedFile("a.csv", csv_file(ROWS, HEAD)),
    }
    assert client.post(HOME, sent).status_code == 403
    assert not Import.objects.exists()
    token = filled(opened(client, HOME))
    sent["file"] = SimpleUploadedFile("a.csv", csv_file(ROWS, HEAD))
    assert client.post(HOME, sent | token).status_code == 302


REFUSED = {
    "nothing": (None, "No file was sent"),
    "too much": (b"a,b\n" + b"x" * reading.MOST_BYTES, "larger than 20 MB"),
    "far too much": (b"x" * (reading.MOST_BYTES + 3 * 2**20), "larger than 20 MB"),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00", "not a CSV or an XLSX"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_file_that_is_refused_leaves_nothing(house: House, what: str) -> None:
    raw, said = REFUSED[what]
    client = records.signed_in(house.manager)
    answer = upload(client, raw or b"", **({} if raw else {"file": ""}))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    home = keeping.folder("x").parent
    assert not Import.objects.exists()
    assert not (home.is_dir() and list(home.iterdir()))


def test_a_fields_answer_that_no_page_offers_is_refused(house: House) -> None:
    client = records.signed_in(house.manager)
    at = upload(client, csv_file(ROWS, HEAD)).headers["Location"]
    for strange in ({"name": "99"}, {"name": "-1"}, {"one_team": house.other_team.reference}, {"council_id": ""}):
        answer = client.post(at, filled(opened(client, at)) | strange)
        assert answer.status_code == 422
        assert "There is a problem" in answer.content.decode()
    assert not ImportMapping.objects.exists()


def test_stored_text_is_shown_as_text_and_never_run(house: House) -> None:
    client = records.signed_in(house.manager)
    head = ("Name", "Council id", "Date of birth", f"Primary support reason {SCRIPT}", SCRIPT)
    rows = [[SCRIPT, "N1", "1950", SCRIPT, "=cmd()"], ["Ada Invented", "N2", "17/5/1950", "", "@x"],
            ["=1+1", "N3", "soon", "", "+1"], [SCRIPT, "C1", "", "", ""]]  # fmt: skip
    at = upload(client, csv_file(rows, head), system=SCRIPT).headers["Location"]
    pages = [opened(client, HOME), opened(client, at)]
    at = on(client, at, reason="3")
    pages.append(opened(client, at))
    check = on(client, at, **{"reason-0": "access"})
    pages += [opened(client, check), opened(client, check.replace("check", "decide"))]
    taken = client.get(check.replace("check/", "rejects.csv"))
    pages.append(opened(client, on(client, check)))
    assert all(SCRIPT not in page for page in pages)
    assert sum("&lt;script&gt;" in page for page in pages) == len(pages) - 1, "all but the doubles' show it as text"
    lines = list(csv.reader(io.StringIO(taken.content.decode("utf-8-sig"))))
    assert all(not cell.startswith(("=", "+", "@")) for line in lines for cell in line)
    assert [unguard(cell) for cell in lines[-1][2:]] == rows[2]
    assert lines[-1][0] == "4"
    assert "no day that can be read" in lines[-1][1]


def test_rejected_rows_can_be_mended_and_sent_again(house: House) -> None:
    client = records.signed_in(house.manager)
    check = to_check(client, csv_file([*ROWS, ["Di Wrong", "N3", "soon", ""]], HEAD))
    lines = list(
        csv.reader(io.StringIO(client.get(check.replace("check/", "rejects.csv")).content.decode("utf-8-sig")))
    )
    mended = [[cell.replace("soon", "1950") for cell in line] for line in lines]
    again = to_check(client, csv_file(mended[1:], mended[0]))
    second = client.get(again.replace("check/", "rejects.csv")).content.decode("utf-8-sig")
    assert second.splitlines()[0].count("Row of the file") == 1
    assert "Di Wrong" in opened(client, again)


def test_doubles_are_decided_on_their_page(house: House) -> None:
    client = records.signed_in(house.manager)
    Person.objects.filter(pk=house.person.pk).update(council_id=None)
    check = to_check(client, csv_file([["Ada Invented", "N5", "17/05/1950", ""]], HEAD))
    assert "1 row may be of somebody who has a record" in opened(client, check)
    decide = check.replace("check", "decide")
    page = opened(client, decide)
    assert "It is Ada Invented: use that record" in page
    assert "Una" not in page
    assert on(client, decide, **{"row-2": "new"}) == check
    assert "1 would be new" in opened(client, check)


def test_what_a_page_shows_of_a_record_that_changes_is_not_what_it_holds(house: House) -> None:
    client = records.signed_in(house.manager)
    Person.objects.filter(pk=house.person.pk).update(phone="0191 000 0000")
    check = to_check(client, csv_file([["Ada Invented", "C1", "", "", "0191 111 1111"]], (*HEAD, "Phone")))
    page = opened(client, check)
    assert "Phone" in page
    assert "0191 000 0000" not in page
    assert Event.objects.filter(verb="people.import", why="checked").count() == 1


def test_giving_up_removes_the_file(house: House, django_capture_on_commit_callbacks: Any) -> None:
    client = records.signed_in(house.manager)
    run = ready(house.actor, csv_file(ROWS, HEAD), team=house.team.reference)
    with django_capture_on_commit_callbacks(execute=True):
        at = on(client, f"{HOME}{run.reference}/give-up/")
    assert "given up" in opened(client, at)
    assert not keeping.folder(run.reference).exists()
    assert services.mine(house.actor, run.reference).stage == Stage.GIVEN_UP


def test_a_table_that_went_is_said_in_words(house: House) -> None:
    client = records.signed_in(house.manager)
    run = ready(house.actor, csv_file(ROWS, HEAD), team=house.team.reference)
    keeping.drop(run.reference)
    for page in ("columns/", "values/", "check/", "decide/", "rejects.csv"):
        answer = client.get(f"{HOME}{run.reference}/{page}")
        assert answer.status_code == 302
        assert answer.headers["Location"] == f"{HOME}{run.reference}/"
    assert "removed from here" in opened(client, f"{HOME}{run.reference}/")
