"""Addresses under which auditors read the audit."""

from __future__ import annotations

from django.urls import path

from evenhand.site.audit.pages import views

app_name = "audit"
urlpatterns = [
    path("", views.events, name="events"),
    path("chain/", views.chain, name="chain"),
    path("<int:number>/", views.event, name="event"),
]
