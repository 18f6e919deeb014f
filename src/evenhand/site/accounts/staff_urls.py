"""Addresses under which an administrator keeps the accounts of staff."""

from __future__ import annotations

from django.urls import path, re_path

from evenhand.site.accounts.views import staff

app_name = "staff"
urlpatterns = [
    path("", staff.everybody, name="everybody"),
    path("invite/", staff.invite, name="invite"),
    path("invited/<slug:reference>/withdraw/", staff.withdraw, name="withdraw"),
    path("<slug:reference>/", staff.somebody, name="somebody"),
    re_path(rf"^(?P<reference>[-\w]+)/(?P<what>{'|'.join(staff.CHANGES)})/$", staff.change, name="change"),
]
