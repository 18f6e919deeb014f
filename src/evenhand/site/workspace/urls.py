"""Addresses of the workspace, and of a council's page with its own figures. Mounted only while it is open."""

from __future__ import annotations

from django.urls import path

from evenhand.site.workspace import views

app_name = "workspace"
urlpatterns = [
    path("councils/<slug:slug>/", views.council, name="council"),
    path("workspace/", views.front, name="front"),
    path("workspace/measure/", views.measure, name="measure"),
    path("workspace/progress/", views.progress, name="progress"),
    path("workspace/access/", views.who, name="who"),
    path("workspace/beside/<slug:slug>/", views.beside, name="beside"),
    path("workspace/compare/", views.compare, name="compare"),
    path("workspace/compare/<slug:key>/", views.moved, name="moved"),
    path("workspace/compare/<slug:key>/<slug:movement>/", views.movers, name="movers"),
    path("workspace/runs/<slug:run_id>/", views.result, name="result"),
    path("workspace/runs/<slug:run_id>/delete/", views.delete, name="delete"),
    path("workspace/runs/<slug:run_id>/records/", views.mend, name="mend"),
    path("workspace/runs/<slug:run_id>/files/<path:file>", views.take, name="take"),
    path("workspace/runs/<slug:run_id>/figures/<slug:key>/", views.figure, name="figure"),
    path("workspace/runs/<slug:run_id>/figures/<slug:key>/<slug:why>/", views.people, name="people"),
]
