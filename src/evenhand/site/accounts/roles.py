"""The roles of people who sign in, as DOMAIN and the issue name them.

A member of staff has one role at a time, given by an administrator. What a citizen may see comes from how they stand
to a person (``people.models.Access``), so one citizen may be the holder of one budget and the carer in another.
"""

from __future__ import annotations

from django.db.models import TextChoices


class Role(TextChoices):
    """What a member of staff does."""

    PRACTITIONER = "practitioner", "Practitioner"
    BROKER = "broker", "Broker"
    TEAM_MANAGER = "team_manager", "Team manager"
    FINANCE_OFFICER = "finance_officer", "Finance officer"
    PAYMENTS_OFFICER = "payments_officer", "Payments officer"
    AUDITOR = "auditor", "Auditor"
    ANALYST = "analyst", "Analyst"
    ADMINISTRATOR = "administrator", "Administrator"


class Standing(TextChoices):
    """How a citizen who signs in stands to the person whose record it is."""

    HOLDER = "holder", "Budget holder"
    NOMINATED = "nominated", "Nominated person"
    AUTHORISED = "authorised", "Authorised person"
    SUPPORTER = "supporter", "Supporter"


WHAT = {
    Role.PRACTITIONER: "Assesses people, plans with them and keeps their record, in their own teams.",
    Role.BROKER: "Finds and arranges support for people of their own teams.",
    Role.TEAM_MANAGER: "Allocates people and decides what is determined, in their own teams.",
    Role.FINANCE_OFFICER: "Assesses what people pay; sees who they are and how to reach them, not their assessments.",
    Role.PAYMENTS_OFFICER: "Pays direct payments; sees who people are and how to reach them, not their assessments.",
    Role.AUDITOR: "Reads everything, the audit too, and changes nothing.",
    Role.ANALYST: "Sees figures and records without names; nobody can be recognised.",
    Role.ADMINISTRATOR: "Keeps the accounts of staff, teams and settings; sees no case.",
}
