"""The fictional council of ``make demo``: invented staff, people, assessments and years of audit, made once.

Everything is drawn from one seed and the day on which it is made; nobody in it is real, and nothing in it can be
dialled, posted or mailed. ``council.seed`` makes it, in one transaction.
"""
