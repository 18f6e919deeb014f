"""Addresses of the workspace, under ``/workspace/``: for those with the permission, behind sign-in."""

from __future__ import annotations

from django.urls import path

from evenhand.site.workspace import views

app_name = "workspace"
urlpatterns = [
    path("councils/<slug:slug>/", views.council, name="council"),
    path("", views.front, name="front"),
    path("measure/", views.measure, name="measure"),
    path("progress/", views.progress, name="progress"),
    path("access/", views.who, name="who"),
    path("beside/<slug:slug>/", views.beside, name="beside"),
    path("compare/", views.compare, name="compare"),
    path("compare/<slug:key>/", views.moved, name="moved"),
    path("compare/<slug:key>/<slug:movement>/", views.movers, name="movers"),
    path("runs/<slug:run_id>/", views.result, name="result"),
    path("runs/<slug:run_id>/delete/", views.delete, name="delete"),
    path("runs/<slug:run_id>/records/", views.mend, name="mend"),
    path("runs/<slug:run_id>/files/<path:file>", views.take, name="take"),
    path("runs/<slug:run_id>/figures/<slug:key>/", views.figure, name="figure"),
    path("runs/<slug:run_id>/figures/<slug:key>/<slug:why>/", views.people, name="people"),
]
