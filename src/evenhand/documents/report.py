"""A Report: headings, paragraphs, tables and charts in order, as one piece of HTML for a page or a file of its own."""

from __future__ import annotations

from dataclasses import dataclass

from evenhand.documents.chart import Chart
from evenhand.documents.table import Table
from evenhand.documents.text import escape
from evenhand.facts.errors import EvenhandError


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 2, 3 or 4: the page's own title is level 1."""

    text: str
    level: int = 2

    def __post_init__(self) -> None:
        if self.level not in _SIZES:
            raise EvenhandError(f"A report has no headings of level {self.level}.", do="Use level 2, 3 or 4.")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Plain sentences."""

    text: str


_SIZES = {2: "l", 3: "m", 4: "s"}
Part = Heading | Paragraph | Table | Chart


@dataclass(frozen=True)
class Report:
    """A title and its parts, in order of reading."""

    title: str
    parts: tuple[Part, ...]

    def to_html(self) -> str:
        """The report inside an ``article``, its title a level 1 heading, all text escaped."""
        inner = "\n".join(_part(part) for part in self.parts)
        head = f'<h1 class="govuk-heading-xl">{escape(self.title)}</h1>'
        return f'<article class="evenhand-report">\n{head}\n{inner}\n</article>\n'


def _part(part: Part) -> str:
    if isinstance(part, Heading):
        return f'<h{part.level} class="govuk-heading-{_SIZES[part.level]}">{escape(part.text)}</h{part.level}>'
    if isinstance(part, Paragraph):
        return f'<p class="govuk-body">{escape(part.text)}</p>'
    return part.to_html() if isinstance(part, Table) else chart_html(part)


def chart_html(chart: Chart) -> str:
    """A chart as a figure: one drawing for phones and one for pages, its sentence, and its table to open.

    Style sheets show one of ``evenhand-chart--wide`` and ``evenhand-chart--narrow`` by the width of the screen.
    """
    simulated = " evenhand-simulated" if chart.simulated else ""
    drawings = "\n".join(
        f'<div class="evenhand-chart--{name}">{chart.to_svg(width=width, heading=False)}</div>'
        for name, width in (("wide", 700), ("narrow", 375))
    )
    numbers = ""
    if chart.table is not None:
        numbers = (
            '<details class="govuk-details"><summary class="govuk-details__summary">'
            '<span class="govuk-details__summary-text">Show the numbers</span></summary>'
            f'<div class="govuk-details__text">{chart.table.to_html(caption_size="s")}</div></details>\n'
        )
    return (
        f'<figure class="evenhand-figure{simulated}">\n'
        f'<figcaption><p class="govuk-heading-s">{escape(chart.title)}</p>'
        f'<p class="govuk-body">{escape(chart.sentence)}</p></figcaption>\n{drawings}\n{numbers}</figure>\n'
    )
