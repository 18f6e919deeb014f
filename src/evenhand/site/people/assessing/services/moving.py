"""Where an assessment goes: begun, sent to the person, taken back or turned in, handed over, stopped."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from evenhand.facts.care_act import KINDS
from evenhand.site.accounts.actor import Actor
from evenhand.site.accounts.roles import Standing
from evenhand.site.audit.services import record
from evenhand.site.people.assessing.services.determining import refuse_unless_answered
from evenhand.site.people.assessing.services.held import at_version, changed, held, remember, tidy
from evenhand.site.people.models import Access, Assessment, Person
from evenhand.site.people.models.assessment import Depth, Kind, State
from evenhand.site.people.refusals import Refused

AT_WORK = (State.OPEN, State.WITH_PERSON, State.TO_DETERMINE)
SPEAKS = (Standing.HOLDER, Standing.AUTHORISED)
CHANGE = "people.assessment.change"
WHY = 500  # letters


def begin(actor: Actor, person: Person, kind: str, depth: str, *, easy_read: bool = False) -> Assessment:
    """A new assessment of the person, as an adult or as a carer. Refused while one of that kind is at work."""
    if kind not in KINDS or depth not in Depth.values:
        raise Refused("Choose which assessment to begin.", "Choose one of the kinds.", field="kind")
    with transaction.atomic():
        now = Person.objects.select_for_update().get(pk=person.pk)
        actor.must(CHANGE, now)
        _refuse_kind(now, kind)
        made = Assessment.objects.create(
            person=now, kind=kind, depth=depth, easy_read=easy_read, begun_on=timezone.localdate(), begun_by=actor.user
        )
        record(
            actor.who, CHANGE, f"assessment:{made.reference}", case=now.reference,
            before={}, after={"kind": kind, "depth": depth, "easy_read": easy_read},
        )  # fmt: skip
    return made


def send(actor: Actor, assessment: Assessment, version: int, *, easy_read: bool) -> Assessment:
    """To the person, to fill in their part. Refused when nobody who speaks for the record can sign in."""
    with transaction.atomic():
        now = held(actor, assessment, CHANGE, (State.OPEN,))
        at_version(now, version)
        if not Access.objects.filter(person=now.person, ended_at=None, standing__in=SPEAKS).exists():
            raise Refused(
                "Nobody can fill it in: the person has no account here, and nobody is authorised for them.",
                "Invite the person first, on the page of their record.",
            )
        fields = {"state": State.WITH_PERSON, "easy_read": easy_read, "sent_at": timezone.now()}
        fields |= {"returned_at": None, "returned_by": None}  # sent a second time: what they wrote is kept
        remember(actor, CHANGE, now, changed(now, fields))
    return now


def take_back(actor: Actor, assessment: Assessment, version: int) -> Assessment:
    """Back from the person who did not turn it in; what they saved stays as they wrote it."""
    with transaction.atomic():
        now = held(actor, assessment, CHANGE, (State.WITH_PERSON,))
        at_version(now, version)
        remember(actor, CHANGE, now, changed(now, {"state": State.OPEN}))
    return now


def turn_in(actor: Actor, assessment: Assessment) -> Assessment:
    """The person, or who is authorised to speak for them, sends their part to the council. It can then only be read."""
    with transaction.atomic():
        now = held(actor, assessment, "people.assessment.answer", (State.WITH_PERSON,))
        fields = {"state": State.OPEN, "returned_at": timezone.now(), "returned_by": actor.user}
        remember(actor, "people.assessment.answer", now, changed(now, fields))
    return now


def hand_over(actor: Actor, assessment: Assessment, version: int) -> Assessment:
    """Written, and for a colleague or manager to determine. Refused while the test cannot say."""
    with transaction.atomic():
        now = held(actor, assessment, CHANGE, (State.OPEN,))
        at_version(now, version)
        refuse_unless_answered(now, timezone.localdate())
        remember(actor, CHANGE, now, changed(now, {"state": State.TO_DETERMINE}))
    return now


def reopen(actor: Actor, assessment: Assessment, version: int) -> Assessment:
    """Open again what was handed over, to write on."""
    with transaction.atomic():
        now = held(actor, assessment, CHANGE, (State.TO_DETERMINE,))
        at_version(now, version)
        remember(actor, CHANGE, now, changed(now, {"state": State.OPEN}))
    return now


def stop(actor: Actor, assessment: Assessment, version: int, why: str) -> Assessment:
    """End an assessment that will not be determined, and say why. Nothing in it changes after."""
    reason = tidy(why, WHY, "why")
    if not reason:
        raise Refused("Say why the assessment stops.", "One sentence is enough.", field="why")
    with transaction.atomic():
        now = held(actor, assessment, CHANGE, AT_WORK)
        at_version(now, version)
        fields = {"state": State.STOPPED, "stopped_why": reason}
        remember(actor, CHANGE, now, changed(now, fields))
    return now


def _refuse_kind(person: Person, kind: str) -> None:
    if not (person.is_adult if kind == Kind.ADULT else person.is_carer):
        what = "an adult who may need care" if kind == Kind.ADULT else "a carer"
        raise Refused(f"The record does not say that they are {what}.", "Change the record first.", field="kind")
    if person.assessments.filter(kind=kind, state__in=AT_WORK).exists():
        raise Refused(
            f"A {Kind(kind).label.lower()} is already at work.", "Go on with that one, or stop it.", field="kind"
        )  # fmt: skip
