"""Addresses of people and assessments: /work/ for staff, /my/ for citizens."""

from __future__ import annotations

from django.urls import path

from evenhand.site.people.assessing.urls import urlpatterns as assessing
from evenhand.site.people.importing.urls import urlpatterns as importing
from evenhand.site.people.views import allocating, beside, keeping, merging, mine, persons, standing, work

app_name = "people"
staff = [
    path("work/", work.start, name="work"),
    path("work/people/", persons.finding, name="find"),
    path("work/people/new/", persons.making, name="new"),
    path("work/people/emergency/", allocating.breaking, name="emergency"),
    path("work/emergencies/<slug:reference>/", allocating.reviewing, name="glass"),
    path("work/people/<slug:reference>/", persons.showing, name="person"),
    path("work/people/<slug:reference>/change/<slug:part>/", persons.changing, name="change"),
    path("work/people/<slug:reference>/links/new/", standing.linking, name="link"),
    path("work/people/<slug:reference>/links/<slug:link>/end/", standing.unlinking, name="unlink"),
    path("work/people/<slug:reference>/capacity/new/", standing.deciding, name="capacity"),
    path("work/people/<slug:reference>/safeguarding/", standing.concerns, name="safeguarding"),
    path("work/people/<slug:reference>/safeguarding/new/", standing.raising, name="raise"),
    path("work/people/<slug:reference>/safeguarding/<slug:concern>/close/", standing.closing, name="close"),
    path("work/people/<slug:reference>/allocation/", allocating.placing, name="allocation"),
    path("work/people/<slug:reference>/restriction/", allocating.restricting, name="restriction"),
    path("work/people/<slug:reference>/restriction/end/", allocating.opening, name="restriction-end"),
    path("work/people/<slug:reference>/merge/", merging.choosing, name="merge"),
    path("work/people/<slug:reference>/merge/<slug:other>/", merging.joining, name="merging"),
    path("work/people/<slug:reference>/invite/", beside.inviting, name="invite"),
    path("work/people/<slug:reference>/looked/", beside.who_looked, name="looked"),
    path("work/people/<slug:reference>/keeping/", keeping.clock, name="keeping"),
    path("work/people/<slug:reference>/keeping/hold/", keeping.holding, name="hold"),
    path("work/people/<slug:reference>/bundle/", keeping.bundle, name="bundle"),
]
citizens = [
    path("my/", mine.records, name="my"),
    path("my/<slug:reference>/", mine.mine, name="my-record"),
    path("my/<slug:reference>/looked/", mine.who_looked, name="my-looked"),
    path("my/<slug:reference>/supporters/", mine.supporters, name="my-supporters"),
    path("my/<slug:reference>/supporters/new/", mine.inviting, name="my-invite"),
]
urlpatterns = [*staff, *citizens, *assessing, *importing]
