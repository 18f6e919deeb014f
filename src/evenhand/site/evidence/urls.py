"""Addresses of the public pages."""

from __future__ import annotations

from django.urls import path

from evenhand.site.evidence import views

app_name = "evidence"
urlpatterns = [
    path("", views.home, name="home"),
    path("measures/<slug:measure>/", views.measure, name="measure"),
    path("councils/<slug:slug>/", views.council, name="council"),
    path("fetch/", views.fetch, name="fetch"),
    path("status", views.status, name="status"),
]
