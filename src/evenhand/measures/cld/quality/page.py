"""The quality of the records as one page that needs nothing else: for a screen, a phone, paper and a team meeting."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cache
from html import escape
from importlib.resources import files

from evenhand.facts.errors import EvenhandError
from evenhand.measures.cld.definition import definitions
from evenhand.measures.cld.figures import Figure
from evenhand.measures.cld.pipeline import REASONS
from evenhand.measures.cld.quality import fields as counting
from evenhand.measures.cld.quality.checks import BY_KEY, RATES
from evenhand.measures.cld.quality.effects import Effect
from evenhand.measures.cld.quality.report import NO_EFFECT, Council, Found, Quality, exact, width

ZERO = ' data-zero=""'  # left out on a phone, where each number has a line of its own
TITLE = "How far can the figures be trusted?"


def page(quality: Quality, council: str | None) -> str:
    """The page of a council, or of all in a table. Raises EvenhandError for a council that is not among them."""
    one = quality.councils[0] if len(quality.councils) == 1 and council is None else None
    if council is not None:
        one = next((held for held in quality.councils if held.code == council), None)
        if one is None:
            raise EvenhandError(f"There is no council {council} in these records.", do="Name one that is.")
    body = _of_one(quality, one) if one else _of_all(quality)
    whose = f"Council {escape(one.code)}" if one else f"{len(quality.councils):,} councils"
    start, end = (_said(day) for day in quality.period)
    css = (files("evenhand.measures.cld.quality") / "page.css").read_text(encoding="utf-8")
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{TITLE} {whose}</title>\n<style>\n{css}</style>\n</head>\n<body>\n<main>\n"
        f'<p class="caption">{whose}, {start} to {end}. For use inside the council: small numbers are not hidden.</p>\n'
        f"<h1>{TITLE}</h1>\n{body}</main>\n</body>\n</html>\n"
    )


def name(measure: str, part: str) -> str:
    """ "3D(1a)"; "2C"."""
    return f"{measure}({part})" if part else measure


@cache
def title(measure: str, part: str) -> str:
    """ "People with self-directed support"."""
    return definitions()[measure].parts[part].title


def value(figure: Figure | None) -> str:
    """ "81.2%"; "45.7 per 100,000"; "40 people" where the population is not known."""
    if figure is None or figure.numerator is None:
        return "no figure"
    if figure.value is None:
        return people(figure.numerator) if figure.measure in RATES else "nobody to count"
    return f"{figure.value:,} per 100,000" if figure.measure in RATES else f"{figure.value}%"


def people(number: int) -> str:
    """ "1 person"; "41 people"."""
    return "1 person" if number == 1 else f"{number:,} people"


def effect_said(effect: Effect) -> str:
    """One sentence, and who it is about: "3D(1a) would be between 81.2% and 84.9%. It is 83.0% as it stands." """
    low, high = value(effect.low), value(effect.high)
    whom = f"{people(effect.people)} would move it."
    if low == high:
        return f"{name(effect.measure, effect.part)} would be {low}. It is {value(effect.now)} as it stands. {whom}"
    return (
        f"{name(effect.measure, effect.part)} would be between {low} and {high}. "
        f"It is {value(effect.now)} as it stands. {whom}"
    )


def _of_one(quality: Quality, one: Council) -> str:
    parts = [
        _lead(one), _account_line(quality, one if len(quality.councils) > 1 else None), _ranges(one),
        "<h2>What to mend, worst first</h2>\n", *map(_check, one.found), _no_effect(one), _fields(one.fields),
        _account(quality, one),
    ]  # fmt: skip
    if not one.found:
        parts.insert(4, "<p>No check found anything that could move a figure.</p>\n")
    return "".join(parts)


def _lead(one: Council) -> str:
    worst = max(one.together, key=width, default=None)
    if worst is None:
        return '<p class="lead">Nothing that was found in these records could move a figure.</p>\n'
    low, high = value(worst.low), value(worst.high)
    return (
        f'<p class="lead">{escape(name(worst.measure, worst.part))} is the least certain. It is {value(worst.now)} as '
        f"it stands. Were all that was found mended, it might be anything from {low} to {high}.</p>\n"
    )


def _account_line(quality: Quality, one: Council | None) -> str:
    if one is not None:
        return f'<p class="note">{sum(one.rows.values()):,} rows of this council could be used.</p>\n'
    lost = sum(quality.unusable.values())
    told = sum(number for held in quality.councils for number in held.rows.values())
    sums = quality.usable + lost == quality.read and told == quality.usable
    adds = "They add up." if sums else "They do not add up: tell the makers."
    return (
        f'<p class="note">{quality.read:,} rows were read: {quality.usable:,} could be used and {lost:,} could not. '
        f"{adds}</p>\n"
    )


def _ranges(one: Council) -> str:
    """Each figure now, and how far all checks at once could move it."""
    held = {(effect.measure, effect.part): effect for effect in one.together}
    rates = [v for effect in one.together if effect.measure in RATES for f in (effect.now, effect.low, effect.high)
             if f and (v := exact(f)) is not None]  # fmt: skip
    top = max(rates, default=Fraction(1)) or Fraction(1)
    rows = []
    for now in sorted(one.now, key=lambda f: (-_width(held.get((f.measure, f.part))), f.measure, f.part)):
        effect = held.get((now.measure, now.part))
        scale = top if now.measure in RATES else Fraction(1)
        rows.append(
            f'<tr><th scope="row">{name(now.measure, now.part)} {escape(title(now.measure, now.part))}</th>'
            f'<td class="n" data-of="Now">{value(now)}</td>'
            f'<td class="n" data-of="Range">{_range(effect)}</td>'
            f"<td>{_bar(now, effect, scale)}</td>"
            f'<td class="n" data-of="People who would move it">{effect.people if effect else 0:,}</td></tr>\n'
        )
    return (
        "<h2>Which figures are least certain because of the records?</h2>\n"
        "<p>The range is the lowest and the highest that the figure could be if everything below were mended in one of "
        "the ways tried. A person whom several checks find is taken to count in any way. Where only two faults "
        "together keep a person out of a figure, the range could be wider still. It says nothing of chance.</p>\n"
        '<div class="wide"><table class="fold"><caption>Each figure as it stands, and its range</caption><thead><tr>'
        '<th scope="col">Figure</th><th scope="col" class="n">Now</th><th scope="col" class="n">Range</th>'
        '<th scope="col">Range (band) and now (line)</th><th scope="col" class="n">People who would move it</th>'
        f"</tr></thead><tbody>\n{''.join(rows)}</tbody></table></div>\n"
    )


def _width(effect: Effect | None) -> Fraction:
    return width(effect) if effect else Fraction(0)


def _range(effect: Effect | None) -> str:
    return f"{value(effect.low)} to {value(effect.high)}" if effect else "does not move"


def _bar(now: Figure, effect: Effect | None, scale: Fraction) -> str:
    """The range as a band from nought to the whole scale, and the figure as a line across it."""
    at = exact(now)
    if at is None:
        return ""
    ends = [v for f in (effect.low, effect.high) if f and (v := exact(f)) is not None] if effect else []
    low, high = (_x(min(ends), scale), _x(max(ends), scale)) if ends else (_x(at, scale), _x(at, scale))
    says = f"{name(now.measure, now.part)} now {value(now)}; range {_range(effect)}"
    return (
        f'<svg viewBox="0 0 200 20" preserveAspectRatio="none" role="img" aria-label="{escape(says)}">'
        '<line class="line" x1="0" y1="10" x2="200" y2="10"/>'
        f'<rect class="room" x="{low}" y="4" width="{max(high - low, Decimal(1))}" height="12"/>'
        f'<line class="mark" x1="{_x(at, scale)}" y1="0" x2="{_x(at, scale)}" y2="20"/></svg>'
    )


def _x(at: Fraction, scale: Fraction) -> Decimal:
    return Decimal(round(min(at / scale, Fraction(1)) * 2000)) / 10


def _check(found: Found) -> str:
    check = found.check
    says = check.counted(found.count)
    moved = [each for each in found.effects if each.people]
    effect = "".join(f"<li>{escape(effect_said(each))}</li>" for each in moved)
    if not moved:
        effect = "<li>None of them would move a figure.</li>"
    ways = ", or ".join(check.ways.values())
    tried = f"Tried as: {ways}{', or right as it stands' if check.as_now else ''}."
    where = "; ".join(f"{escape(file)} row {row:,}" for file, row in found.examples)
    rows = f"<dt>Where</dt><dd>{where}{' and others, listed' if found.moved > len(found.examples) else ', listed'} " \
        "in records_to_check.csv.</dd>" if where else ""  # fmt: skip
    return (
        f'<section class="check"><h3>{escape(says)}</h3>\n<ul>{effect}</ul>\n<p>{escape(check.rule)}</p>\n'
        f"<dl><dt>What to do</dt><dd>{escape(check.mend)}</dd>{rows}<dt>How the effect was found</dt>"
        f"<dd>{escape(tried)} The official measures were worked out again for these people.</dd></dl></section>\n"
    )


def _no_effect(one: Council) -> str:
    rows = [
        f'<tr><th scope="row">{escape(REASONS[key])}</th><td class="n">{one.rows[key]:,}</td>'
        f"<td>{escape(mend)}</td></tr>\n"
        for key, mend in NO_EFFECT.items()
        if one.rows.get(key)
    ]
    if not rows:
        return ""
    return (
        "<h2>Rows that enter no figure</h2>\n<p>What these rows would do cannot be worked out, for what they lack "
        'is what would tell.</p>\n<div class="wide"><table>'
        "<caption>Rows left out, with a fault that can be mended</caption>"
        '<thead><tr><th scope="col">Why</th><th scope="col" class="n">Rows</th><th scope="col">What to do</th></tr>'
        f"</thead><tbody>\n{''.join(rows)}</tbody></table></div>\n"
    )


def _fields(counts: Sequence[counting.FieldCount]) -> str:
    """Each field by the official results, by module, those that fail most first."""
    out = [
        "<h2>Field by field</h2>\n<p>In the words of the official report. What is mandatory is judged by the rules of "
        "Release 1, for those of Release 2 are not published. All rows read are counted. <em>Unknown</em> is a valid "
        "value.</p>\n"
    ]
    shown = [name for name in counting.RESULTS if any(one.results.get(name) for one in counts)]
    odd = any(one.odd for one in counts)
    heads = "".join(f'<th scope="col" class="n">{name}</th>' for name in shown)
    heads += '<th scope="col" class="n">Valid, but cannot be right</th>' if odd else ""
    for module in counting.ORDER:
        mine = sorted((one for one in counts if one.module == module), key=_failing)
        if not mine:
            continue
        rows = "".join(
            f'<tr><th scope="row">{escape(one.field.heading)}</th>'
            + "".join(_number(name, one.results.get(name, 0)) for name in shown)
            + (_number("Valid, but cannot be right", one.odd) if odd else "")
            + "</tr>\n"
            for one in mine
        )
        out.append(
            f'<div class="wide"><table class="fold"><caption>{module}: rows by result</caption><thead><tr>'
            f'<th scope="col">Field</th>{heads}</tr></thead><tbody>\n{rows}</tbody></table></div>\n'
        )
    return "".join(out)


def _number(of: str, number: int) -> str:
    return f'<td class="n" data-of="{of}"{"" if number else ZERO}>{number:,}</td>'


def _failing(one: counting.FieldCount) -> Fraction:
    return -Fraction(one.failed, one.rows) if one.rows else Fraction(0)


def _account(quality: Quality, one: Council) -> str:
    usable = [(REASONS[key], number) for key, number in one.rows.items()]
    out = ["<h2>What became of every row</h2>\n"]
    if len(quality.councils) == 1:
        out.append(_sums("Rows read", [("Could be used", quality.usable), *quality.unusable.items()], quality.read))
    out.append(_sums("Rows that could be used", usable, sum(number for _, number in usable)))
    return "".join(out)


def _sums(caption: str, rows: Iterable[tuple[str, int]], total: int) -> str:
    lines = "".join(
        f'<tr><th scope="row">{escape(said)}</th><td class="n">{number:,}</td></tr>\n' for said, number in rows
    )
    return (
        f'<table><caption>{caption}</caption><thead><tr><th scope="col">What became of them</th>'
        f'<th scope="col" class="n">Rows</th></tr></thead><tbody>\n{lines}<tr><th scope="row">Total</th>'
        f'<td class="n">{total:,}</td></tr></tbody></table>\n'
    )


def _of_all(quality: Quality) -> str:
    """A line for each council, those whose figures are least certain first; then what is found most."""
    ordered = sorted(quality.councils, key=lambda one: (-max(map(width, one.together), default=Fraction(0)), one.code))
    rows = []
    for one in ordered:
        worst = max(one.together, key=width, default=None)
        least = f"{name(worst.measure, worst.part)}: {value(worst.now)} now, {_range(worst)}" if worst else "none"
        first = one.found[0].check.counted(one.found[0].count) if one.found else "nothing"
        rows.append(
            f'<tr><th scope="row">{escape(one.code)}</th><td class="n" data-of="Rows">{sum(one.rows.values()):,}</td>'
            f'<td data-of="Least certain figure">{escape(least)}</td>'
            f'<td data-of="Mend first">{escape(first)}</td></tr>\n'
        )
    return (
        _account_line(quality, None)
        + '<div class="wide"><table class="fold"><caption>Councils, the least certain figures first</caption>'
        '<thead><tr><th scope="col">Council</th><th scope="col" class="n">Rows</th>'
        '<th scope="col">Least certain figure</th>'
        f'<th scope="col">Mend first</th></tr></thead><tbody>\n{"".join(rows)}</tbody></table></div>\n'
        + _most(quality.councils)
    )


def _most(councils: Sequence[Council]) -> str:
    found: Counter[str] = Counter()
    where: Counter[str] = Counter()
    for one in councils:
        found.update({each.check.key: each.count for each in one.found})
        where.update(each.check.key for each in one.found)
    rows = "".join(
        f'<tr><th scope="row">{escape(BY_KEY[key].counted(number))}</th><td class="n">{where[key]:,}</td></tr>\n'
        for key, number in sorted(found.items(), key=lambda item: (-item[1], item[0]))
    )
    return (
        '<div class="wide"><table><caption>What was found in all councils</caption><thead><tr>'
        '<th scope="col">Check</th><th scope="col" class="n">Councils</th></tr></thead>'
        f"<tbody>\n{rows}</tbody></table></div>\n"
    )


def _said(day: str) -> str:
    date = dt.date.fromisoformat(day)
    return f"{date.day} {date:%B %Y}"
