"""Data, methods, glossary, accessibility, and the feed of editions."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
