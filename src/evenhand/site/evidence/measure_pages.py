"""Measures: one page each, and England's variation."""

from __future__ import annotations

from django.urls import path

from evenhand.site.evidence import views

urlpatterns = [path("measures/<slug:measure>/", views.measure, name="measure")]
