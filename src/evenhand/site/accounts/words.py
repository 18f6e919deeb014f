"""What Evenhand says and writes where allauth would speak: notices on pages, and letters by email.

What is not here is not said. A letter is plain text; the values in braces are allauth's or ours, and none is a name.
"""

from __future__ import annotations

NOTICES = {
    "account/messages/logged_out.txt": "You are signed out.",
    "account/messages/password_changed.txt": "Your new password works from now on.",
    "account/messages/password_set.txt": "You can sign in with your password now.",
    "account/messages/email_confirmation_sent.txt": "We sent a letter to the new address. Open the link in it.",
    "account/messages/email_confirmed.txt": "You sign in with the new address from now on.",
    "account/messages/email_confirmation_failed.txt": "This address belongs to another account.",
    "account/messages/email_deleted.txt": "Your address stays as it was.",
    "mfa/messages/totp_activated.txt": "Codes from your app let you in from now on.",
    "mfa/messages/totp_deactivated.txt": "Codes from the app do not let you in any more.",
    "mfa/messages/webauthn_added.txt": "Your passkey lets you in from now on.",
    "mfa/messages/webauthn_removed.txt": "The passkey does not let you in any more.",
    "usersessions/messages/sessions_logged_out.txt": "You are signed out everywhere else.",
}

_NOT_YOU = (
    "If it was you, there is nothing to do. If it was not, change your password now, look at where you are signed in, "
    "and tell your council.\n"
)

# By allauth's name of the letter: the subject, and the text.
LETTERS = {
    "account/email/password_reset_key": (
        "Choose a new password",
        "Somebody, probably you, asked for a new password for Evenhand. This link lets you choose one, once:\n\n"
        "{password_reset_url}\n\nIf it was not you, there is nothing to do.\n",
    ),
    "account/email/unknown_account": (
        "Nobody signs in with this address",
        "Somebody asked for a new password for this address at Evenhand. No account has it.\n\n"
        "If it was you, try the address that you were invited at. If it was not, there is nothing to do.\n",
    ),
    "account/email/email_confirmation": (
        "Is this your email address?",
        "Somebody, probably you, wants to sign in to Evenhand with this address. Open this link to say yes:\n\n"
        "{activate_url}\n\nIf it was not you, there is nothing to do.\n",
    ),
    "account/email/password_changed": ("Your password was changed", f"Your password was changed. {_NOT_YOU}"),
    "account/email/password_reset": ("Your password was changed", f"Your password was changed by a link. {_NOT_YOU}"),
    "account/email/password_set": ("A password was set", f"Your account has a password now. {_NOT_YOU}"),
    "account/email/email_changed": ("Your email address was changed", f"You sign in with another address. {_NOT_YOU}"),
    "mfa/email/totp_activated": ("An app was set up", f"Codes from an app let you in now. {_NOT_YOU}"),
    "mfa/email/totp_deactivated": ("An app was taken away", f"Codes from your app do not let you in now. {_NOT_YOU}"),
    "mfa/email/webauthn_added": ("A passkey was added", f"Your account has a new passkey. {_NOT_YOU}"),
    "mfa/email/webauthn_removed": ("A passkey was removed", f"A passkey of your account was removed. {_NOT_YOU}"),
    "mfa/email/recovery_codes_generated": ("You have new recovery codes", f"New recovery codes were made. {_NOT_YOU}"),
    "socialaccount/email/account_connected": (
        "You can sign in through your council",
        f"Your account was joined to your council's sign-in. {_NOT_YOU}",
    ),
    "accounts/invitation": (
        "Your invitation to Evenhand",
        "{inviter} has invited you to Evenhand{what}.\n\nThis link makes your account. It works once, until {until}:"
        "\n\n{link}\n\nKeep it to yourself: whoever opens it first has the account. If you did not expect it, there is "
        "nothing to do.\n",
    ),
}

ERRORS = {
    "account_inactive": "This account is closed. Ask your team manager or administrator.",
    "duplicate_email": "This is your address already.",
    "email_taken": "This address cannot be used. Choose another one.",
    "email_password_mismatch": "The email address or the password is wrong.",
    "enter_current_password": "This is not the password that you have now.",
    "incorrect_code": "This code is wrong, too old or was used. Wait for the next one.",
    "incorrect_password": "This password is wrong.",
    "invalid_or_expired_key": "This link does not work. Ask for a new one.",
    "invalid_password_reset": "This link does not work. Ask for a new one.",
    "too_many_login_attempts": "There were too many wrong tries. Wait five minutes, and try again.",
    "rate_limited": "There were too many tries. Wait five minutes, and try again.",
    "same_as_current": "This is what you have now.",
    "select_only_one": "Choose one.",
    "unverified_primary_email": "Open the link in the letter that we sent to your address first.",
}
SECOND_FACTOR_ERRORS = {
    "add_email_blocked": "Your address cannot be changed while you have a second step. Ask your administrator.",
    "cannot_delete_authenticator": "Staff need a second step. Set up another one first.",
    "cannot_generate_recovery_codes": "Set up an app or a passkey first.",
    "incorrect_code": ERRORS["incorrect_code"],
    "unverified_email": "Open the link in the letter that we sent to your address first.",
}
