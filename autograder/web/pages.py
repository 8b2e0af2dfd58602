"""The template engine of these pages: every text it writes is made visible, and escaped."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from autograder.report.text import one_line, points, visible
from autograder.text import counted
from autograder.web.prose import prose
from autograder.web.visit import Visit, address


def page(template: str, visit: Visit, **values: Any) -> str:
    """The page that a template of this package makes of the values."""
    return _environment().get_template(template).render(visit=visit, **values)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("autograder.web"),
        autoescape=True,
        finalize=_fit_to_show,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        one_line=one_line,
        points=points,
        when=when,
        prose=lambda text, pictures="": Markup(prose(text, pictures)),
        counted=counted,
    )
    environment.globals.update(address=address, named=named)
    return environment


def named(values: Iterable[str]) -> list[tuple[str, str]]:
    """Values of a choice, each with how it is called."""
    return [(value, value.replace("_", " ")) for value in values]


def when(at: datetime) -> str:
    """A moment, by the clock of this machine."""
    return f"{at.astimezone():%Y-%m-%d %H:%M}"


def _fit_to_show(value: Any) -> Any:
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value
