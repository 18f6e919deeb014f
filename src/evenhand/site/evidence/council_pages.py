"""Councils: one page each, with a briefing for councillors."""

from __future__ import annotations

from django.urls import path

from evenhand.site.evidence import views

urlpatterns = [path("councils/<slug:slug>/", views.council, name="council")]
