"""The template engine of these pages: every text it writes is made visible, and escaped."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from autograder.report.html import coded
from autograder.report.marks import is_unwritten, what_was_found
from autograder.report.text import one_line, signed_by, visible
from autograder.report.total import total_of
from autograder.text import counted, ended, points, signed, without_points
from autograder.web.prose import prose
from autograder.web.visit import Visit, address


def page(template: str, visit: Visit, **values: Any) -> str:
    """The page that a template of this package makes of the values."""
    return _environment().get_template(template).render(visit=visit, **values)


def fragment(template: str, **values: Any) -> str:
    """The same for what is no page of somebody who is signed in."""
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("autograder.web"),
        autoescape=True,
        finalize=_fit_to_show,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,  # they are this program's own
    )
    environment.filters.update(
        one_line=one_line,
        signed_by=signed_by,
        ended=ended,
        points=points,
        signed=signed,
        without_points=without_points,
        when=when,
        coded=coded,
        prose=lambda text, pictures="": Markup(prose(text, pictures)),
        counted=counted,
        what_was_found=what_was_found,
        is_unwritten=is_unwritten,
    )
    environment.globals.update(address=address, named=named, clock=clock, total_of=total_of)
    return environment


def named(values: Iterable[str]) -> list[tuple[str, str]]:
    """Values of a choice, each with how it is called."""
    return [(value, value.replace("_", " ")) for value in values]


@pass_context
def when(context: Context, at: datetime | str) -> str:
    """A moment on the clocks of the course, whose name stands behind it."""
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    there = moment.astimezone(context["room"].zone)
    return f"{there:%Y-%m-%d %H:%M %Z}"


def clock(at: datetime, zone: tzinfo, seconds: bool = False) -> Markup:
    """A moment on the clocks of a zone; to students a script shows it on their own."""
    machine = at.astimezone(UTC).isoformat(timespec="seconds")
    mark = Markup(" data-seconds") if seconds else ""
    shown = moment(at, zone, seconds=seconds)
    return Markup('<time datetime="{}"{}>{}</time>').format(machine, mark, shown)


def moment(at: datetime, zone: tzinfo, seconds: bool = False) -> str:
    """The same without a mark."""
    there = at.astimezone(zone)
    hour = f"{there:%H:%M:%S}" if seconds else f"{there:%H:%M}"
    return f"{there:%a %d %b %Y}, {hour} {there:%Z}".strip()


def _fit_to_show(value: Any) -> Any:
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value
