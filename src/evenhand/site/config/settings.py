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
WORKSPACE = environment.workspace()
WORKSPACE_UPLOAD_LIMIT = 2 * 2**30  # bytes of one upload, all its files together


class _Key:
    """The signing key, read or made when something is first signed: importing the settings writes nothing."""

    def __str__(self) -> str:
        return environment.secret_key(EVENHAND_HOME)


SECRET_KEY = lazystr(_Key())
DEBUG = environment.debug()
ALLOWED_HOSTS = environment.hosts()

INSTALLED_APPS = [
    "django.contrib.staticfiles",
    "evenhand.site.design",
    "evenhand.site.evidence",
    "evenhand.site.workspace",
]
MIDDLEWARE = [
    # What adds headers stands outside, so that files and refusals carry them too.
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "evenhand.site.design.middleware.Headers",
    "evenhand.site.workspace.guard.OnlyHere",
    "evenhand.site.design.middleware.Bounds",
    "evenhand.site.design.assets.Files",
    "django.middleware.common.CommonMiddleware",
    "evenhand.site.design.middleware.Forms",
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
            "context_processors": ["evenhand.site.evidence.context.edition"],
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
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
# A form carries a few words. Files are received by the workspace alone, on disk (workspace.receiving).
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 50

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
