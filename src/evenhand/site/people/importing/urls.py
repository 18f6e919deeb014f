"""Addresses of imports, for managers."""

from __future__ import annotations

from django.urls import path

from evenhand.site.people.importing import views

ONE = "work/import/<slug:reference>/"

urlpatterns = [
    path("work/import/", views.starting, name="import"),
    path(ONE, views.standing, name="import-one"),
    path(ONE + "sheet/", views.sheet, name="import-sheet"),
    path(ONE + "columns/", views.columns, name="import-columns"),
    path(ONE + "values/", views.values, name="import-values"),
    path(ONE + "check/", views.check, name="import-check"),
    path(ONE + "decide/", views.deciding, name="import-decide"),
    path(ONE + "rejects.csv", views.rejects, name="import-rejects"),
    path(ONE + "give-up/", views.giving_up, name="import-give-up"),
]
