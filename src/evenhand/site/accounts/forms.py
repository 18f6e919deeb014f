"""Forms of the account pages: each names its fields, and takes no others."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password

from evenhand.site.accounts.models import Invitation, Team, User
from evenhand.site.accounts.roles import WHAT, Role


class Invite(forms.Form):
    """Whom to invite, and into which role and team."""

    name = forms.CharField(label="Name", max_length=200, error_messages={"required": "Write their name."})
    email = forms.EmailField(
        label="Work email address",
        max_length=254,
        error_messages={"required": "Write their work email address.", "invalid": "Write it like name@example.org."},
    )
    role = forms.ChoiceField(
        label="What will they do?",
        error_messages={"required": "Choose what they will do."},
        widget=forms.RadioSelect,
        choices=Role.choices,
    )
    team = forms.ChoiceField(label="Team", required=False, help_text="You can add teams later.")

    def __init__(self, *args: Any, teams: list[Team], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["team"].choices = [("", "No team"), *((t.reference, t.name) for t in teams)]  # type: ignore[attr-defined]


class GiveRole(forms.Form):
    """Which role somebody has from now on. was: the role that the page showed."""

    role = forms.ChoiceField(
        label="What do they do?",
        error_messages={"required": "Choose what they do."},
        widget=forms.RadioSelect,
        choices=[*Role.choices, ("none", "Nothing here any more")],
    )
    was = forms.CharField(required=False, widget=forms.HiddenInput)


class JoinTeam(forms.Form):
    """Which team somebody joins."""

    team = forms.ChoiceField(label="Team", error_messages={"required": "Choose a team."})

    def __init__(self, *args: Any, teams: list[Team], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["team"].choices = [("", "Choose a team"), *((t.reference, t.name) for t in teams)]  # type: ignore[attr-defined]


class Why(forms.Form):
    """A reason, which the audit keeps."""

    why = forms.CharField(
        label="Why?",
        error_messages={"required": "Write why: the audit keeps it."},
        max_length=500,
        help_text="The audit keeps this. No names of other people.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class TeamName(forms.Form):
    """What a team is called. was: the name that the page showed."""

    name = forms.CharField(
        label="Name of the team", max_length=100, error_messages={"required": "Write the name of the team."}
    )
    was = forms.CharField(required=False, widget=forms.HiddenInput)


class Password(forms.Form):
    """A password for a new account, twice."""

    password1 = forms.CharField(
        label="Password",
        error_messages={"required": "Choose a password."},
        max_length=200,
        strip=False,
        widget=forms.PasswordInput,
    )
    password2 = forms.CharField(
        label="The same password again",
        error_messages={"required": "Write the same password again."},
        max_length=200,
        strip=False,
        widget=forms.PasswordInput,
    )

    def __init__(self, *args: Any, invitation: Invitation, **more: Any) -> None:
        super().__init__(*args, **more)
        self.invitation = invitation

    def clean_password1(self) -> str:
        """Strong enough, by the rules that the page shows."""
        password = str(self.cleaned_data["password1"])
        validate_password(password, User(email=self.invitation.email, name=self.invitation.name))
        return password

    def clean(self) -> dict[str, Any]:
        """Twice the same."""
        found = super().clean() or {}
        if found.get("password1") and found.get("password1") != found.get("password2"):
            self.add_error("password2", "The two are not the same.")
        return found


ROLE_HINTS = {role.value: what for role, what in WHAT.items()}
