"""Every address of the site."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("evenhand.site.evidence.urls")),
    # The private half: ``accounts.middleware.Private`` answers 404 under these unless the records are open.
    path("account/", include("evenhand.site.accounts.urls")),
    path("account/", include("allauth.urls")),
    path("workspace/", include("evenhand.site.workspace.urls")),
    path("work/staff/", include("evenhand.site.accounts.staff_urls")),
    path("work/teams/", include("evenhand.site.accounts.team_urls")),
    path("work/audit/", include("evenhand.site.audit.urls")),
    path("", include("evenhand.site.people.urls")),
]

handler400 = "evenhand.site.design.refusals.bad_request"
handler404 = "evenhand.site.evidence.views.not_found"
handler500 = "evenhand.site.evidence.views.broken"
