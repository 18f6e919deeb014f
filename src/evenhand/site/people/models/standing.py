"""Who may come near a record: the staff it is allocated to, citizens beside it, named readers, and glass broken."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.utils import timezone

from evenhand.site.accounts.models import Invitation, Team, User
from evenhand.site.accounts.references import fresh_reference
from evenhand.site.accounts.roles import Standing
from evenhand.site.people.models.person import Person


class Allocation(models.Model):
    """That a team, and perhaps one worker in it, works with a person, or did."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="allocations")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="allocations")
    worker = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="allocations")
    began_at = models.DateTimeField(default=timezone.now)
    began_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")  # null: the import
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            UniqueConstraint(
                fields=["person", "team"], condition=Q(ended_at=None), name="people_allocation_once_at_a_time"
            ),
            CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("began_at")), name="people_allocation_ends_after"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} with {self.team_id}"


class Access(models.Model):
    """That a citizen who signs in stands beside a record: whose it is, or whom the person asked."""

    reference = models.CharField(max_length=20, unique=True, default=fresh_reference, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="accesses")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="accesses")
    standing = models.CharField(max_length=20, choices=Standing.choices)
    sees_assessments = models.BooleanField(default=False)  # a supporter only: what the holder chose to show
    invitation = models.ForeignKey(Invitation, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    began_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            CheckConstraint(condition=Q(standing__in=Standing.values), name="people_access_standing_known"),
            UniqueConstraint(
                fields=["person", "user"], condition=Q(ended_at=None), name="people_access_once_at_a_time"
            ),
            UniqueConstraint(
                fields=["person"], condition=Q(ended_at=None, standing=Standing.HOLDER), name="people_access_one_holder"
            ),
            CheckConstraint(
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="people_access_end_says_who",
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class NamedReader(models.Model):
    """A member of staff who may open a restricted record."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="named_readers")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(default=timezone.now)
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            UniqueConstraint(
                fields=["person", "user"], condition=Q(ended_at=None), name="people_namedreader_once_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} of {self.person_id}"


class BreakGlass(models.Model):
    """That a member of staff opened a record that they could not see, with a reason, for some hours, seen by others."""

    reference = models.CharField(max_length=20, unique=True, default=fresh_reference, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="glass")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=500)
    opened_at = models.DateTimeField()
    until = models.DateTimeField()
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    finding = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints: ClassVar = [
            CheckConstraint(condition=~Q(why=""), name="people_glass_says_why"),
            CheckConstraint(condition=Q(until__gt=F("opened_at")), name="people_glass_ends_after"),
            CheckConstraint(
                condition=Q(reviewed_at=None, reviewed_by=None)
                | Q(reviewed_at__isnull=False, reviewed_by__isnull=False),
                name="people_glass_review_says_who",
            ),
            CheckConstraint(
                condition=Q(reviewed_by=None) | ~Q(reviewed_by=F("user")), name="people_glass_reviewed_by_another"
            ),
        ]

    def __str__(self) -> str:
        return self.reference
