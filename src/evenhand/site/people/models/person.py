"""A person as the council knows them, in the words that they want; who is linked to them; decisions on capacity."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.db.models.functions import Lower
from django.utils import timezone

from evenhand.site.accounts.models import User
from evenhand.site.accounts.references import fresh_reference


class BornTo(models.TextChoices):
    """How exactly a date of birth is known. ``born`` then holds the first day that it can be."""

    DAY = "day", "Day, month and year"
    MONTH = "month", "Month and year"
    YEAR = "year", "Year only"
    UNKNOWN = "unknown", "Not known"


class ContactBy(models.TextChoices):
    """How a person wants to be reached."""

    ANY = "", "No preference recorded"
    PHONE = "phone", "Phone call"
    TEXT = "text", "Text message"
    EMAIL = "email", "Email"
    LETTER = "letter", "Letter"
    VISIT = "visit", "A visit"
    THROUGH = "through", "Through somebody else"


class Reason(models.TextChoices):
    """Primary support reasons, as SALT and client-level data name them."""

    ACCESS = "access", "Physical support: access and mobility only"
    PERSONAL_CARE = "personal_care", "Physical support: personal care support"
    VISUAL = "visual", "Sensory support: visual impairment"
    HEARING = "hearing", "Sensory support: hearing impairment"
    DUAL = "dual", "Sensory support: dual impairment"
    MEMORY = "memory", "Support with memory and cognition"
    LEARNING = "learning", "Learning disability support"
    MENTAL_HEALTH = "mental_health", "Mental health support"
    SUBSTANCE = "substance", "Social support: substance misuse"
    ASYLUM = "asylum", "Social support: asylum seeker"
    ISOLATION = "isolation", "Social support: social isolation or other"
    CARER = "carer", "Social support: support to carer"
    UNKNOWN = "unknown", "Not known"


class Person(models.Model):
    """An adult who may need care and support, a carer, or both. ``version`` refuses a change of what moved since."""

    reference = models.CharField(max_length=20, unique=True, default=fresh_reference, editable=False)
    version = models.PositiveIntegerField(default=1)
    name = models.CharField(max_length=200)  # as the person wants to be called
    legal_name = models.CharField(max_length=200, blank=True)  # where letters or banks need another
    nhs_number = models.CharField(max_length=10, null=True, blank=True)
    council_id = models.CharField(max_length=40, null=True, blank=True)
    born = models.DateField(null=True, blank=True)
    born_to = models.CharField(max_length=10, choices=BornTo.choices, default=BornTo.UNKNOWN)
    is_adult = models.BooleanField(default=True)  # may need care and support themselves
    is_carer = models.BooleanField(default=False)
    reason = models.CharField(max_length=20, choices=Reason.choices, default=Reason.UNKNOWN)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(max_length=254, blank=True)
    address = models.CharField(max_length=400, blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    contact_by = models.CharField(max_length=10, choices=ContactBy.choices, blank=True, default="")
    contact_note = models.CharField(max_length=500, blank=True)  # "after 10; I do not answer hidden numbers"
    language = models.CharField(max_length=60, blank=True, default="English")
    interpreter = models.BooleanField(default=False)
    formats = models.JSONField(default=list, blank=True)  # accessible-information needs: codes of facts
    restricted = models.BooleanField(default=False)  # only named readers, and the auditor
    safeguarding = models.BooleanField(default=False)  # the flag; what it is about has its own, restricted table
    died = models.DateField(null=True, blank=True)
    moved = models.DateField(null=True, blank=True)
    moved_to = models.CharField(max_length=100, blank=True)
    last_contact = models.DateField(null=True, blank=True)  # the retention clock runs from here
    hold = models.CharField(max_length=500, blank=True)  # why nothing may be erased; empty: no legal hold
    erased_at = models.DateTimeField(null=True, blank=True)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            UniqueConstraint(
                fields=["nhs_number"], condition=Q(merged_into=None), name="people_person_nhs_number_once"
            ),
            UniqueConstraint(Lower("council_id"), condition=Q(merged_into=None), name="people_person_council_id_once"),
            CheckConstraint(
                condition=Q(nhs_number=None) | Q(nhs_number__regex=r"^[0-9]{10}$"), name="people_person_nhs_number_form"
            ),
            CheckConstraint(condition=Q(council_id=None) | ~Q(council_id=""), name="people_person_council_id_form"),
            CheckConstraint(condition=~Q(name=""), name="people_person_has_name"),
            CheckConstraint(
                condition=Q(born=None, born_to=BornTo.UNKNOWN) | (Q(born__isnull=False) & ~Q(born_to=BornTo.UNKNOWN)),
                name="people_person_born_to_agrees",
            ),
            CheckConstraint(condition=Q(born_to__in=BornTo.values), name="people_person_born_to_known"),
            CheckConstraint(condition=Q(reason__in=Reason.values), name="people_person_reason_known"),
            CheckConstraint(condition=Q(contact_by__in=ContactBy.values), name="people_person_contact_by_known"),
            CheckConstraint(condition=Q(is_adult=True) | Q(is_carer=True), name="people_person_adult_or_carer"),
            CheckConstraint(
                condition=Q(died=None) | Q(born=None) | Q(died__gte=F("born")), name="people_person_died_after_birth"
            ),
            CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("id")), name="people_person_not_merged_into_itself"
            ),
        ]

    def __str__(self) -> str:
        return self.reference  # never a name: this ends in logs and errors


class NameGram(models.Model):
    """Three letters in a row of a person's names: what the fuzzy search looks up, alike on both databases."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="grams")
    gram = models.CharField(max_length=3)

    class Meta:
        constraints: ClassVar = [UniqueConstraint(fields=["gram", "person"], name="people_namegram_once")]

    def __str__(self) -> str:
        return self.gram


