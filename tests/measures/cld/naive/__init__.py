"""The official method once more, by plain loops over dicts, written from the specification alone.

It shares nothing with the real calculators but the numbers of listed values, the names of options and the shape of the
records. It is slow and short; where the two differ, one of them has misread the specification.

Where the specification can be read in two ways, both read it so:

* 3.4, DROP_NO_PERSON_ID off: the rows without any id are one person a council.
* 3.5, RAW_KEYS off: route of access and assessment type stay raw words, because no list of them is published.
* 3.6: a council's reference periods are those of its submissions in use, whether or not a row of each is left.
* 3.8: a blank conversation flag comes after 0, as SQL Server sorts. The record id is not given to a council: rows alike
  in all else are sorted by submission and then by what they hold, never by where they stand in the file.
* 4.1: a blank that ties with another value is a conflict; an invalid reason or employment stands if it is all there is.
* 5.1: only services are "ST-Max events"; a review that carries the type is not, and can be a follow-up event. The
  existing-client test reads service users' rows with valid dates. 2A_WINDOW is also the death's. Age 0 is under 18.
* 5.6: an assessment or review of direct carer support with a blank component is "no direct support" or "information".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from evenhand.facts.cld.codes import ClientType, Gender
from evenhand.measures.cld.logic import Period
from evenhand.measures.cld.options import Options
from evenhand.measures.cld.pipeline import Selection
from tests.measures.cld.naive import measures, reablement
from tests.measures.cld.naive.logic import Person, Row, band, grouped, valid_dates
from tests.measures.cld.naive.people import people
from tests.measures.cld.naive.pipeline import main_rows, single_rows

# (council, person id, measure, part, unit) -> (age, band, in the denominator, in the numerator)
Decisions = dict[tuple[str, str, str, str, int], tuple[int | None, str | None, bool, bool]]
# (council, measure, part, age band, sex or "Total") -> (numerator, denominator)
Figures = dict[tuple[str, str, str, str], tuple[int, int]]


@dataclass
class Naive:
    """Everything that comes of some records. people: by (council, person id)."""

    main: list[Row]
    single: list[Row]
    people: dict[tuple[str, str], Person]
    decisions: Decisions
    figures: Figures


def measured(records: Iterable[Row], selection: Selection, period: Period, options: Options) -> Naive:
    """The whole way. records: RECORDS as dicts; selection: which submissions, each with its reference period."""
    records = list(records)
    main = main_rows(records, selection.taken, options)
    known = people(main, period, options)
    decided = decisions(main, known, period, options)
    single = single_rows(records, selection.single, options)
    return Naive(main, single, known, decided, add_up(decided, known))


def figures(records: Iterable[Row], selection: Selection, period: Period, options: Options) -> Figures:
    """(numerator, denominator) by council, measure, part and group: an age band, "Male", "Female" or "Total".

    Groups of nobody are left out. 2B and 2C have no denominator here.
    """
    return measured(records, selection, period, options).figures


def decisions(main: Iterable[Row], known: dict[tuple[str, str], Person], period: Period, options: Options) -> Decisions:
    """Whoever is in a denominator or a numerator, and for 2A each cluster in scope."""
    out: Decisions = {}
    for (la, who), rows in grouped(main, lambda row: (row["la"], row["person_id"])).items():
        person = known[la, who]
        built = [row for row in rows if row["client"] == ClientType.SERVICE_USER and valid_dates(row)]
        for unit, years, of, number in reablement.counted(built, person, period, options):
            out[la, who, "2A", "", unit] = (years, band(years), of, number)
        for part, years, of, number in measures.admitted(rows, person, period, options):
            out[la, who, part, "", 0] = (years, band(years), of, number)
        for part, years, of, number in measures.at_home(rows, person, period, options):
            out[la, who, "2E", part, 0] = (years, band(years), of, number)
        for decide in (measures.clients, measures.carers):
            for part, years, of, number in decide(rows, person, period, options):
                out[la, who, "3D", part, 0] = (years, band(years), of, number)
    return {key: told for key, told in out.items() if told[2] or told[3]}


def add_up(decided: Decisions, known: dict[tuple[str, str], Person]) -> Figures:
    """Each decision in its age band, its sex and the total."""
    numbers: Counter[tuple[str, str, str, str]] = Counter()
    of: Counter[tuple[str, str, str, str]] = Counter()
    sexes = {Gender.MALE: ["Male"], Gender.FEMALE: ["Female"]}
    for (la, who, measure, part, _), (_, group, denominator, numerator) in decided.items():
        groups = ["Total", *sexes.get(known[la, who]["gender"], [])]
        groups += [group] if group in ("18-64", "65+") else []
        for each in groups:
            of[la, measure, part, each] += denominator
            numbers[la, measure, part, each] += numerator
    return {key: (numbers[key], of[key]) for key in {*numbers, *of}}
