"""``evenhand sources``: what is loaded, and which files could be."""

from __future__ import annotations

import json
from typing import Literal

from evenhand.cli.common import home


def sources(*, known: bool = False, format: Literal["table", "json"] = "table") -> None:
    """List the tables that are loaded.

    Parameters
    ----------
    known
        List the official files that Evenhand reads instead, and where publishers keep them.
    format
        table or json.
    """
    if known:
        _known()
        return
    from dataclasses import asdict

    from evenhand.cli.load import contents
    from evenhand.edition.library import index

    kept = index(home())
    if format == "json":
        print(json.dumps([asdict(k) for k in kept.values()], indent=1, ensure_ascii=False))
        return
    for k in kept.values():
        print(f"{k.table}  ({k.file}, revision {k.revision or 'not dated'}, {k.licence}, sha256 {k.sha256[:12]})")
        for line in contents(k):
            print(f"    {line}")
    print(f"{len(kept)} tables are loaded in {home()}." if kept else f"Nothing is loaded in {home()} yet.")


def _known() -> None:
    from evenhand.sources import READERS, reader

    for name in READERS:
        r = reader(name)
        text = (r.__doc__ or "").strip().splitlines()
        print(f"{name}  ({r.PUBLISHER})\n    {text[0] if text else ''}")
    print("`evenhand fetch --list` names the publishers' pages.")
