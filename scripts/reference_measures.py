"""Write docs/reference/measures.md from the definitions, so that the page cannot say anything else than they do."""

from __future__ import annotations

from pathlib import Path

from evenhand.measures.definition import Measure, load_all

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "measures.md"
HEAD = """# The measures

Each measure is a YAML file in `src/evenhand/measures/definitions`. This page is made from them by
`python scripts/reference_measures.py`; a test fails when it is out of step.
"""
DIRECTIONS = {"higher": "Higher is better", "lower": "Lower is better", "none": "Neither higher nor lower is better"}


def section(m: Measure) -> str:
    """One measure: its question, what it counts under each definition, its breaks and caveats."""
    lines = [f"### {m.title}", "", f"`{m.id}`", "", f"**{m.question}**", "", m.why_it_matters, ""]
    lines.append(f"- Unit: {m.unit}, {m.date_basis}.")
    if m.official_code:
        before = "".join(f"; {code} in {periods}" for code, periods in m.code_history if code != m.official_code)
        lines.append(f"- Official code: {m.official_code}{before}.")
    lines.append(f"- {DIRECTIONS[m.direction]}. {m.direction_reason}")
    for s in m.series:
        span = f"{s.start} on" if s.end is None else s.start if s.end == s.start else f"{s.start} to {s.end}"
        lines.append(f"- {span}: {s.definition}. Source: {s.source_return}.")
    lines += [f"- Break at {period}: {reason}" for period, reason in m.breaks]
    lines += [f"- {caveat}" for caveat in m.caveats]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def page() -> str:
    """The whole page, by topic, in the order people see the measures."""
    topics: dict[str, list[str]] = {}
    for m in load_all():
        topics.setdefault(m.topic, []).append(section(m))
    parts = [HEAD]
    for topic, sections in topics.items():
        parts += [f"## {topic[:1].upper()}{topic[1:]}\n", *sections]
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
