"""An assessment of an adult's needs (Care Act 2014 s.9) or of a carer's (s.10): their words first, then the test.

The regulations' questions and their working are in ``evenhand.allocation.eligibility``; here stands what was answered
and what a human determined, with the working as it was on that day.

Two voices are kept apart. ``Said`` is what the person wrote or chose themselves, and nobody else ever writes there.
``own_words`` is what they told the practitioner, in their words; the ways and the notes are the practitioner's.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils import timezone

from evenhand.site.accounts.models import User
from evenhand.site.accounts.references import fresh_reference
from evenhand.site.people.models.person import Person


class Kind(models.TextChoices):
    """Whose needs are assessed."""

    ADULT = "adult", "Needs assessment"
    CARER = "carer", "Carer's assessment"


class Depth(models.TextChoices):
    """A proportionate assessment may be light; the regulations' questions are the same."""

    LIGHT = "light", "Light"
    FULL = "full", "Full"


class State(models.TextChoices):
    """Where an assessment stands."""

    OPEN = "open", "Being written"
    WITH_PERSON = "with_person", "With the person"
    TO_DETERMINE = "to_determine", "Ready to determine"
    DETERMINED = "determined", "Determined"
    STOPPED = "stopped", "Stopped"


class Assessment(models.Model):
    """One assessment. ``version`` refuses a page that was opened before somebody else saved."""

    reference = models.CharField(max_length=20, unique=True, default=fresh_reference, editable=False)
    version = models.PositiveIntegerField(default=1)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="assessments")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    depth = models.CharField(max_length=10, choices=Depth.choices, default=Depth.FULL)
    state = models.CharField(max_length=20, choices=State.choices, default=State.OPEN)
    easy_read = models.BooleanField(default=False)  # the person's pages are drawn in Easy Read
    own_words = models.TextField(max_length=8000, blank=True)  # what matters to the person, before any question
    begun_on = models.DateField()
    begun_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")  # null: the import
    sent_at = models.DateTimeField(null=True, blank=True)  # to the person, to fill in
    returned_at = models.DateTimeField(null=True, blank=True)
    returned_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    cause = models.BooleanField(null=True)  # needs arise from impairment or illness; a carer's from necessary care
    cause_note = models.TextField(max_length=4000, blank=True)
    health_at_risk = models.BooleanField(null=True)  # a carer's own health is, or may come to be, worse
    stopped_why = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints: ClassVar = [
            CheckConstraint(condition=Q(kind__in=Kind.values), name="people_assessment_kind_known"),
            CheckConstraint(condition=Q(depth__in=Depth.values), name="people_assessment_depth_known"),
            CheckConstraint(condition=Q(state__in=State.values), name="people_assessment_state_known"),
            CheckConstraint(
                condition=Q(returned_at=None, returned_by=None)
                | Q(returned_at__isnull=False, returned_by__isnull=False),
                name="people_assessment_return_says_who",
            ),
            CheckConstraint(
                condition=~Q(state=State.STOPPED) | ~Q(stopped_why=""), name="people_assessment_stop_says_why"
            ),
            UniqueConstraint(
                fields=["person", "kind"],
                condition=Q(state__in=[State.OPEN, State.WITH_PERSON, State.TO_DETERMINE]),
                name="people_assessment_one_at_work",
            ),
        ]
        ordering: ClassVar = ["-begun_on", "-id"]

    def __str__(self) -> str:
        return self.reference


class Answer(models.Model):
    """One outcome: in the person's words, then whether each way of not achieving it holds. Null is "not asked yet"."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="answers")
    outcome = models.CharField(max_length=30)  # a key of facts: "nutrition"
    own_words = models.TextField(max_length=4000, blank=True)
    applies = models.BooleanField(null=True)  # not everybody cares for a child: False says so
    needs_assistance = models.BooleanField(null=True)
    causes_pain = models.BooleanField(null=True)  # pain, distress or anxiety
    endangers = models.BooleanField(null=True)  # the health or safety of the person or others
    takes_longer = models.BooleanField(null=True)
    note = models.TextField(max_length=4000, blank=True)  # the practitioner's

    class Meta:
        constraints: ClassVar = [
            UniqueConstraint(fields=["assessment", "outcome"], name="people_answer_once"),
            CheckConstraint(
                condition=~Q(applies=False)
                | ~Q(needs_assistance=True) & ~Q(causes_pain=True) & ~Q(endangers=True) & ~Q(takes_longer=True),
                name="people_answer_that_applies",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} of {self.assessment_id}"


class Wellbeing(models.Model):
    """Whether there is, or is likely to be, a significant impact on one part of wellbeing (s.1(2))."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="wellbeing")
    part = models.CharField(max_length=30)  # a key of facts: "dignity"
    significant = models.BooleanField(null=True)
    own_words = models.TextField(max_length=4000, blank=True)
    note = models.TextField(max_length=4000, blank=True)

    class Meta:
        constraints: ClassVar = [UniqueConstraint(fields=["assessment", "part"], name="people_wellbeing_once")]

    def __str__(self) -> str:
        return f"{self.part} of {self.assessment_id}"


class Said(models.Model):
    """What the person themselves, or who is authorised to speak for them, put on one page of their part.

    Written only while the assessment is with them: triggers of the database refuse a change before and after.
    ``part`` is "words", "health", the key of an outcome, or "wellbeing". ``version`` is that of this page alone.
    """

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="said")
    part = models.CharField(max_length=30)
    version = models.PositiveIntegerField(default=1)
    words = models.TextField(max_length=8000, blank=True)
    chosen = models.JSONField(default=list)  # keys of facts and "can", "not_known", "not_for_me"
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            UniqueConstraint(fields=["assessment", "part"], name="people_said_once"),
            CheckConstraint(condition=~Q(part=""), name="people_said_of_a_part"),
        ]

    def __str__(self) -> str:
        return f"{self.part} of {self.assessment_id}"


class Determination(models.Model):
    """What a human decided on eligibility (s.13), with their reasons and the working as it stood. Never changed."""

    assessment = models.OneToOneField(Assessment, on_delete=models.PROTECT, related_name="determination")
    eligible = models.BooleanField()
    test_says = models.BooleanField(null=True)  # what the regulations' test gives; null: not answered enough
    reasons = models.TextField(max_length=4000)
    advice = models.TextField(max_length=4000, blank=True)  # what else can help; owed to whoever is not eligible
    trace = models.JSONField()
    decided_on = models.DateField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            CheckConstraint(condition=~Q(reasons=""), name="people_determination_says_why"),
            CheckConstraint(condition=Q(eligible=True) | ~Q(advice=""), name="people_determination_advises"),
        ]

    def __str__(self) -> str:
        return f"Determination of {self.assessment_id}"
