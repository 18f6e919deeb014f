"""The glossary: the words of these pages, each in a sentence or two that need no other page."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """One word: its anchor, how it is written, and what it means."""

    slug: str
    word: str
    means: str
    page: str = ""  # where more is said, an address of this site


CARE = (
    Term("personal-budget", "Personal budget",
         "The amount that meeting a person’s needs costs the council, written down for that person. It says what the "
         "council pays and what the person pays. Everyone whose needs the council meets has one (Care Act 2014, "
         "section 26)."),
    Term("indicative-budget", "Indicative budget",
         "A first estimate, made before the plan. The final amount may be higher or lower."),
    Term("final-budget", "Final budget", "The amount agreed and signed off in the person’s plan."),
    Term("direct-payment", "Direct payment",
         "Money that the council pays to a person, or to somebody who acts for them, so that they arrange their own "
         "support."),
    Term("part-direct-payment", "Part direct payment",
         "Some of the budget comes as money and the council arranges the rest. The statistics count it as a direct "
         "payment."),
    Term("managed-budget", "Budget managed by the council",
         "The person knows the amount and the plan is theirs. The council holds the money and spends it in line with "
         "the plan."),
    Term("individual-service-fund", "Individual service fund",
         "A provider that the person chose holds the budget and answers to the person for it. The national statistics "
         "have no code of their own for it."),
    Term("self-directed-support", "Self-directed support",
         "The statistics’ word for a personal budget in any form: a direct payment, a part direct payment, or a budget "
         "that the council manages. Support that the council simply arranges is not counted."),
    Term("personal-health-budget", "Personal health budget",
         "The same idea with NHS money. It is not in these figures."),
    Term("long-term-support", "Long-term support in the community",
         "Support that is meant to last, for people who live at home or in similar places and not in a care home."),
    Term("carer", "Carer",
         "A relative or friend who looks after somebody without being paid for it. Carers can have a budget of their "
         "own."),
    Term("primary-support-reason", "Primary support reason",
         "The main reason why a person has long-term support: for example physical support, support with memory, a "
         "learning disability, or mental health. Each person has one."),
    Term("council", "Council",
         "Here: one of the councils that the law makes responsible for adult social care. Districts are not."),
)  # fmt: skip

FIGURES = (
    Term("edition", "Edition",
         "A set of figures built once from named source files, and never changed. Every page says which edition it "
         "shows.", "/data/"),
    Term("measure", "Measure", "One question put to all councils in the same way, with its definition."),
    Term("suppressed", "Suppressed",
         "The publisher has a figure and hides it, because so few people are in it that they might be recognised. It "
         "is not zero."),
    Term("no-figure", "No figure published",
         "Nobody has published a number: the council made no return, or the question was not asked. It is not zero."),
    Term("zero", "Zero", "A published figure: the council counted, and found none."),
    Term("numerator", "Numerator and denominator",
         "The two counts behind a percentage: in 395 of 1,782 people, 395 is the numerator and 1,782 the denominator."),
    Term("interval", "Interval",
         "The range of values that chance alone could explain. A small council has a wide one. We print the 95% "
         "interval: chance stays inside it 19 times in 20.", "/methods/intervals/"),
    Term("funnel-limit", "Funnel limit",
         "How far from the country’s figure a council of a given size could be before it counts as unusual. The limits "
         "are wide for small councils and narrow for large ones, like a funnel.", "/methods/funnel/"),
    Term("over-dispersion", "Over-dispersion",
         "Councils differ by more than chance, for many reasons at once. Over-dispersed limits are widened to allow "
         "for that, so that they point only to councils that stand out even so.", "/methods/over-dispersion/"),
    Term("band", "Much lower, lower, similar, higher, much higher",
         "Where a council stands by the over-dispersed limits. Similar does not mean equal. Higher is not always "
         "better."),
    Term("rank-interval", "Rank interval",
         "The places that a council could have if chance had fallen otherwise: between 52nd and 85th of 152.",
         "/methods/rank-intervals/"),
    Term("peers", "Peers",
         "The councils most like a council in age, size, density and deprivation, found by distance and not by "
         "opinion.", "/methods/peers/"),
    Term("break", "Break",
         "A year from which a measure is counted in another way. No line is drawn and no change is said across it."),
    Term("official-statistics-in-development", "Official statistics in development",
         "The publisher’s label for figures whose method is still being tested. Read them with care."),
)  # fmt: skip

RETURNS = (
    Term("ascof", "ASCOF", "The adult social care outcomes framework: the measures that the government publishes for "
         "every council in England, every year."),
    Term("salt", "SALT", "Short and long term support: the councils’ yearly return from 2014-15 to 2023-24."),
    Term("cld", "Client-level data", "A record for each person and event, sent by councils four times a year. From "
         "2024-25 it takes the place of SALT."),
    Term("asc-fr", "ASC-FR", "The adult social care finance return: what councils spend on adult social care."),
    Term("rap", "RAP", "Referrals, assessments and packages of care: the yearly return before 2014-15."),
    Term("pss-ex1", "PSS-EX1", "The yearly return of spending and activity before 2014-15."),
)  # fmt: skip

PARTS = (
    ("Budgets and support", CARE),
    ("Figures and what they are worth", FIGURES),
    ("Where figures come from", RETURNS),
)
