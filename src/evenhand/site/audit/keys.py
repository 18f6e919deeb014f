"""The key that checkpoints are signed with: Ed25519, given by the council or made once and kept for this user only.

``EVENHAND_AUDIT_KEY`` names a file with the private key (32 bytes, as 64 hexadecimal digits); without it the key is
``EVENHAND_HOME/audit-key``. Every public key that ever signed here has a line in ``EVENHAND_HOME/audit-keys.txt``, so
that older checkpoints still verify after the key was changed.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

from evenhand.facts.errors import EvenhandError, Where

KEY_FILE = "audit-key"
KNOWN_FILE = "audit-keys.txt"


def private_key() -> Ed25519PrivateKey:
    """The signing key, made on first use. Two processes that start at once agree. Raises EvenhandError."""
    given = os.environ.get("EVENHAND_AUDIT_KEY", "")
    path = Path(given).expanduser() if given else settings.EVENHAND_HOME / KEY_FILE
    try:
        if not given and not path.exists():
            _make(path)
        key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text(encoding="ascii").strip()))
        _remember(public_hex(key))
    except OSError as fault:
        raise EvenhandError(
            f"The key of the audit cannot be read or kept: {fault.strerror}.",
            where=Where(str(path)),
            do="Make the folder writable for Evenhand, or name the key's file in EVENHAND_AUDIT_KEY.",
        ) from fault
    except ValueError as fault:
        raise EvenhandError(
            "This is not a key of the audit: it is not 64 hexadecimal digits.",
            where=Where(str(path)),
            do="Put the right file back from a backup. Without it older checkpoints still verify; new ones need a key.",
        ) from fault
    return key


def known_keys() -> frozenset[str]:
    """Every public key, in hexadecimal, that checkpoints here may be signed with."""
    try:
        lines = (settings.EVENHAND_HOME / KNOWN_FILE).read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return frozenset()
    return frozenset(lines)


def public_hex(key: Ed25519PrivateKey) -> str:
    """The public key of a private one: 64 hexadecimal digits."""
    return key.public_key().public_bytes_raw().hex()


def fingerprint(public: str) -> str:
    """A public key as people compare it: the start of its SHA-256, in eight groups of four."""
    digest = hashlib.sha256(bytes.fromhex(public)).hexdigest()
    return " ".join(digest[i : i + 4] for i in range(0, 32, 4))


def signed(public: str, signature: str, message: bytes) -> bool:
    """Whether the signature is the key's, each written as hexadecimal exactly as Evenhand writes it."""
    try:
        key, given = bytes.fromhex(public), bytes.fromhex(signature)
        if key.hex() != public or given.hex() != signature:
            return False
        Ed25519PublicKey.from_public_bytes(key).verify(given, message)
    except (ValueError, InvalidSignature):
        return False
    return True


def _make(path: Path) -> None:
    """A fresh key in a file of its own, linked into place: whoever is first makes the key."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(Ed25519PrivateKey.generate().private_bytes_raw().hex())
            file.flush()
            os.fsync(file.fileno())
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink(missing_ok=True)


def _remember(public: str) -> None:
    if public not in known_keys():
        path = settings.EVENHAND_HOME / KNOWN_FILE
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w") as file:
            file.write(public + "\n")
