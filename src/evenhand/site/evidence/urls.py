"""Addresses of the public pages: each family of pages brings its own."""

from __future__ import annotations

from django.urls import path

from evenhand.site.evidence import about, api, comparing, council_pages, downloads, measure_pages, views

app_name = "evidence"
urlpatterns = [
    path("", views.home, name="home"),
    path("fetch/", views.fetch, name="fetch"),
    path("status", views.status, name="status"),
    *measure_pages.urlpatterns,
    *council_pages.urlpatterns,
    *comparing.urlpatterns,
    *about.urlpatterns,
    *downloads.urlpatterns,
    *api.urlpatterns,
]
