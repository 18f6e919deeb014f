"""Addresses under which an administrator keeps teams."""

from __future__ import annotations

from django.urls import path

from evenhand.site.accounts.views import teams

app_name = "teams"
urlpatterns = [
    path("", teams.teams, name="teams"),
    path("new/", teams.make, name="make"),
    path("<slug:reference>/name/", teams.rename, name="rename"),
    path("<slug:reference>/close/", teams.close, name="close"),
]
