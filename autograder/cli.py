"""The command line: the only module that knows click.

Every command says what it does with an example, fails in one sentence, and ends with 0 (every
submission has a result), 1 (something failed through no fault of a student) or 2 (wrong usage or
a broken assignment).
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

import autograder
from autograder import console, formats, history
from autograder.batch.files import whole_file
from autograder.batch.order import Order, current_grades, grade_all, summary
from autograder.batch.output import OutFolder, info_of, write_results
from autograder.batch.pages import page_drawer, write_pages
from autograder.batch.run import Tally
from autograder.closing import closing_words, problems
from autograder.course import Assignment, Course
from autograder.errors import AutograderError, UsageError
from autograder.formats import FORMATS
from autograder.policies import not_handed_in, read_extensions, read_roster
from autograder.store import open_store

Command = TypeVar("Command", bound=Callable[..., Any])

DEBUG = "AUTOGRADER_DEBUG"


class Program(click.Group):
    """A group whose commands never end in a traceback, unless one is asked for."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            if os.environ.get(DEBUG):
                raise
            click.echo(f"Error: {_sentence(error)}", err=True)
            ctx.exit(error.exit_status if isinstance(error, AutograderError) else 1)


def _sentence(error: Exception) -> str:
    if isinstance(error, AutograderError):
        return str(error)
    said = next(iter(str(error).splitlines()), "")
    return (
        f"{type(error).__name__}{': ' if said else ''}{said}. This is a fault of autograder "
        f"itself: set {DEBUG}=1 and run the command again to see where."
    )


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(autograder.__version__, prog_name="autograder")
def main() -> None:
    """Grade update rules written by students.

    \b
    Try it:          autograder demo
    Grade a folder:  autograder grade submissions/
    """


# ------------------------------------------------------------------ options that recur


_course_option = click.option(
    "--course",
    "course_folder",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Course folder; default: the working directory or one above it.",
)
_assignment_option = click.option(
    "--assignment", "slug", metavar="SLUG", help="Which assignment; default: the only one."
)


def _course_options(command: Command) -> Command:
    return _assignment_option(_course_option(command))


def _store_options(command: Command) -> Command:
    for option in (
        click.option(
            "--store", metavar="URL", help="Database of grades; default: grades.db in --out."
        ),
        click.option(
            "--out",
            metavar="DIR",
            type=click.Path(file_okay=False, path_type=Path),
            help="Where results lie; default: results/SLUG.",
        ),
        click.option(
            "--extensions",
            metavar="CSV",
            type=click.Path(path_type=Path),
            help="Own due dates: a CSV with the columns student and due.",
        ),
    ):
        command = option(command)
    return _course_options(command)


_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")
_unsafe_option = click.option(
    "--unsafe", is_flag=True, help="Without a sandbox: only for files you wrote yourself."
)


def _end(status: int) -> None:
    click.get_current_context().exit(status)


def _load(course_folder: Path | None, slug: str | None) -> tuple[Course, Assignment]:
    course = Course.find(course_folder)
    slugs = course.assignments()
    if slug is None and len(slugs) != 1:
        known = ", ".join(slugs) or "none"
        raise UsageError(f"Say which assignment with --assignment SLUG; there is {known}.")
    return course, course.load(slug or slugs[0])


def _order(course_folder: Path | None, slug: str | None, out: Path | None, **rest: Any) -> Order:
    course, assignment = _load(course_folder, slug)
    extensions = rest.pop("extensions", None)
    return Order(
        course=course,
        assignment=assignment,
        out=OutFolder(out or Path("results") / assignment.slug),
        extensions=read_extensions(extensions) if extensions else {},
        **rest,
    )


# ------------------------------------------------------------------ grading


