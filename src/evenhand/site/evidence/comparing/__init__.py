"""Chosen councils side by side, and who is like whom."""

from __future__ import annotations

from django.urls import path

from evenhand.site.evidence.comparing.views import compare, download, download_about, peers

urlpatterns = [
    path("compare/", compare, name="compare"),
    path("compare/download.csv", download, name="compare_download"),
    path("compare/download_about.csv", download_about, name="compare_about"),
    path("peers/<slug:slug>/", peers, name="peers"),
]
