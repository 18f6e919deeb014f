"""``evenhand audit``: what the commands say, write and leave with, in the process of the test."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from evenhand.cli.app import run
from evenhand.site.audit import checkpoints, export, keys, services
from evenhand.site.audit.models import Checkpoint, Event
from evenhand.site.audit.services import Who, record
from tests.site.audit.flushing import take_off

pytestmark = pytest.mark.django_db
ODD = "a|b=c\\d\ne\r\nf,=SUM(A1)"


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands' own test of where the database is would look for the file of one that lives in memory."""
    monkeypatch.setattr("evenhand.cli.audit.tables", lambda: None)


def act(**more: Any) -> Event:
    with transaction.atomic():
        return record(Who("worker1", "practitioner"), "people.person.change", "person:a", case="a", **more)


def code(*words: str) -> int:
    """The exit code of a command."""
    with pytest.raises(SystemExit) as left:
        run(words)
    return int(left.value.code or 0)


def test_verify_says_where_the_chain_ends_and_leaves_with_0(capsys: pytest.CaptureFixture[str]) -> None:
    last = act()
    assert code("audit", "verify") == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "1 event verified: nothing was altered, removed or put in."
    assert said[1] == f"The newest is event 1, seal {last.seal}."
    assert "No checkpoint was ever signed" in said[2]
    assert Event.objects.get(verb=services.VERIFIED).why == "1 event verified, no fault."


def test_verify_names_the_first_fault_and_leaves_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    act()
    act()
    take_off()
    Event.objects.filter(number=1).update(why="Another")
    assert code("audit", "verify", "--no-write") == 1
    assert capsys.readouterr().out.startswith("Event 1: its fields are not the ones that were sealed.\n")
    transaction.set_rollback(True)


