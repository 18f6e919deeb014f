"""Addresses of assessments: /work/ for staff, /my/ for citizens."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
