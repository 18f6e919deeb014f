"""What the environment says, read in one place and turned into values that the settings can use.

``EVENHAND_HOME``           folder for everything Evenhand keeps (default: the user's data folder)
``EVENHAND_SECRET_KEY``     signing key; when absent one is made and kept in ``EVENHAND_HOME`` for this user only
``EVENHAND_ALLOWED_HOSTS``  host names the site answers to, separated by commas (default: this machine only)
``EVENHAND_HTTPS``          ``1`` when a proxy in front serves HTTPS: secure cookies and strict transport security
``EVENHAND_FORWARDED_FOR``  how many proxies in front add the address they see to ``X-Forwarded-For`` (default 0: what
                            that header says is not believed, and who asks is whoever opened the connection)
``EVENHAND_DEBUG``          ``1`` shows Django's own error pages; refused where the site has a public name or HTTPS
``EVENHAND_FETCH_BUTTON``   ``1`` lets visitors start the download of the official files (``evenhand serve`` on this
                            machine sets it; a public site leaves it off and shows the command instead)
``EVENHAND_RECORDS``        ``1`` opens the private half: sign-in, people's records, the audit and client-level data;
                            refused where others may reach the site without HTTPS
``EVENHAND_DEMO``           ``1`` puts sign-in cards of the invented council on the sign-in page; refused where others
                            may reach the site
``EVENHAND_OIDC``           the council's identity provider, as JSON: ``{"name": …, "server_url": …, "client_id": …,
                            "secret": …}``
``EVENHAND_AUDIT_KEY``      the file of the key that signs the audit's checkpoints (default: ``audit-key`` in the home)
``EVENHAND_EMAIL_FROM``     the address that letters of the site come from
``EVENHAND_EMAIL_HOST``     the server that sends them; without it they are written to the terminal (this machine only).
                            With it ``EVENHAND_EMAIL_PORT`` (587; 25 sends in the clear), ``_USER`` and ``_PASSWORD``
``DATABASE_URL``            ``postgresql://user:password@host:port/name``, or absent for SQLite in ``EVENHAND_HOME``
"""

from __future__ import annotations

import json
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
    """Host names that the site answers to. This machine only, unless the environment says otherwise.

    Raises ImproperlyConfigured for ``*``: pages print their own address, and a stranger's word must not decide it.
    """
    named = [h.strip() for h in environ.get("EVENHAND_ALLOWED_HOSTS", "").split(",") if h.strip()]
    if "*" in named:
        raise ImproperlyConfigured("EVENHAND_ALLOWED_HOSTS is *. Write the names of the site, with commas between.")
    return named or list(LOCAL_HOSTS)