def test_a_checkpoint_kept_elsewhere_is_what_shows_a_tail_that_was_cut(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    act()
    kept = tmp_path / "elsewhere.json"
    assert code("audit", "checkpoint", "--out", str(kept)) == 0
    assert keys.fingerprint(Checkpoint.objects.get().key) in capsys.readouterr().out
    assert code("audit", "verify", "--no-write", "--checkpoint", str(kept)) == 0
    take_off()
    Checkpoint.objects.all().delete()
    Event.objects.filter(number=2).delete()
    capsys.readouterr()
    assert code("audit", "verify", "--no-write", "--checkpoint", str(kept)) == 1
    assert capsys.readouterr().out.startswith(
        "Event 2: it is on a checkpoint that was kept elsewhere, and the chain ends"
    )
    transaction.set_rollback(True)


def test_a_checkpoint_file_is_not_written_over_and_nothing_is_signed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "kept.json"
    kept.write_text("mine")
    act()
    assert code("audit", "checkpoint", "--out", str(kept)) == 1
    assert "Nothing was signed." in capsys.readouterr().err
    assert kept.read_text() == "mine"
    assert not Checkpoint.objects.exists()


def test_a_timer_may_ask_as_often_as_it_likes(capsys: pytest.CaptureFixture[str]) -> None:
    act()
    assert code("audit", "checkpoint", "--if-due") == 0
    assert code("audit", "checkpoint", "--if-due") == 0
    assert capsys.readouterr().out.splitlines()[-1] == "No checkpoint is due."
    assert Checkpoint.objects.count() == 1


@pytest.mark.parametrize("field", ["kind", "event", "at", "seal", "key", "signature"])
def test_a_checkpoint_file_that_was_altered_is_refused(
    field: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    act()
    written = checkpoints.as_dict(services.sign())
    value = written[field]
    for changed in (value + 1 if isinstance(value, int) else "0" + value[1:] + "1", None):
        (tmp_path / "kept.json").write_text(json.dumps(written | {field: changed}))
        assert code("audit", "verify", "--checkpoint", str(tmp_path / "kept.json")) == 1
        assert "This is not a checkpoint of the audit, or its signature is wrong." in capsys.readouterr().err


# --- the key --------------------------------------------------------------------------------------------------------


def test_a_key_is_made_once_for_its_owner_only(own_home: Path) -> None:
    first = keys.public_hex(keys.private_key())
    assert keys.public_hex(keys.private_key()) == first
    assert (own_home / "audit-key").stat().st_mode & 0o777 == 0o600
    assert keys.known_keys() == {first}


def test_a_new_key_signs_and_what_the_old_one_signed_still_verifies(
    own_home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from evenhand.site.audit.verify import verify

    act()
    services.sign()
    (tmp_path / "given").write_text("ab" * 32 + "\n")
    monkeypatch.setenv("EVENHAND_AUDIT_KEY", str(tmp_path / "given"))
    services.sign()
    assert len({one.key for one in Checkpoint.objects.all()}) == 2
    assert verify().whole


@pytest.mark.parametrize(
    ("content", "says"), [("words", "not a key"), ("ab" * 31, "not a key"), (None, "No such file")]
)
def test_a_key_that_is_none_is_refused_in_words_and_nothing_is_signed(
    content: str | None, says: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if content is not None:
        (tmp_path / "given").write_text(content)
    monkeypatch.setenv("EVENHAND_AUDIT_KEY", str(tmp_path / "given"))
    act()
    assert code("audit", "checkpoint") == 1
    assert says in capsys.readouterr().err
    assert Event.objects.count() == 1


# --- export ---------------------------------------------------------------------------------------------------------


def exported(out: Path, *more: str) -> list[str]:
    """The lines of an export of all days."""
    assert code("audit", "export", "--from", "2020-01-01", "--to", "2199-01-01", "--out", str(out), *more) == 0
    return out.read_text(encoding="utf-8").splitlines()


def test_json_lines_hold_every_event_and_the_export_itself_but_no_detail(tmp_path: Path) -> None:
    act(why=ODD, after={"name": "Ada Invented"})
    lines = [json.loads(line) for line in exported(tmp_path / "out.jsonl")]
    assert [line["verb"] for line in lines] == ["people.person.change", "audit.event.export"]
    assert lines[0]["why"] == ODD
    assert lines[1]["why"] == "from 2020-01-01, to 2199-01-01, format jsonl, details False"
    assert "Ada" not in (tmp_path / "out.jsonl").read_text()
    assert (tmp_path / "out.jsonl").stat().st_mode & 0o777 == 0o600


def test_details_come_only_when_they_are_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    act(before={}, after={"name": "Ada Invented"})
    (line, _) = exported(tmp_path / "out.jsonl", "--details")
    assert json.loads(line)["after"] == {"name": "Ada Invented"}
    assert "holds personal data" in capsys.readouterr().out


def test_what_is_exported_seals_again_to_what_was_sealed(tmp_path: Path) -> None:
    """Whoever gets the lines can check them without Evenhand: the seal is that of the other fields."""
    import hashlib

    act(why=ODD)
    (line, _) = exported(tmp_path / "out.jsonl")
    fields = json.loads(line)
    seal = fields.pop("seal")
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert hashlib.sha256(text.encode()).hexdigest() == seal


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=60))
def test_cef_is_one_line_whose_values_read_back(why: str) -> None:
    row = dict.fromkeys(export.PLAIN, "") | {"at": datetime(2026, 4, 1, tzinfo=UTC), "number": 1, "why": why}
    line = export.as_cef(row | {"verb": "a|b\\c", "seal": "f" * 64})
    assert len(line.splitlines()) == 1
    head = re.split(r"(?<!\\)(?:\\\\)*\|", line, maxsplit=7)
    assert len(head) == 8
    assert head[:2] == ["CEF:0", "Evenhand"]
    found = re.search(r" reason=((?:\\.|[^\\=])*?) cs1Label=", line)
    back = re.sub(r"\\(.)", lambda m: {"n": "\n"}.get(m[1], m[1]), found[1]) if found else ""
    assert back == "\n".join(why.splitlines())


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--from", "2026-02-01", "--to", "2026-01-01"), "2026-01-01 is before 2026-02-01."),
        (
            ("--from", "2026-01-01", "--to", "2026-01-01", "--format", "cef", "--details"),
            "CEF has no place for details.",
        ),
    ],
)
def test_an_export_that_cannot_be_is_refused_and_not_recorded(
    more: tuple[str, ...], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert code("audit", "export", "--out", str(tmp_path / "out"), *more) == 1
    assert says in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    assert not Event.objects.exists()


def test_days_are_those_of_london_and_both_ends_count(monkeypatch: pytest.MonkeyPatch) -> None:
    for hour in (22, 23):  # in July 23:30 and 00:30 of the next day
        at = datetime(2026, 7, 1, hour, 30, tzinfo=UTC)
        monkeypatch.setattr(services.timezone, "now", lambda at=at: at)
        act()
    day = date(2026, 7, 1)
    assert [row["number"] for row in export.rows(day, day)] == [1]
    assert [row["number"] for row in export.rows(day, date(2026, 7, 2))] == [1, 2]
