"""Why the headline figure is uncertain, in words: what chance does to a figure that counts everybody."""

from __future__ import annotations

from evenhand.site.evidence.council_pages.lines import Line
from evenhand.site.evidence.queries import HEADLINE


def why_uncertain(name: str, lines: list[Line]) -> tuple[str, ...]:
    """Three sentences under the headline; empty where there is no figure with an interval.

    lines: the council's own, one a measure. The interval is the one in the headline.
    """
    line = next((li for li in lines if li.definition["id"] == HEADLINE), None)
    if line is None or not line.interval or not line.counts:
        return ()
    return (
        f"Everybody was counted: {line.counts}. But who came to {name} that year, and what each of them chose, is "
        "partly chance.",
        "The same council, working in the same way with other people like them, could as well have had "
        f"{line.interval}.",
        "The fewer people a figure counts, the more chance can move it.",
    )