def debug(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether Django shows its own error pages, which print settings and code.

    Raises ImproperlyConfigured where others may reach the site: it has a name other than this machine's, or HTTPS.
    """
    wanted = flag("EVENHAND_DEBUG", environ)
    if wanted and (flag("EVENHAND_HTTPS", environ) or set(hosts(environ)) - set(LOCAL_HOSTS)):
        raise ImproperlyConfigured(
            "EVENHAND_DEBUG is on, and the site is open to others: its error pages would show them settings and code. "
            "Unset EVENHAND_DEBUG, or both EVENHAND_HTTPS and EVENHAND_ALLOWED_HOSTS."
        )
    return wanted


def records(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether the private half is open: sign-in, people's records, the audit and client-level data.

    Raises ImproperlyConfigured where others may reach it without HTTPS: passwords would travel in the clear.
    """
    wanted = flag("EVENHAND_RECORDS", environ)
    if wanted and not flag("EVENHAND_HTTPS", environ) and (why := open_to_others(environ)):
        raise ImproperlyConfigured(
            f"EVENHAND_RECORDS is on, {why}, and EVENHAND_HTTPS is not set: passwords would travel in the clear. Put "
            "HTTPS in front and set EVENHAND_HTTPS, or unset EVENHAND_RECORDS."
        )
    return wanted


def open_to_others(environ: Mapping[str, str] = os.environ) -> str:
    """Why people at other machines may reach the site, in words; empty when nothing says that they may."""
    if set(hosts(environ)) - set(LOCAL_HOSTS):
        return "the site answers to other names than this machine's (EVENHAND_ALLOWED_HOSTS)"
    if flag("EVENHAND_HTTPS", environ):
        return "a proxy serves it with HTTPS (EVENHAND_HTTPS)"
    if proxies(environ):
        return "a proxy stands in front (EVENHAND_FORWARDED_FOR)"
    if "gunicorn" in environ.get("SERVER_SOFTWARE", ""):
        return "gunicorn serves it"
    return ""


def demo(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether the sign-in page offers the accounts of the invented council to whoever opens it.

    Raises ImproperlyConfigured where others may reach the site.
    """
    wanted = flag("EVENHAND_DEMO", environ)
    if wanted and (why := open_to_others(environ)):
        raise ImproperlyConfigured(
            f"EVENHAND_DEMO is on, and {why}: anybody could sign in without a password. Unset EVENHAND_DEMO."
        )
    return wanted


def provider(environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """The council's OpenID Connect provider as allauth takes it; without one, none.

    Raises ImproperlyConfigured when what is given is no such description.
    """
    text = environ.get("EVENHAND_OIDC", "").strip()
    if not text:
        return {}
    try:
        given = json.loads(text)
        app = {
            "provider_id": "council",
            "name": str(given["name"]),
            "client_id": str(given["client_id"]),
            "secret": str(given["secret"]),
            "settings": {"server_url": str(given["server_url"]), "oauth_pkce_enabled": True},
        }
    except (ValueError, KeyError, TypeError) as e:
        raise ImproperlyConfigured(
            "EVENHAND_OIDC is not the description of a provider. Write JSON with name, server_url, client_id, secret."
        ) from e
    return {"openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True}}


def email_backend(environ: Mapping[str, str] = os.environ) -> str:
    """Where letters go: to a server that is named, else to the terminal.

    Raises ImproperlyConfigured where others use the records and no server is named: invitations would be lost.
    """
    if environ.get("EVENHAND_EMAIL_HOST"):
        return "django.core.mail.backends.smtp.EmailBackend"
    if flag("EVENHAND_RECORDS", environ) and (why := open_to_others(environ)):
        raise ImproperlyConfigured(
            f"EVENHAND_RECORDS is on, {why}, and EVENHAND_EMAIL_HOST is not set: invitations could not be sent."
        )
    return "django.core.mail.backends.console.EmailBackend"


def email_server(environ: Mapping[str, str] = os.environ) -> tuple[str, int, str, str]:
    """Host, port, user and password of the server that sends letters.

    Raises ImproperlyConfigured for a port that is none, and for a port in the clear on another machine.
    """
    host, port = environ.get("EVENHAND_EMAIL_HOST", "localhost"), environ.get("EVENHAND_EMAIL_PORT", "587")
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65_536):
        raise ImproperlyConfigured(f"EVENHAND_EMAIL_PORT is {port[:20]!r}. Write the port of the mail server: 587.")
    if int(port) == 25 and host not in LOCAL_HOSTS:
        raise ImproperlyConfigured(
            f"EVENHAND_EMAIL_PORT is 25: letters to {host} would travel in the clear. Use 587, or a local server."
        )
    user, password = environ.get("EVENHAND_EMAIL_USER", ""), environ.get("EVENHAND_EMAIL_PASSWORD", "")
    return host, int(port), user, password


def proxies(environ: Mapping[str, str] = os.environ) -> int:
    """How many proxies in front add to ``X-Forwarded-For``: 0 to 5. Raises ImproperlyConfigured for anything else."""
    text = environ.get("EVENHAND_FORWARDED_FOR", "").strip() or "0"
    if text not in {"0", "1", "2", "3", "4", "5"}:
        raise ImproperlyConfigured(
            f"EVENHAND_FORWARDED_FOR is {text[:20]!r}. Write how many proxies stand in front of the site: 0 to 5."
        )
    return int(text)


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
            "timeout": 20,  # seconds that a writer waits for another
            "transaction_mode": "IMMEDIATE",  # a writer waits its turn at the start, not in the middle
        },
    }
