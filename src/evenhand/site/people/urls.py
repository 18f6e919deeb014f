"""Addresses of people and assessments: /work/ for staff, /my/ for citizens."""

from __future__ import annotations

from evenhand.site.people.assessing.urls import urlpatterns as assessing

app_name = "people"
urlpatterns = [*assessing]
