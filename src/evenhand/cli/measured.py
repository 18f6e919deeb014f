"""How measured figures are printed: what each is, how sure one can be, and where it would stand in the edition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evenhand.cli.common import home
from evenhand.edition.standing import identifier, interval, standing
from evenhand.facts.errors import EvenhandError
from evenhand.measures.cld.definition import definitions
from evenhand.measures.cld.figures import RATES, TOTAL, Figure

if TYPE_CHECKING:
    from evenhand.measures.cld.run import Measured

NOT_COMPUTABLE = "not computable without hospital discharges (--discharges)"


def lines(found: Measured, council: str) -> list[str]:
    """One council's figures, two lines each: what it is; the figure with its interval, counts and place."""
    edition = _edition()
    period = found.asked.period
    out = [f"{council}: provisional figures for {_day(period.start)} to {_day(period.end)}, before disclosure control"]
    for figure in found.figures:
        if figure.council == council and figure.group == TOTAL:
            out += _told(figure, edition, discharges=found.asked.discharges is not None)
    if edition is not None:
        kind = "the simulated edition" if edition.simulated else "the edition"
        out.append(f"Places are among the councils of {kind} in use, {edition.id}; 1st is the highest figure.")
    return out


def _edition() -> Any:
    from evenhand.edition.read import open_current

    try:
        return open_current(home())
    except EvenhandError:
        return None


def _told(figure: Figure, edition: Any, *, discharges: bool) -> list[str]:
    """What the figure is, and below it the figure itself."""
    code = f"{figure.measure}({figure.part})" if figure.part else figure.measure
    title = definitions()[figure.measure].parts[figure.part].title
    return [f"  {code:<7} {title}", f"  {'':<7} {said(figure, discharges=discharges)}{_stands(figure, edition)}"]


def said(figure: Figure, *, discharges: bool) -> str:
    """The figure with its interval and counts, or why there is none. discharges: whether those of hospitals came."""
    if figure.measure == "2D" and not discharges:
        return NOT_COMPUTABLE
    if figure.numerator is None:
        return "not known: no submission could be used"
    if figure.value is None:
        return f"{figure.numerator:,} people; no population given" if figure.measure in RATES else "nobody to count"
    if figure.measure not in RATES and figure.numerator > (figure.denominator or 0):
        return f"{figure.value}%: {figure.numerator:,} spells, {figure.denominator:,} discharges of residents"
    low, high = interval(figure)
    if figure.measure in RATES:
        return f"{figure.value:,} per 100,000 ({low:,.1f} to {high:,.1f}): {figure.numerator:,} people"
    return f"{figure.value}% ({low:.1f} to {high:.1f}): {figure.numerator:,} of {figure.denominator:,}"


def _stands(figure: Figure, edition: Any) -> str:
    if edition is None or figure.numerator is None or not figure.denominator:
        return ""
    if figure.measure not in RATES and figure.numerator > figure.denominator:
        return ""  # the areas of 2D(2)'s two counts differ, so it can pass 100%, and then no interval fits
    name = identifier(figure.measure, figure.part)
    got = standing(edition, name, figure.council, figure.numerator, figure.denominator)
    return f"; {got.sentence}" if got else ""


def _day(day: Any) -> str:
    return f"{day.day} {day:%B %Y}"
