"""What keeps forms and erasures honest: forms answered before, and erasures that a second manager confirms."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.utils import timezone

from evenhand.site.accounts.models import User
from evenhand.site.accounts.references import fresh_reference
from evenhand.site.people.models.person import Person


class Submitted(models.Model):
    """A form that was answered: its one-time token and the page that followed. Sent again, it changes nothing."""

    token = models.CharField(max_length=40, unique=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    address = models.CharField(max_length=300)
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.token


class ErasureRequest(models.Model):
    """That a manager asked for a record to be erased, and what became of it: confirmed by another, or withdrawn."""

    reference = models.CharField(max_length=20, unique=True, default=fresh_reference, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="erasures")
    why = models.CharField(max_length=500)
    asked_at = models.DateTimeField(default=timezone.now)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            CheckConstraint(condition=~Q(why=""), name="people_erasure_says_why"),
            CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by=None)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False, withdrawn_at=None),
                name="people_erasure_confirm_says_who",
            ),
            CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="people_erasure_withdrawn_says_who",
            ),
            CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("asked_by")), name="people_erasure_by_another"
            ),
            UniqueConstraint(
                fields=["person"], condition=Q(confirmed_at=None, withdrawn_at=None), name="people_erasure_once_asked"
            ),
        ]

    def __str__(self) -> str:
        return self.reference
