"""Chosen councils side by side, and who is like whom."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
