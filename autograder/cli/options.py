"""Options that several commands have, and what they mean."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NotRequired, TypedDict, TypeVar, Unpack

import click

from autograder.batch.order import Order
from autograder.batch.output import OutFolder
from autograder.course import Assignment, Course
from autograder.errors import UsageError
from autograder.policies import read_extensions


class OrderOptions(TypedDict, total=False):
    """Options that an :class:`Order` calls by the same names."""

    store: str | None
    workers: int | None
    scheduler: str | None
    force: bool
    unsafe: bool


class Options(OrderOptions):
    """With those that say which order that is."""

    course_folder: Path | None
    slug: str | None
    paths: NotRequired[tuple[Path, ...]]
    out: Path | None
    extensions: Path | None


Command = TypeVar("Command", bound=Callable[..., object])


def path_option(
    *names: str, help: str, metavar: str = "DIR", **which: bool
) -> Callable[[Command], Command]:
    """An option that is a path; ``which``: what may lie there, in click's words."""
    return click.option(
        *names, metavar=metavar, type=click.Path(path_type=Path, **which), help=help
    )


course_option = path_option(
    *("--course", "course_folder"),
    help="Course folder; default: the working directory or one above it.",
    exists=True,
    file_okay=False,
)
assignment_option = click.option(
    "--assignment",
    "slug",
    metavar="SLUG",
    help="Which assignment; default: the only one, or the course's default.",
)


def course_options(command: Command) -> Command:
    return assignment_option(course_option(command))


def store_options(command: Command) -> Command:
    for option in (
        click.option(
            "--store", metavar="URL", help="Database of grades; default: grades.db in --out."
        ),
        path_option("--out", help="Where results lie; default: results/SLUG.", file_okay=False),
        path_option(
            "--extensions",
            metavar="CSV",
            help="Own due dates: a CSV with the columns student and due.",
        ),
    ):
        command = option(command)
    return course_options(command)


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")
unsafe_option = click.option(
    "--unsafe", is_flag=True, help="Without a sandbox: only for files you wrote yourself."
)


def end_with(status: int) -> None:
    click.get_current_context().exit(status)


def load(course_folder: Path | None, slug: str | None) -> tuple[Course, Assignment]:
    course = Course.find(course_folder)
    slug = slug or course.default
    if slug is None:
        known = ", ".join(course.assignments()) or "none"
        raise UsageError(f"Say which assignment with --assignment SLUG; there is {known}.")
    return course, course.load(slug)


def order_for(
    course_folder: Path | None,
    slug: str | None,
    out: Path | None,
    paths: tuple[Path, ...] = (),
    extensions: Path | None = None,
    pages: bool = True,
    **rest: Unpack[OrderOptions],
) -> Order:
    """What a command's options ask for."""
    course, assignment = load(course_folder, slug)
    return Order(
        course=course,
        assignment=assignment,
        paths=paths,
        out=OutFolder(out or Path("results") / assignment.slug),
        extensions=read_extensions(extensions) if extensions else {},
        pages=pages,
        **rest,
    )
