"""Every address of the site."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [path("", include("evenhand.site.evidence.urls"))]

handler400 = "evenhand.site.design.refusals.bad_request"
handler404 = "evenhand.site.evidence.views.not_found"
handler500 = "evenhand.site.evidence.views.broken"
