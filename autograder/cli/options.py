"""Options that several commands have, and what they mean."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from getpass import GetPassWarning
from pathlib import Path
from typing import NotRequired, TypedDict, TypeVar, Unpack

import click

from autograder.batch.order import Order
from autograder.batch.output import OutFolder
from autograder.course import Assignment, Course
from autograder.errors import UsageError
from autograder.people import read_dates, read_people


class Places(TypedDict):
    """Options that say which assignment of which course is meant, and where its results lie."""

    course_folder: Path | None
    slug: str | None
    out: Path | None
    store: str | None


class OrderOptions(TypedDict, total=False):
    """Options that an :class:`Order` calls by the same names."""

    workers: int | None
    scheduler: str | None
    force: bool
    unsafe: bool


class Options(Places, OrderOptions):
    """All that an order can be made of."""

    paths: NotRequired[tuple[Path, ...]]
    extensions: NotRequired[Path | None]
    times: NotRequired[Path | None]


class GradingOptions(Options):
    """With what ``grade`` has besides."""

    roster: Path | None


Command = TypeVar("Command", bound=Callable[..., object])


class Place(click.Path):
    """A path that is not empty: ``Path("")`` is the working folder, and an empty argument is most
    often a variable of the shell that holds nothing."""

    def __init__(self, **which: bool) -> None:
        """``which``: what may lie there, in click's words."""
        super().__init__(path_type=Path, **which)

    def convert(
        self,
        value: str | os.PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> str | bytes | os.PathLike[str]:
        if value == "":
            self.fail("The path is empty: give the name of a file or folder.", param, ctx)
        return super().convert(value, param, ctx)


def path_option(
    *names: str, help: str, metavar: str = "DIR", **which: bool
) -> Callable[[Command], Command]:
    """An option that is a path; ``which``: what may lie there, in click's words."""
    return click.option(*names, metavar=metavar, type=Place(**which), help=help)


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


def place_options(command: Command) -> Command:
    """Which course and assignment, and where their results are."""
    for option in (
        click.option(
            "--store",
            metavar="URL",
            help="Database of grades; default: grades.db in --out, else results/grades.db.",
        ),
        path_option(
            "--out",
            help="Where results lie; default: results/SLUG in this folder.",
            file_okay=False,
        ),
    ):
        command = option(command)
    return course_options(command)


def store_options(command: Command) -> Command:
    extensions = path_option(
        "--extensions",
        metavar="CSV",
        help="Own due dates (student, due): stored, as `autograder extend --csv` does.",
    )
    return place_options(extensions(command))


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")
unsafe_option = click.option(
    "--unsafe", is_flag=True, help="Without a sandbox: only for files you wrote yourself."
)


@contextmanager
def asking(otherwise: str) -> Iterator[None]:
    """Around what asks a person; ``otherwise`` says how to do without, where nobody is there to
    answer, as in a script."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", GetPassWarning)  # it warns of what is then said
            yield
    except click.Abort:
        if at_terminal():
            raise
        click.echo(err=True)  # what was asked has no end of its line
        raise UsageError(otherwise) from None


def at_terminal() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin is not None and sys.stdin.isatty()


def end_with(status: int) -> None:
    click.get_current_context().exit(status)


def found_course(folder: Path | None) -> Course:
    """The course that is meant; that it is not the working directory is said, once a command."""
    course = Course.find(folder)
    here, command = Path.cwd().resolve(), click.get_current_context(silent=True)
    if folder is None and course.folder != here and command and not command.meta.get(_TOLD):
        command.meta[_TOLD] = True
        is_above = course.folder in here.parents
        click.echo((_ABOVE if is_above else _INSTALLED).format(course=course.folder), err=True)
    return course


_TOLD = "autograder.course"
_ABOVE = "The course is {course}, above this folder (--course names another)."
_INSTALLED = (
    "No course is here or above: taken is {course}, which autograder was installed from (--course "
    "names another)."
)


def load(course_folder: Path | None, slug: str | None) -> tuple[Course, Assignment]:
    course = found_course(course_folder)
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
    store: str | None = None,
    extensions: Path | None = None,
    times: Path | None = None,
    roster: Path | None = None,
    pages: bool = True,
    **rest: Unpack[OrderOptions],
) -> Order:
    """What a command's options ask for."""
    course, assignment = load(course_folder, slug)
    zone = assignment.late.zone
    is_shared = store is None and out is None
    results = Path("results")
    return Order(
        course=course,
        assignment=assignment,
        paths=paths,
        out=OutFolder(out or results / assignment.slug),
        store=results / "grades.db" if is_shared else store,
        takes_in=is_shared,
        extensions=tuple(read_dates(extensions, "due", zone)) if extensions else (),
        times=tuple(read_dates(times, "at", zone)) if times else (),
        people=read_people(roster) if roster else None,
        pages=pages,
        **rest,
    )


def any_order_for(**named: Unpack[Places]) -> Order:
    """The same for what concerns the whole course: any of its assignments does, where none is
    named."""
    course = found_course(named["course_folder"])
    slug = named["slug"] or course.default or next(iter(course.assignments()), None)
    named["course_folder"], named["slug"] = course.folder, slug
    return order_for(**named)


def orders_in(order: Order, stored: Iterable[str], **named: Unpack[Places]) -> list[Order]:
    """One for each assignment of which there are results beside this order's: all in the store of
    a course, that of the order alone where it has a place of its own."""
    if not order.takes_in:
        return [order]
    orders = []
    for slug in stored:
        if slug in order.course.assignments():
            named["slug"] = slug
            orders.append(order_for(**named))
    return orders
