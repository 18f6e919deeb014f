"""Pages of accounts that allauth does not have: invitations, the start page, staff and teams, the demonstration."""
