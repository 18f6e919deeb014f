"""The one Jinja environment that draws every page: GOV.UK Frontend's macros, our own, and nothing built per request.

Building an environment costs about 20 ms a component, so Django builds this one once a process and keeps it.
"""

from __future__ import annotations

from typing import Any

from django.template import engines
from django.templatetags.static import static
from django.urls import reverse
from jinja2 import ChoiceLoader, Environment, PackageLoader, PrefixLoader, meta
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


def compile_templates() -> None:
    """Compile our templates and the macros that they ask for, which Jinja does at first use: 20 to 100 ms a page."""
    env: Environment = engines["jinja2"].env  # type: ignore[attr-defined]
    assert env.loader
    wanted = [name for name in env.list_templates() if not name.startswith("govuk_frontend_jinja/")]
    done: set[str] = set()
    while wanted:
        name = wanted.pop()
        if name not in done:
            done.add(name)
            source, _, _ = env.loader.get_source(env, name)
            wanted += [found for found in meta.find_referenced_templates(env.parse(source)) if found]
            env.get_template(name)


def _url(name: str, **parts: Any) -> str:
    return reverse(name, kwargs=parts or None)
