"""What the figures are made of and how they are judged: data, methods, glossary, accessibility, citing, the feed."""

from __future__ import annotations

from django.urls import path

from evenhand.site.evidence import views
from evenhand.site.evidence.about import pages

urlpatterns = [
    path("councils.json", views.names, name="names"),
    path("data/", pages.data_page, name="data"),
    path("data/sources.json", pages.sources_json, name="sources"),
    path("methods/", pages.methods_page, name="methods"),
    path("methods/<slug:page>/", pages.method_page, name="method"),
    path("glossary/", pages.glossary, name="glossary"),
    path("accessibility/", pages.accessibility, name="accessibility"),
    path("cite/", pages.cite, name="cite"),
    path("editions.atom", pages.editions, name="editions"),
    path("robots.txt", pages.robots, name="robots"),
]
