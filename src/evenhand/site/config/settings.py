"""Django's settings. Everything that differs between machines is read in ``environment``; the rest is fixed here."""

from __future__ import annotations

import os
from typing import Any

from django.utils.functional import lazystr

from evenhand.edition.home import home_folder
from evenhand.site.config import environment

EVENHAND_HOME = home_folder(os.environ)
FETCH_BUTTON = environment.flag("EVENHAND_FETCH_BUTTON")
HTTPS = environment.flag("EVENHAND_HTTPS")
FORWARDED_FOR = environment.proxies()
RECORDS = environment.records()  # the private half: sign-in, people, audit, client-level data
DEMO = environment.demo()
WORKSPACE_UPLOAD_LIMIT = 2 * 2**30  # bytes of one upload, all its files together


class _Key:
    """The signing key, read or made when something is first signed: importing the settings writes nothing."""

    def __str__(self) -> str:
        return environment.secret_key(EVENHAND_HOME)


SECRET_KEY = lazystr(_Key())
DEBUG = environment.debug()
ALLOWED_HOSTS = environment.hosts()

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "evenhand.site.design",
    "evenhand.site.evidence",
    "evenhand.site.workspace",
    "evenhand.site.audit",
    "evenhand.site.accounts",  # before allauth: its templates stand before allauth's own
    "evenhand.site.people",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]
MIDDLEWARE = [
    # What adds headers stands outside, so that files and refusals carry them too.
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "evenhand.site.design.middleware.Headers",
    "evenhand.site.design.middleware.Bounds",
    "evenhand.site.design.assets.Files",
    "django.middleware.common.CommonMiddleware",
    "evenhand.site.design.middleware.Forms",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "evenhand.site.accounts.middleware.Private",
    "evenhand.site.workspace.guard.Uploads",
    "evenhand.site.evidence.middleware.PlainErrors",
]
ROOT_URLCONF = "evenhand.site.config.urls"
WSGI_APPLICATION = "evenhand.site.config.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "APP_DIRS": True,
        "OPTIONS": {
            "environment": "evenhand.site.design.jinja.environment",
            "context_processors": ["evenhand.site.evidence.context.edition", "evenhand.site.accounts.context.account"],
        },
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "evenhand.site.evidence.context.edition",
            ],
        },
    },
]
DATABASES = {"default": environment.database(EVENHAND_HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- who signs in, and how (decision 0012) ------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/account/login/"
LOGIN_REDIRECT_URL = "/account/start/"
LOGOUT_REDIRECT_URL = "/account/login/"
# The prefix makes browsers keep the cookie to this very host, under HTTPS; without HTTPS they refuse the prefix.
SESSION_COOKIE_NAME = "__Host-evenhand" if HTTPS else "evenhand_session"
SESSION_COOKIE_AGE = 12 * 60 * 60  # a working day; the middleware ends a session sooner when nobody uses it
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"  # Strict would lose the session on the way back from a council's identity provider
SESSION_COOKIE_SECURE = HTTPS
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
STAFF_IDLE_SECONDS = 30 * 60
CITIZEN_IDLE_SECONDS = 60 * 60

ACCOUNT_ADAPTER = "evenhand.site.accounts.adapters.Accounts"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_DISPLAY = "evenhand.site.accounts.adapters.shown_name"
ACCOUNT_EMAIL_VERIFICATION = "none"  # the invitation's link came by email: it is what verifies the address
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key", "reset_password": "20/h/ip,5/h/key"}
MFA_ADAPTER = "evenhand.site.accounts.adapters.SecondFactors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS  # localhost only: browsers offer passkeys nowhere else without HTTPS
MFA_TOTP_ISSUER = "Evenhand"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # the invitation came by email; else nobody with a factor could change the address
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a letter after each change of how one signs in
USERSESSIONS_TRACK_ACTIVITY = True
SOCIALACCOUNT_ADAPTER = "evenhand.site.accounts.adapters.Provider"
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS = environment.provider()
DEFAULT_FROM_EMAIL = os.environ.get("EVENHAND_EMAIL_FROM", "evenhand@localhost")
EMAIL_BACKEND = environment.email_backend()
EMAIL_HOST, EMAIL_PORT, EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = environment.email_server()
EMAIL_USE_TLS = EMAIL_PORT != 25  # a server on this machine takes letters in the clear; any other must not
EMAIL_TIMEOUT = 10  # seconds; a server that hangs must not hold a page

# Limits on guessing are counted here, for all processes together (``createcachetable`` makes the table).
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "accounts_limits",
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    }
}

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_I18N = False
USE_TZ = True

STATIC_URL = "/static/"
# Straight from the packages, under hashed names: no collecting step between a fresh clone and a page.
STORAGES = {"staticfiles": {"BACKEND": "evenhand.site.design.assets.HashedNames"}}
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 300

X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_FAILURE_VIEW = "evenhand.site.evidence.views.csrf_failure"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_NAME = "__Host-evenhand-form" if HTTPS else "csrftoken"
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
# A form carries words. Files are received by the workspace alone, on disk (workspace.receiving).
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024  # an assessment on one page, in many words
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "loggers": {
        "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "django.request": {"level": "ERROR"},  # an address that does not exist is no news; a fault of ours is
        # These would write down what a stranger typed into a header. The refusal itself is in the server's log.
        "django.security.DisallowedHost": {"handlers": [], "propagate": False, "level": "CRITICAL"},
    },
}
