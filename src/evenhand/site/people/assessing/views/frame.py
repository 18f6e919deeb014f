"""What the pages of assessments share: the frame of a case, and a form whose version is renewed after a refusal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from evenhand.site.accounts.actor import Actor
from evenhand.site.people.assessing.queries import Opened
from evenhand.site.people.assessing.services.answering import ChangedSince
from evenhand.site.people.forms.fields import Sheet
from evenhand.site.people.models import Assessment, Person
from evenhand.site.people.queries import case_of
from evenhand.site.people.refusals import Stale, no_such_record
from evenhand.site.people.views.frame import WORDS, address, answered, crumbs

Shown = Mapping[str, Any]


def staff_only(actor: Actor) -> None:
    """Citizens read their assessments under /my/. Raises NotPermitted."""
    if not actor.role:
        raise no_such_record()


def citizens_only(actor: Actor) -> None:
    """Staff read assessments under /work/: they never stand in for the person. Raises NotPermitted."""
    if actor.role:
        raise no_such_record()


def work_address(assessment: Assessment, below: str = "") -> str:
    """The address of an assessment for staff, or of one of its pages."""
    return address(assessment.person, f"assessments/{assessment.reference}/{below}")


def my_address(assessment: Assessment, below: str = "") -> str:
    """The address of an assessment for the person, or of one of its pages."""
    return f"/my/{assessment.person.reference}/assessment/{assessment.reference}/{below}"


def staff_page(
    request: HttpRequest, actor: Actor, person: Person, template: str, shown: Shown, *, here: str,
    opened: Opened | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    """A page of a case, with the way back to the person and the assessment."""
    trail = crumbs(person, "Assessments")
    if opened is not None:
        trail[-1] |= {"href": address(person, "assessments/")}
        label = opened.assessment.get_kind_display()
        trail.append({"text": label, "href": work_address(opened.assessment)})
        trail.append({"text": here}) if here else trail[-1].pop("href")
    elif here:
        trail[-1] |= {"href": address(person, "assessments/")}
        trail.append({"text": here})
    more = {"case": case_of(actor, person), "crumbs": trail, "person": person, "opened": opened}
    base = work_address(opened.assessment) if opened else address(person, "assessments/")
    return render(request, f"assessing/{template}", {**WORDS, **more, "base": base, **shown}, status=status)


def my_page(
    request: HttpRequest, opened: Opened, template: str, shown: Shown, *, here: str = "", status: int = 200
) -> HttpResponse:
    """A page for the person: one column, large type, the way back to their record."""
    a = opened.assessment
    record = f"/my/{opened.person.reference}/"
    trail = [{"text": "My records", "href": "/my/"}, {"text": opened.person.name, "href": record}]
    trail.append({"text": "Assessment", "href": my_address(a)} if here else {"text": "Assessment"})
    if here:
        trail.append({"text": here})
    more = {"crumbs": trail, "opened": opened, "base": my_address(a), "easy": a.easy_read}
    return render(request, f"assessing/{template}", {**WORDS, **more, **shown}, status=status)


def saved(
    request: HttpRequest, actor: Actor, form: Sheet, work: Callable[[], str], draw: Callable[[int], HttpResponse],
    version: Callable[[], int],
) -> HttpResponse:  # fmt: skip
    """As ``people.views.frame.answered``; after a refusal for an old version the form carries the new one.

    Whoever was told that somebody else saved, and sends again what they see, means it.
    """

    def told() -> str:
        try:
            return work()
        except (Stale, ChangedSince):
            sent = request.POST.copy()
            sent["version"] = str(version())
            form.data = sent
            raise

    return answered(request, actor, form, told, draw)
