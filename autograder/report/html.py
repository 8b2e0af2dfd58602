"""The template engine: every text it writes is made visible, and escaped where it becomes a page,
whoever wrote it."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from autograder.report.marks import check_mark
from autograder.report.text import (
    one_line,
    share,
    shortened,
    signed_by,
    uncoloured,
    visible,
    wrapped,
)
from autograder.text import points

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'"
)
"""Content security policy of every page: no scripts, nothing from elsewhere."""
SCRIPT = files("autograder.report").joinpath("templates/play.js").read_text(encoding="utf-8")
"""Plays the paths of a page's figures; the one script there is."""
_HASH = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
POLICY_WITH_SCRIPT = f"{POLICY}; script-src 'sha256-{_HASH}'"
"""Of a page with figures that can be played: that script, known by its hash, and no other."""
PLAIN = (".txt.j2", ".md.j2")
"""Names of templates whose text is no page end so."""


def render(template: str, **values: Any) -> str:
    """The page or text that a template of this package makes of the values."""
    fixed = {"policy": POLICY, "policy_with_script": POLICY_WITH_SCRIPT, "script": Markup(SCRIPT)}
    return _environment().get_template(template).render(**fixed, **values)


def compile_templates() -> None:
    """Compile now, in 40 ms, what a batch draws: while the sandbox starts, and once for all
    workers that are copies of this process."""
    for template in ("base", "parts", "decided", "page", "index"):
        _environment().get_template(f"{template}.html.j2")


def coded(text: str) -> Markup:
    """Text in which `backticks` stand around code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(visible(text)))))


_CODE = re.compile("`([^`<>]{1,200})`")


def percent(part: float, whole: float) -> str:
    """A share for a bar's width, 0 to 100."""
    return f"{100 * min(max(part / whole, 0.0), 1.0):.0f}" if whole > 0 else "0"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("autograder.report"),
        autoescape=lambda name: name is None or not name.endswith(PLAIN),
        finalize=_fit_to_show,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        one_line=one_line,
        signed_by=signed_by,
        points=points,
        share=share,
        shortened=shortened,
        uncoloured=uncoloured,
        wrapped=wrapped,
        percent=percent,
        check_mark=check_mark,
        coded=coded,
    )
    return environment


def _fit_to_show(value: Any) -> Any:
    """Called on all that a template writes, before it is escaped."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value
