"""Commands for whoever writes an assignment: ``new``, ``verify``, ``release``."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from autograder import console
from autograder.authoring.crossing import refuse_crossings
from autograder.authoring.new import lay_down
from autograder.authoring.release import Checks
from autograder.authoring.release import release as write_release
from autograder.authoring.solutions import write_solutions
from autograder.batch.files import whole_file
from autograder.batch.order import Order, opened, standing
from autograder.cli.options import (
    course_option,
    end_with,
    load,
    order_for,
    path_option,
    unsafe_option,
)
from autograder.errors import UsageError
from autograder.people import Policies
from autograder.sandbox import open_sandbox
from autograder.text import INVISIBLE

_MOST_NAMED = 20


@click.command()
@click.argument("slug")
@click.option("--title", metavar="WORDS", help="Its title; default: the slug in words.")
@click.option(
    "--course",
    "course_folder",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("."),
    help="Course folder; default: the working directory, which may be empty.",
)
def new(slug: str, title: str | None, course_folder: Path) -> None:
    """Lay down the files of a new assignment; verify then says what to fill in.

    \b
    Example:  autograder new weight_decay
    """
    for path in lay_down(slug, title, course_folder):
        click.echo(str(path))
    click.echo(f"Fill them in, in this order; what is missing says: autograder verify {slug}")


@click.command()
@click.argument("slug", required=False)
@course_option
@path_option(
    "--to", "destination", help="Where to; default: student_template in the course folder."
)
@click.option(
    "--checks",
    type=click.Choice(["notebook", "otter"]),
    default="notebook",
    help="notebook: the checks travel inside it and need nothing beside it. otter: Otter's own, "
    "for courses whose students have otter-grader installed. Default: notebook.",
)
@click.option(
    "--hand-in",
    is_flag=True,
    help="Add a last cell by which the notebook is handed in at the course's portal.",
)
@click.option(
    "--solutions",
    is_flag=True,
    help="Write the model answers, and why they are right, in place of what students get; needs "
    "--to with a folder that is not theirs.",
)
@click.option(
    "--store",
    metavar="URL",
    help="With --solutions: the database that has the extensions; default: results/grades.db.",
)
@unsafe_option
def release(
    slug: str | None,
    course_folder: Path | None,
    destination: Path | None,
    checks: Checks,
    hand_in: bool,
    solutions: bool,
    store: str | None,
    unsafe: bool,
) -> None:
    """Write what students get; refuses when anything hidden is in it, or when it answers another
    assignment of the course.

    \b
    Example:  autograder release adaptive_learning_rates
    Example:  autograder release adaptive_learning_rates --solutions --to DIR
    """
    course, assignment = load(course_folder, slug)
    templates = course.folder / "student_template"
    if solutions:
        if hand_in or checks == "otter":
            option = "--hand-in" if hand_in else "--checks"
            raise UsageError(
                f"Model answers have no checks and are not handed in. Leave {option} out, or "
                "--solutions."
            )
        order = order_for(course.folder, assignment.slug, None, store=store)
        _release_solutions(order, destination, templates)
        return
    if store is not None:
        raise UsageError("Students get the same whatever is stored. Leave --store out.")
    templates = destination or templates
    others = len(course.assignments()) > 1
    with open_sandbox(hidden=course.hidden, unsafe=unsafe) if others else nullcontext() as box:

        def refuse(notebook: str) -> None:
            if box is not None:
                refuse_crossings(course, assignment.slug, notebook, templates, box)

        released = write_release(
            assignment.folder,
            templates,
            reference=course.folder / "reference",
            checks=checks,
            hand_in=hand_in,
            refuse=refuse,
        )
    click.echo(f"{released.folder}: {', '.join(released.files)}")
    click.echo(f"Searched for {released.lines_looked_for} hidden lines; none is in it.")
    if others:
        click.echo(
            "Handed in for another assignment of the course, its notebook earns nothing; handed in "
            "for this one, theirs earn nothing."
        )


def _release_solutions(order: Order, destination: Path | None, templates: Path) -> None:
    if destination is None:
        raise UsageError(
            "Say where the model answers go, with --to DIR; they are not written where students' "
            "notebooks lie."
        )
    for_whom = _extended(order)  # before anything is written, where the store cannot be read
    assignment, zone = order.assignment, Policies(late=order.assignment.late).zone
    path = write_solutions(assignment.folder, destination, [templates])
    click.echo(f"{path}: the model answers, with why. Students must not have it before the end.")
    due = assignment.late.due_at
    if due is not None and due > datetime.now(UTC):
        more = "" if for_whom else "; extensions end later"
        click.echo(f"{assignment.slug} is due on {due.astimezone(zone):%Y-%m-%d %H:%M %Z}{more}.")
    if for_whom:
        told = [f"{who} (until {own.astimezone(zone):%Y-%m-%d %H:%M %Z})" for who, own in for_whom]
        shown = [INVISIBLE.sub(" ", one) for one in told[:_MOST_NAMED]]
        more = f" and {len(told) - _MOST_NAMED} more" if len(told) > _MOST_NAMED else ""
        click.echo(f"Who has an extension that still runs ({len(told)}): {', '.join(shown)}{more}")


def _extended(order: Order) -> list[tuple[str, datetime]]:
    """Whose extension still runs, and until when; nobody: that, or nothing is stored yet."""
    where = order.store_at
    if order.takes_in and isinstance(where, Path) and not where.exists():
        return []
    with opened(order, create=False) as store:
        return standing(order, store).extended_beyond(datetime.now(UTC))


@click.command()
@click.argument("slug", required=False)
@course_option
@path_option(
    *("--html", "page"),
    metavar="FILE",
    help="Also write the whole matrix, every variant and part, as a page.",
    dir_okay=False,
)
@click.option(
    "--mutants",
    "count",
    metavar="N",
    type=click.IntRange(min=0),
    default=0,
    help="Also edit right programs by machine, N times, and try them all: wrong ones must lose "
    "points, and right ones none.",
)
@click.option(
    "--seed",
    metavar="S",
    type=click.IntRange(min=0),
    default=0,
    help="Which edits these are; default: 0.",
)
def verify(
    slug: str | None, course_folder: Path | None, page: Path | None, count: int, seed: int
) -> None:
    """Prove an assignment: right answers pass, an empty one scores 0, faults are named.

    Ends with status 1 where anything known slips through, or more than one in 200 of the wrong
    programs that --mutants made.

    \b
    Example:  autograder verify adaptive_learning_rates --mutants 3000
    """
    # They draw on much that other commands do not.
    from autograder.authoring.mutants import mutate
    from autograder.authoring.verify import verify as prove
    from autograder.authoring.verify_report import verify_page, verify_text

    course, assignment = load(course_folder, slug)
    with open_sandbox(hidden=course.hidden) as box:
        proof = prove(course, assignment.slug, box, lambda said: click.echo(said, err=True))
        if count:
            with console.counting("edited programs") as progress:
                mutation = mutate(assignment, box, count, seed, progress)
            proof = replace(proof, mutation=mutation)
    console.say(verify_text(proof))
    if page is not None:
        with whole_file(page) as file:
            file.write(verify_page(proof).encode())
        click.echo(f"The whole matrix: {page}")
    end_with(0 if proof.ok else 1)
