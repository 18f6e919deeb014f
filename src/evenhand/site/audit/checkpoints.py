"""A checkpoint as a file that is kept where nobody who owns the database can reach it."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from evenhand.edition.home import full_disk, write_whole
from evenhand.facts.errors import EvenhandError, Where
from evenhand.site.audit.keys import signed
from evenhand.site.audit.models import Checkpoint
from evenhand.site.audit.seals import checkpoint_message, moment

KIND = "evenhand audit checkpoint"


def as_dict(checkpoint: Checkpoint) -> dict[str, Any]:
    """The checkpoint as JSON holds it: nothing personal, and all that is needed to check the signature."""
    return {
        "kind": KIND,
        "event": checkpoint.event_id,
        "at": moment(checkpoint.at),
        "seal": checkpoint.seal,
        "key": checkpoint.key,
        "signature": checkpoint.signature,
    }


def write(checkpoint: Checkpoint, path: Path) -> None:
    """Write the file, whole or not at all. Raises EvenhandError when it is there already or cannot be written."""
    if path.exists():
        raise EvenhandError("There is a file of this name.", where=Where(str(path)), do="Name another one with --out.")
    with full_disk(path.parent):
        write_whole(path, json.dumps(as_dict(checkpoint), indent=1).encode() + b"\n")


def read(path: Path) -> Checkpoint:
    """The checkpoint in a file. Raises EvenhandError when it is none, or its own signature is wrong."""
    try:
        return from_dict(json.loads(path.read_text(encoding="utf-8")))
    except OSError as fault:
        raise EvenhandError(f"The file cannot be read: {fault.strerror}.", where=Where(str(path))) from fault
    except (ValueError, KeyError, TypeError) as fault:
        raise EvenhandError(
            "This is not a checkpoint of the audit, or its signature is wrong.",
            where=Where(str(path)),
            do="Give a file that `evenhand audit checkpoint --out` wrote, as it was written.",
        ) from fault


def from_dict(given: dict[str, Any]) -> Checkpoint:
    """The checkpoint of its dictionary. Raises ValueError, KeyError or TypeError when it is none or badly signed."""
    made = Checkpoint(
        event_id=int(given["event"]), at=datetime.fromisoformat(given["at"]), seal=str(given["seal"]),
        key=str(given["key"]), signature=str(given["signature"]),
    )  # fmt: skip
    if given["kind"] != KIND or not signed(made.key, made.signature, checkpoint_message(made)):
        raise ValueError("no checkpoint")
    return made
