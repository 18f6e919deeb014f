"""Addresses of assessments: /work/ for staff, /my/ for citizens."""

from __future__ import annotations

from django.urls import path

from evenhand.site.people.assessing.views import mine, staff

WORK = "work/people/<slug:person>/assessments/"
ONE = WORK + "<slug:reference>/"
MY = "my/<slug:person>/assessment/<slug:reference>/"

urlpatterns = [
    path(WORK, staff.listing, name="assessments"),
    path(WORK + "begin/", staff.beginning, name="assessment-begin"),
    path(ONE, staff.showing, name="assessment"),
    path(ONE + "words/", staff.words, name="assessment-words"),
    path(ONE + "cause/", staff.cause, name="assessment-cause"),
    path(ONE + "health/", staff.health, name="assessment-health"),
    path(ONE + "outcome/<slug:key>/", staff.outcome, name="assessment-outcome"),
    path(ONE + "outcomes/", staff.outcomes, name="assessment-outcomes"),
    path(ONE + "wellbeing/", staff.wellbeing, name="assessment-wellbeing"),
    path(ONE + "send/", staff.sending, name="assessment-send"),
    path(ONE + "take-back/", staff.taking_back, name="assessment-take-back"),
    path(ONE + "ready/", staff.handing_over, name="assessment-ready"),
    path(ONE + "open-again/", staff.opening_again, name="assessment-open-again"),
    path(ONE + "stop/", staff.stopping, name="assessment-stop"),
    path(ONE + "determine/", staff.determining, name="assessment-determine"),
    path(MY, mine.start, name="my-assessment"),
    path(MY + "question/<slug:part>/", mine.question, name="my-assessment-question"),
    path(MY + "check/", mine.check, name="my-assessment-check"),
]