@main.command()
@click.argument(
    "paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@_store_options
@click.option("--workers", type=int, metavar="N", help="Processes; default: one a core.")
@click.option("--scheduler", metavar="ADDRESS", help="Grade on the Dask cluster at this address.")
@click.option("--force", is_flag=True, help="Grade again what is graded already.")
@click.option("--no-feedback", is_flag=True, help="Leave the feedback pages for later.")
@click.option(
    "--roster",
    metavar="CSV",
    type=click.Path(path_type=Path),
    help="Who takes the course (id, name, email, section): shows who has not handed in.",
)
@_unsafe_option
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
@_json_option
def grade(
    paths: tuple[Path, ...],
    course_folder: Path | None,
    slug: str | None,
    out: Path | None,
    no_feedback: bool,
    roster: Path | None,
    quiet: bool,
    as_json: bool,
    **rest: Any,
) -> None:
    """Grade files and folders; what is graded already is not graded again.

    \b
    Example:  autograder grade submissions/ --out results/week3 --workers 4
    """
    order = _order(course_folder, slug, out, paths=paths, pages=not no_feedback, **rest)
    _end(_grade(order, roster, quiet=quiet, as_json=as_json))


def _grade(
    order: Order,
    roster: Path | None,
    *,
    quiet: bool,
    as_json: bool,
    whole_table: bool = False,
) -> int:
    """Grade, write the result files, say what came of it; the exit status."""
    people = read_roster(roster) if roster else []
    order.check()
    tally = Tally(0)
    stopped = False
    with open_store(order.store_at) as store:
        with console.progress_view(quiet=quiet or as_json) as view, console.terminable():
            try:
                grade_all(order, store, tally, view)
            except KeyboardInterrupt:
                stopped = True
        grades = current_grades(order, store)
        write_results(grades, info_of(order.assignment), order.out)
        missing = [p.id for p in not_handed_in(people, (e.student for e in grades.entries))]
        if as_json:
            click.echo(json.dumps(summary(order, tally, missing), indent=1))
        elif not quiet:
            for line in closing_words(order, tally, grades, missing, whole_table):
                console.say(line)
    for line in problems(tally, stopped=stopped):
        click.echo(line, err=True)
    return 1 if stopped or tally.failures else 0


@main.command()
@_course_options
@click.option(
    "--out",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where results go; default: demo-results.",
)
@_unsafe_option
def demo(course_folder: Path | None, slug: str | None, out: Path | None, unsafe: bool) -> None:
    """Grade the sample submissions that come with an assignment.

    \b
    Example:  autograder demo
    """
    course = Course.find(course_folder)
    slug = slug or next(iter(course.assignments()), None)
    order = _order(course.folder, slug, out or _demo_folder(), paths=(), unsafe=unsafe)
    samples = order.assignment.folder / "sample_submissions"
    if not samples.is_dir():
        raise UsageError(f"There are no sample submissions in {order.assignment.folder}.")
    _end(_grade(order.of(samples), None, quiet=False, as_json=False, whole_table=True))


def _demo_folder() -> Path:
    if os.access(Path.cwd(), os.W_OK):
        return Path("demo-results")
    return Path(tempfile.mkdtemp(prefix="autograder-demo-"))


@main.command()
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@_course_options
@_unsafe_option
@_json_option
def check(
    file: Path, course_folder: Path | None, slug: str | None, unsafe: bool, as_json: bool
) -> None:
    """Try one file on the public examples, as a student would.

    \b
    Example:  autograder check alice.ipynb
    """
    from autograder.formats import to_json
    from autograder.grading import grade_submission
    from autograder.report import grade_summary
    from autograder.sandbox import open_sandbox
    from autograder.submission import clean, read

    course, assignment = _load(course_folder, slug)
    written = [question.name for question in assignment.questions if question.by_person]
    submission = read(
        file, student=clean(file.stem), file=clean(file.name), written_questions=written
    )
    with open_sandbox(hidden=[course.folder], unsafe=unsafe) as box:
        result = grade_submission(submission, assignment, box, public=True)
    if as_json:
        click.echo(to_json([result], info_of(assignment)), nl=False)
    else:
        console.say(grade_summary(result))


# ------------------------------------------------------------------ from what is stored


@main.command()
@_store_options
def feedback(course_folder: Path | None, slug: str | None, out: Path | None, **rest: Any) -> None:
    """Write the feedback pages again, from what is stored.

    \b
    Example:  autograder feedback --out results/week3
    """
    order = _order(course_folder, slug, out, paths=(), **rest)
    with open_store(order.store_at, create=False) as store:
        grades = current_grades(order, store, details=True)
        count = write_pages(grades, order.out, page_drawer(order.assignment))
    click.echo(f"{count} feedback pages in {order.out.feedback}")


@main.command()
@click.option(
    "--format",
    "name",
    type=click.Choice(FORMATS),
    default="csv",
    show_default=True,
    help="For whom.",
)
@_store_options
@click.option(
    "--roster",
    metavar="CSV",
    type=click.Path(path_type=Path),
    help="What the learning platform exported of its people (canvas, moodle).",
)
@click.option(
    "--to",
    "destination",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write files here; default: one file goes to standard output, several to --out.",
)
def export(
    name: str,
    course_folder: Path | None,
    slug: str | None,
    out: Path | None,
    roster: Path | None,
    destination: Path | None,
    **rest: Any,
) -> None:
    """Grades for a spreadsheet, a program, or a learning platform.

    \b
    Example:  autograder export --format canvas --roster gradebook.csv > upload.csv
    """
    from autograder.formats.roster import read_roster as read_platform_roster

    order = _order(course_folder, slug, out, paths=(), **rest)
    people = read_platform_roster(roster) if roster else None
    with open_store(order.store_at, create=False) as store:
        grades = current_grades(order, store, details=False)
        written = formats.export(grades, name, info_of(order.assignment), people)
    for notice in written.notices:
        click.echo(notice, err=True)
    if destination is None and len(written.documents) == 1:
        click.echo(written.documents[0].text, nl=False)
        return
    for document in written.documents:
        path = (destination or order.out.path) / document.name
        with whole_file(path) as file:
            file.write(document.text.encode())
    click.echo(f"{len(written.documents)} files in {destination or order.out.path}")


@main.command()
@click.argument("student")
@_store_options
@_json_option
def show(
    student: str,
    course_folder: Path | None,
    slug: str | None,
    out: Path | None,
    as_json: bool,
    **rest: Any,
) -> None:
    """Every attempt of a student, and what its grade depended on.

    \b
    Example:  autograder show alice
    """
    order = _order(course_folder, slug, out, paths=(), **rest)
    with open_store(order.store_at, create=False) as store:
        found = history.of_student(store, order.assignment.slug, student, order.policies)
    click.echo(json.dumps(history.as_json(found), indent=1) if as_json else history.text(found))


# ------------------------------------------------------------------ assignments and machines


@main.command()
@click.argument("slug", required=False)
@_course_option
@click.option(
    "--to",
    "destination",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Where to; default: student_template in the course folder.",
)
def release(slug: str | None, course_folder: Path | None, destination: Path | None) -> None:
    """Write what students get; refuses when anything hidden is in it.

    \b
    Example:  autograder release adaptive_learning_rates
    """
    from autograder.release import release as write_release

    course, assignment = _load(course_folder, slug)
    released = write_release(
        assignment.folder,
        destination or course.folder / "student_template",
        reference=course.folder / "reference",
    )
    click.echo(str(released))


@main.command()
@click.argument("slug", required=False)
@_course_option
def verify(slug: str | None, course_folder: Path | None) -> None:
    """Prove an assignment: right answers pass, an empty one scores 0, faults are named.

    \b
    Example:  autograder verify adaptive_learning_rates
    """
    from autograder.verify import verify as prove

    course, assignment = _load(course_folder, slug)
    proof = prove(course, assignment.slug)
    click.echo(proof.text)
    _end(0 if proof.ok else 2)


@main.command()
@_course_option
@_json_option
def doctor(course_folder: Path | None, as_json: bool) -> None:
    """Which walls of the sandbox this machine gives, and whether grading may start.

    \b
    Example:  autograder doctor
    """
    from autograder import doctor as practice

    found = practice.examine([Course.find(course_folder).folder])
    if as_json:
        click.echo(json.dumps(practice.as_json(found), indent=1))
    else:
        for line in practice.words(found):
            console.say(line)
    _end(0 if found.problem is None else 1)


if __name__ == "__main__":
    main()
