"""The public API, version 1: the edition as JSON, and a page that explains it."""

from evenhand.site.evidence.api.urls import urlpatterns

__all__ = ["urlpatterns"]
