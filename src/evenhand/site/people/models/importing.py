"""What is stored of imports: one row a file that waits or was imported, and the saved mapping of each source system.

Nothing that a file says of people stands here, and no row leads to a person: the file waits in a folder
(``importing.keeping``), and what was imported stands in people's records and in the audit.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.db.models.functions import Lower
from django.utils import timezone

from evenhand.site.accounts.models import User
from evenhand.site.accounts.references import fresh_reference


class What(models.TextChoices):
    """What a file holds, one row each."""

    PEOPLE = "people", "People"
    ASSESSMENTS = "assessments", "Assessments"


class Stage(models.TextChoices):
    """Where an import stands."""

    SHEET = "sheet", "Which sheet?"
    COLUMNS = "columns", "Which column is what?"
    VALUES = "values", "What do the values mean?"
    CHECK = "check", "To be checked"
    DONE = "done", "Imported"
    GIVEN_UP = "given_up", "Given up"
    EXPIRED = "expired", "Not finished in time"


OPEN = (Stage.SHEET, Stage.COLUMNS, Stage.VALUES, Stage.CHECK)


class Import(models.Model):
    """One file, from its upload until it is imported, given up or too old. ``made_by`` alone works on it."""

    reference = models.CharField(max_length=20, unique=True, default=fresh_reference, editable=False)
    version = models.PositiveIntegerField(default=1)
    what = models.CharField(max_length=20, choices=What.choices)
    system = models.CharField(max_length=60)  # where the file comes from
    file_name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64)  # SHA-256 of the file
    stage = models.CharField(max_length=20, choices=Stage.choices)
    sheets = models.JSONField(default=list)  # names of the sheets with something in them
    rows = models.PositiveIntegerField(default=0)
    columns = models.JSONField(default=dict)  # our field -> the number of their column, from 0
    values = models.JSONField(default=dict)  # our field -> {their value: ours}
    team = models.CharField(max_length=20, blank=True)  # one team for all new records; else a column says it
    decisions = models.JSONField(default=dict)  # row number -> "skip", "new" or a person's reference
    counts = models.JSONField(default=dict)  # what became of the rows, when it was done
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            CheckConstraint(condition=Q(what__in=What.values), name="people_import_what_known"),
            CheckConstraint(condition=Q(stage__in=Stage.values), name="people_import_stage_known"),
            CheckConstraint(condition=~Q(system=""), name="people_import_names_system"),
            CheckConstraint(
                condition=Q(stage__in=OPEN, ended_at=None) | (~Q(stage__in=OPEN) & Q(ended_at__isnull=False)),
                name="people_import_ended_when_over",
            ),
        ]
        ordering: ClassVar = ["-made_at", "-id"]

    def __str__(self) -> str:
        return self.reference


class ImportMapping(models.Model):
    """How one source system's files are read, as it was saved; another saving is another row with the next version."""

    reference = models.CharField(max_length=20, unique=True, default=fresh_reference, editable=False)
    system = models.CharField(max_length=60)
    what = models.CharField(max_length=20, choices=What.choices)
    version = models.PositiveIntegerField()
    headings = models.JSONField()  # our field -> their heading
    values = models.JSONField()  # our field -> {their value: ours}
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            CheckConstraint(condition=Q(what__in=What.values), name="people_importmapping_what_known"),
            CheckConstraint(condition=~Q(system=""), name="people_importmapping_names_system"),
            UniqueConstraint(Lower("system"), "what", "version", name="people_importmapping_version_once"),
        ]

    def __str__(self) -> str:
        return self.reference
