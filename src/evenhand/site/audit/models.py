"""Four tables that are only ever added to. Triggers of the database keep that (migration 0002), not this code.

An ``Event`` carries no personal data: who, what, which case, when, why, and the seal. What a record held before and
after is in its ``Detail``, under a seal of its own, so that a detail can be erased where the law asks for it while the
chain of events still verifies. A detail may be deleted only once an ``Erasure`` names its event.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import CheckConstraint, Index, Q

WHY = 500  # letters of a reason
SEAL = 64  # hexadecimal digits of a SHA-256
FIRST_SEAL = "0" * SEAL  # what the first event is sealed to


class Event(models.Model):
    """One thing that somebody did or looked at. ``number`` runs 1, 2, 3 … without a gap."""

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=40)  # the user's reference; "system" for what no person did
    role = models.CharField(max_length=30, blank=True)  # the role that they acted in
    verb = models.CharField(max_length=60)  # "people.person.change", "people.person.view"
    subject = models.CharField(max_length=80)  # "person:7kq2m9xw4d"; the kind and reference of what it was done to
    case = models.CharField(max_length=40, blank=True)  # the reference of the person whose record it touches
    why = models.CharField(max_length=WHY, blank=True)
    request = models.CharField(max_length=40, blank=True)
    detail_seal = models.CharField(max_length=SEAL, blank=True)  # of the Detail; empty when there is none
    previous = models.CharField(max_length=SEAL)
    seal = models.CharField(max_length=SEAL, unique=True)

    class Meta:
        constraints: ClassVar = [CheckConstraint(condition=Q(number__gte=1), name="audit_event_number_from_1")]
        indexes: ClassVar = [
            Index(fields=["case", "-number"], name="audit_event_case"),
            Index(fields=["actor", "-number"], name="audit_event_actor"),
            Index(fields=["verb", "-number"], name="audit_event_verb"),
        ]
        ordering: ClassVar = ["number"]

    def __str__(self) -> str:
        return f"{self.number} {self.verb} {self.subject}"


class Detail(models.Model):
    """What a record held before and after one event, as canonical JSON, salted so that its seal gives nothing away."""

    event = models.OneToOneField(Event, on_delete=models.PROTECT, primary_key=True, related_name="detail")
    salt = models.CharField(max_length=32)
    content = models.TextField()

    def __str__(self) -> str:
        return f"Detail of {self.event_id}"


class Erasure(models.Model):
    """That the detail of one event may be, and was, removed: by which later event."""

    erased = models.OneToOneField(Event, on_delete=models.PROTECT, primary_key=True, related_name="erasure")
    by = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="erasures")

    def __str__(self) -> str:
        return f"Erasure of the detail of {self.erased_id}"


class Checkpoint(models.Model):
    """A signature over the seal of the event that records it: with a copy kept elsewhere, a cut tail shows."""

    event = models.OneToOneField(Event, on_delete=models.PROTECT, primary_key=True, related_name="checkpoint")
    at = models.DateTimeField()
    seal = models.CharField(max_length=SEAL)
    key = models.CharField(max_length=64)  # the public key, Ed25519, hexadecimal
    signature = models.CharField(max_length=128)  # hexadecimal

    def __str__(self) -> str:
        return f"Checkpoint at {self.event_id}"
