"""The one Jinja environment that draws every page: GOV.UK Frontend's macros, our own, and nothing built per request.

Building an environment costs about 20 ms a component, so Django builds this one once a process and keeps it.
"""

from __future__ import annotations

from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from jinja2 import ChoiceLoader, Environment, PackageLoader, PrefixLoader
from markupsafe import Markup


def environment(**options: Any) -> Environment:
    """The environment, as Django's Jinja2 backend asks for it."""
    own = options.pop("loader")
    govuk = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    # GOV.UK's macros test for parameters that callers left out, so only plain Undefined works there.
    options.pop("undefined", None)
    env = Environment(loader=ChoiceLoader([own, govuk]), trim_blocks=True, lstrip_blocks=True, **options)  # noqa: S701
    assert env.autoescape  # Django's backend turns it on; every name from a publisher's file depends on it
    env.globals |= {"static": static, "url": _url, "drawing": Markup}
    return env


def _url(name: str, **parts: Any) -> str:
    return reverse(name, kwargs=parts or None)
