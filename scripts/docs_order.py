"""For MkDocs: put the sections in the order a reader meets them. Pages inside a section come by name."""

from __future__ import annotations

from typing import Any

ORDER = ("Evenhand", "Tutorial", "How to", "Methods", "Reference", "Explanation", "Decisions")


def on_nav(nav: Any, config: Any, files: Any) -> Any:
    """Reorder the top of the navigation; a section that is not named here comes last."""
    place = {title: i for i, title in enumerate(ORDER)}
    for item in nav.items:
        if item.title == "How-to":
            item.title = "How to"
    nav.items.sort(key=lambda item: (0 if item.is_page else place.get(item.title or "", len(ORDER)), item.title or ""))
    return nav