class LinkKind(models.TextChoices):
    """How somebody stands beside a person."""

    CARER = "carer", "Carer"
    LIVES_WITH = "lives_with", "Lives with them"
    FAMILY = "family", "Family or friend"
    ADVOCATE = "advocate", "Advocate"
    DEPUTY = "deputy", "Deputy appointed by the Court of Protection"
    ATTORNEY = "attorney", "Attorney under a lasting power of attorney"
    NOMINATED = "nominated", "Nominated person for a direct payment"
    AUTHORISED = "authorised", "Authorised person for a direct payment"
    EMERGENCY = "emergency", "To be called in an emergency"


class Link(models.Model):
    """Who stands beside a person: somebody with a record of their own, or a name and how to reach them."""

    reference = models.CharField(max_length=20, unique=True, default=fresh_reference, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="links")
    kind = models.CharField(max_length=20, choices=LinkKind.choices)
    other = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="linked_from")
    name = models.CharField(max_length=200, blank=True)
    reached = models.CharField(max_length=300, blank=True)
    began = models.DateField(null=True, blank=True)
    ended = models.DateField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            CheckConstraint(condition=Q(kind__in=LinkKind.values), name="people_link_kind_known"),
            CheckConstraint(
                condition=(Q(other__isnull=False) & Q(name="")) | (Q(other=None) & ~Q(name="")),
                name="people_link_person_or_name",
            ),
            CheckConstraint(condition=Q(other=None) | ~Q(other=F("person")), name="people_link_not_to_oneself"),
            CheckConstraint(
                condition=Q(ended=None) | Q(began=None) | Q(ended__gte=F("began")), name="people_link_ends_after"
            ),
            UniqueConstraint(
                fields=["person", "kind", "other"], condition=Q(ended=None), name="people_link_once_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class CapacityDecision(models.Model):
    """Whether a person could make one decision at one time (Mental Capacity Act 2005): never a label for the person."""

    reference = models.CharField(max_length=20, unique=True, default=fresh_reference, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="capacity_decisions")
    decision = models.CharField(max_length=300)  # "to ask for a direct payment"
    has_capacity = models.BooleanField()
    reasons = models.TextField(max_length=4000)
    best_interests = models.TextField(max_length=4000, blank=True)
    decided_on = models.DateField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            CheckConstraint(condition=~Q(decision="") & ~Q(reasons=""), name="people_capacity_says_what_and_why"),
        ]
        ordering: ClassVar = ["-decided_on", "-id"]

    def __str__(self) -> str:
        return self.reference


class SafeguardingConcern(models.Model):
    """What a safeguarding flag is about: read by those who work with the person, never by supporters or lists."""

    reference = models.CharField(max_length=20, unique=True, default=fresh_reference, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="concerns")
    what = models.TextField(max_length=4000)
    raised_on = models.DateField()
    raised_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    closed_on = models.DateField(null=True, blank=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    outcome = models.TextField(max_length=4000, blank=True)

    class Meta:
        constraints: ClassVar = [
            CheckConstraint(condition=~Q(what=""), name="people_concern_says_what"),
            CheckConstraint(
                condition=Q(closed_on=None, closed_by=None) | Q(closed_on__isnull=False, closed_by__isnull=False),
                name="people_concern_close_says_who",
            ),
            CheckConstraint(
                condition=Q(closed_on=None) | Q(closed_on__gte=F("raised_on")), name="people_concern_closes_after"
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class Merge(models.Model):
    """Two records of one person made one, with all that it takes to undo it."""

    reference = models.CharField(max_length=20, unique=True, default=fresh_reference, editable=False)
    kept = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    gone = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    moved = models.JSONField()  # which rows went over, by table and id; and the fields of the kept record before
    why = models.CharField(max_length=500)
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            UniqueConstraint(fields=["gone"], condition=Q(undone_at=None), name="people_merge_once_at_a_time"),
            CheckConstraint(condition=~Q(kept=F("gone")), name="people_merge_of_two"),
            CheckConstraint(
                condition=Q(undone_at=None, undone_by=None) | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="people_merge_undo_says_who",
            ),
        ]

    def __str__(self) -> str:
        return self.reference
