"""People who sign in, the roles they were given and ended, their teams, and invitations.

Nothing that was given is deleted: a role, a membership and an invitation end, with who ended it and when.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.db.models.functions import Lower
from django.utils import timezone

from evenhand.site.accounts.references import fresh_reference
from evenhand.site.accounts.roles import Role, Standing


class Users(BaseUserManager["User"]):
    """Makes and finds users by their email address, whatever its letters' case."""

    def create_user(self, email: str, name: str, password: str | None = None, **more: Any) -> User:
        """A new user. Without a password nobody can sign in with one."""
        user = self.model(email=email.strip().lower(), name=name.strip(), **more)
        user.set_password(password)
        user.save()
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        """The user with this email address."""
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """Somebody who can sign in: a member of staff or a citizen. Never a superuser: no role may do everything."""

    reference = models.CharField(max_length=20, unique=True, default=fresh_reference, editable=False)
    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=200)
    is_active = models.BooleanField(default=True)
    joined = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["name"]
    objects = Users()

    class Meta:
        constraints: ClassVar = [
            CheckConstraint(condition=Q(email=Lower("email")) & ~Q(email=""), name="accounts_user_email_form"),
        ]

    def __str__(self) -> str:
        return self.reference  # a name in a log would be personal data

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Whether the permission table grants it, for this object (``Actor.may``)."""
        from evenhand.site.accounts.actor import Actor

        return Actor(self).may(perm, obj)

    def has_module_perms(self, app_label: str) -> bool:
        """Django's admin is not part of Evenhand."""
        return False


class Grant(models.Model):
    """A role that a member of staff has, or had."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(max_length=30, choices=Role.choices)
    given_at = models.DateTimeField(default=timezone.now)
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")  # null: the first one
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            UniqueConstraint(fields=["user"], condition=Q(ended_at=None), name="accounts_grant_one_role_at_a_time"),
            CheckConstraint(condition=Q(role__in=Role.values), name="accounts_grant_role_known"),
            CheckConstraint(
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="accounts_grant_end_says_who",
            ),
            CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("given_at")), name="accounts_grant_ends_after"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} of {self.user_id}"


class Team(models.Model):
    """A team of practitioners, to which people are allocated."""

    reference = models.CharField(max_length=20, unique=True, default=fresh_reference, editable=False)
    name = models.CharField(max_length=100)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            UniqueConstraint(Lower("name"), name="accounts_team_name_once"),
            CheckConstraint(condition=~Q(name=""), name="accounts_team_has_name"),
        ]
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """That a member of staff works, or worked, in a team."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="memberships")
    began_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            UniqueConstraint(
                fields=["user", "team"], condition=Q(ended_at=None), name="accounts_membership_once_at_a_time"
            ),
            CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("began_at")), name="accounts_membership_ends_after"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.team_id}"


class Invitation(models.Model):
    """A link that lets one person make an account: a member of staff in a role, or a citizen beside a record.

    Only the digest of the link's secret is kept. ``about`` is the reference of the person whose record a citizen is
    invited to; what that gives them is settled by ``people`` when the invitation is taken up.
    """

    reference = models.CharField(max_length=20, unique=True, default=fresh_reference, editable=False)
    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the secret in the link
    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=200)
    role = models.CharField(max_length=30, choices=Role.choices, blank=True)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    standing = models.CharField(max_length=30, choices=Standing.choices, blank=True)
    about = models.CharField(max_length=40, blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")  # null: the command line
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    used_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            CheckConstraint(
                condition=(Q(role__in=Role.values) & Q(standing="", about=""))
                | (Q(role="", team=None) & Q(standing__in=Standing.values) & ~Q(about="")),
                name="accounts_invitation_staff_or_citizen",
            ),
            CheckConstraint(
                condition=Q(used_at=None, used_by=None) | Q(used_at__isnull=False, used_by__isnull=False),
                name="accounts_invitation_use_says_who",
            ),
            CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False, used_at=None),
                name="accounts_invitation_withdrawn_says_who",
            ),
            CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="accounts_invitation_expires_after"),
        ]

    def __str__(self) -> str:
        return self.reference
