"""Making the copy of a record that a person asked for: readable HTML and JSON in a zip, without what is left out."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Collection, Iterable
from typing import Any

from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from evenhand.site.accounts.actor import Actor
from evenhand.site.people.queries.bundle import Passage, passages, struck
from evenhand.site.people.services.opening import note, open_to
from evenhand.site.people.words import in_words

BUNDLE = "people.bundle.make"


def make_bundle(actor: Actor, reference: str, left_out: Collection[str], strike: Iterable[str]) -> bytes:
    """The zip. left_out: keys of passages that are not in it; strike: names and phrases that are blacked out elsewhere.

    The audit keeps which passages were left out and the SHA-256 of what was made, not its content. Raises NotPermitted.
    """
    with transaction.atomic():
        person = open_to(actor, BUNDLE, reference)
        phrases = [phrase for phrase in strike if phrase.strip()]
        held = passages(person)
        sections = _sections(held, left_out, phrases)
        made_on = timezone.localdate()
        content = {"made_on": made_on.isoformat(), "reference": person.reference, "sections": sections}
        shown = {"sections": sections, "made_on": in_words(made_on), "name": person.name}
        out = _zip({
            "record.html": render_to_string("people/bundle.html", shown, using="jinja2"),
            "record.json": json.dumps(content, ensure_ascii=False, indent=2),
        })  # fmt: skip
        kept_out = sorted(set(left_out) & {one.key for one in held})
        note(actor, BUNDLE, person, after={"sha256": hashlib.sha256(out).hexdigest(), "left_out": kept_out,
                                           "phrases": len(phrases)})  # fmt: skip
    return out


def _sections(held: list[Passage], left_out: Collection[str], phrases: list[str]) -> list[dict[str, Any]]:
    sections: dict[str, list[dict[str, Any]]] = {}
    for one in held:
        gone = one.key in left_out
        text = None if gone else struck(one.text, phrases)
        heading = struck(one.heading, phrases)
        sections.setdefault(one.section, []).append({"heading": heading, "text": text, "left_out": gone})
    return [{"title": title, "passages": found} for title, found in sections.items()]


def _zip(files: dict[str, str]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as out:
        for name, text in files.items():
            out.writestr(name, text)
    return held.getvalue()
