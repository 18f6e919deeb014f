"""Addresses of accounts that allauth does not have."""

from __future__ import annotations

from django.urls import path

from evenhand.site.accounts.views import entering

app_name = "accounts"
urlpatterns = [
    path("start/", entering.start, name="start"),
    path("invitation/", entering.invitation, name="invitation"),
    path("invitation/<str:secret>/", entering.open_invitation, name="open_invitation"),
    path("demo/", entering.demo, name="demo"),
]
