"""What the environment says, read in one place and turned into values that the settings can use.

``EVENHAND_HOME``           folder for everything Evenhand keeps (default: the user's data folder)
``EVENHAND_SECRET_KEY``     signing key; when absent one is made and kept in ``EVENHAND_HOME`` for this user only
``EVENHAND_ALLOWED_HOSTS``  host names the site answers to, separated by commas (default: this machine only)
``EVENHAND_HTTPS``          ``1`` when a proxy in front serves HTTPS: secure cookies and strict transport security
``EVENHAND_DEBUG``          ``1`` shows Django's own error pages; never on a machine that others reach
``EVENHAND_FETCH_BUTTON``   ``1`` lets visitors start the download of the official files (``evenhand serve`` on this
                            machine sets it; a public site leaves it off and shows the command instead)
``DATABASE_URL``            ``postgresql://user:password@host:port/name``, or absent for SQLite in ``EVENHAND_HOME``
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")


def flag(name: str, environ: Mapping[str, str] = os.environ) -> bool:
    """Whether a switch is on: ``1``, ``true``, ``yes`` or ``on``; anything else, or nothing, is off."""
    return environ.get(name, "").strip().lower() in {"1", "true", "yes", "on"}


def hosts(environ: Mapping[str, str] = os.environ) -> list[str]:
    """Host names that the site answers to. This machine only, unless the environment says otherwise."""
    named = [h.strip() for h in environ.get("EVENHAND_ALLOWED_HOSTS", "").split(",") if h.strip()]
    return named or list(LOCAL_HOSTS)


def secret_key(folder: Path, environ: Mapping[str, str] = os.environ) -> str:
    """The signing key: given, or kept in ``folder/secret-key``, made there on first use and readable by its owner only.

    Two processes that start at once agree: the key is written to a file of its own and then linked into place, and
    the one that comes second reads what the first one linked. Raises ImproperlyConfigured when the key cannot be kept.
    """
    if given := environ.get("EVENHAND_SECRET_KEY"):
        return given
    path = folder / "secret-key"
    try:
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            fresh = folder / f".secret-key-{secrets.token_hex(8)}"
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as f:
                f.write(secrets.token_urlsafe(50))
            try:
                os.link(fresh, path)
            except FileExistsError:
                pass  # another process was first: its key is the one
            finally:
                fresh.unlink()
        key = path.read_text(encoding="ascii").strip()
    except OSError as e:
        raise ImproperlyConfigured(
            f"The site's signing key cannot be kept in {path}: {e.strerror}. "
            "Make the folder writable, or give the key in EVENHAND_SECRET_KEY."
        ) from e
    if len(key) < 50:
        raise ImproperlyConfigured(f"{path} is not a signing key. Remove the file, and a new key is made.")
    return key


def database(folder: Path, environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Django's description of the database: PostgreSQL from ``DATABASE_URL``, or SQLite in WAL mode in ``folder``.

    Raises ImproperlyConfigured when ``DATABASE_URL`` is neither.
    """
    url = environ.get("DATABASE_URL", "").strip()
    if not url:
        return _sqlite(folder / "evenhand.sqlite3")
    parts = urlsplit(url)
    if parts.scheme in {"postgres", "postgresql"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")) or "evenhand",
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or ""),
            "PORT": str(parts.port or ""),
            "OPTIONS": dict(parse_qsl(parts.query)),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
        }
    if parts.scheme == "sqlite":
        return _sqlite(Path(unquote(parts.path)))
    raise ImproperlyConfigured(
        f"DATABASE_URL begins with {parts.scheme or url[:12]!r}, which Evenhand does not know. "
        "Write postgresql://user:password@host:port/name, or leave it out for SQLite."
    )


def _sqlite(path: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
            "transaction_mode": "IMMEDIATE",  # a writer waits its turn at the start, not in the middle
        },
    }
