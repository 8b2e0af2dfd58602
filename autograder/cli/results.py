"""Commands that read what is stored: ``feedback``, ``export``, ``show``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO, Unpack

import click

from autograder import acts, history, platforms
from autograder.batch.files import sweep, whole_file
from autograder.batch.order import current_grades, opened, standing, take_down
from autograder.batch.output import CurrentGrades, book_of
from autograder.batch.returning import returned
from autograder.batch.showing import show_again, show_all_again
from autograder.cli.options import Options, json_option, order_for, path_option, store_options
from autograder.formats import Document
from autograder.model import Identity
from autograder.text import counted


@click.command()
@click.option(
    "--only",
    type=click.File(encoding="utf-8"),
    metavar="FILE",
    help="Of pages those of the students in it, a line each; - is standard input.",
)
@store_options
def feedback(only: TextIO | None, **named: Unpack[Options]) -> None:
    """Write the feedback pages and tables again, from what is stored.

    \b
    Example:  autograder feedback --out results/week3
    """
    order = order_for(**named)
    with opened(order, create=False) as store:
        take_down(order, store)
        if only is not None:
            count = show_again(order, store, set(only.read().split("\n")))
        else:
            count = show_all_again(order, store)
    click.echo(f"{counted(count, 'feedback page')} in {order.out.feedback}")


@click.command()
@click.option(
    "--format",
    "name",
    type=click.Choice(platforms.FORMATS),
    default="csv",
    show_default=True,
    help="For whom.",
)
@store_options
@path_option(
    "--roster",
    metavar="CSV",
    help="What the learning platform exported of its people (canvas, moodle).",
)
@click.option(
    "--column",
    default="",
    metavar="TITLE|NUMBER",
    help="The gradebook's column (canvas); new: have one made. Default: the assignment's title.",
)
@click.option(
    "--out-of",
    type=click.FloatRange(min=0, min_open=True),
    metavar="N",
    help="Take the points to a scale of N (canvas, moodle); default: as they are.",
)
@click.option("--excel", is_flag=True, help="So that Excel, too, shows umlauts right.")
@path_option(
    "--feedback",
    metavar="ZIP",
    help="Also write the feedback pages, to upload in bulk (canvas, moodle).",
    dir_okay=False,
)
@path_option(
    *("--to", "destination"),
    help="Write files here; default: one file goes to standard output, several to --out.",
    file_okay=False,
)
@click.option("--acts", "as_trail", is_flag=True, help="What people decided, act by act, as CSV.")
def export(
    name: str,
    roster: Path | None,
    column: str,
    out_of: float | None,
    excel: bool,
    feedback: Path | None,
    destination: Path | None,
    as_trail: bool,
    **named: Unpack[Options],
) -> None:
    """Grades for a spreadsheet, a program, or a learning platform.

    csv and json say how things stand; the others give students what was published last.

    \b
    Example:  autograder export --format canvas --roster canvas.csv > up.csv
    """
    order = order_for(**named)
    people = platforms.read_roster(roster) if roster else None
    with opened(order, create=False) as store:
        take_down(order, store)
        current = current_grades(order, store)
        if as_trail:
            click.echo("".join(acts.trail(book_of(order.assignment, current))), nl=False)
            return
        giving = returned(order, store, name)
        wanted = platforms.Wanted(giving.info, people, column, out_of, _identities(current))
        written = platforms.export(giving.grades, name, wanted)
        notices = (*giving.notices, *written.notices)
        if feedback is not None:
            with whole_file(feedback) as file:
                notices += platforms.write_feedback(giving.grades, name, wanted, giving.page, file)
    for notice in notices:
        click.echo(notice, err=True)
    _deliver(written.documents, destination, order.out.path, "utf-8-sig" if excel else "utf-8")


def _identities(grades: CurrentGrades) -> dict[str, tuple[Identity, ...]]:
    """All that is known of each student, from lists of people and from the hand-in itself."""
    found = {}
    for entry in grades.entries:
        person = grades.standing.directory.whose(entry.student, entry.whose).person
        records = () if person is None else person.records
        found[entry.student] = (entry.whose, *(record.identity for record in records))
    return found


def _deliver(
    documents: Sequence[Document], destination: Path | None, out: Path, encoding: str
) -> None:
    if destination is None and len(documents) == 1:
        click.echo(documents[0].text.encode(encoding), nl=False)
        return
    paths = [(destination or out) / document.name for document in documents]
    for folder in {path.parent for path in paths}:
        sweep(folder)
    for document, path in zip(documents, paths, strict=True):
        with whole_file(path) as file:
            file.write(document.text.encode(encoding))
    click.echo(f"{counted(len(documents), 'file')} in {destination or out}")


@click.command()
@click.argument("student")
@path_option("--save", help="Also write the file that counts there.", file_okay=False)
@click.option("--attempt", metavar="N", help="With --save: that of another, such as 1 or F7.")
@store_options
@json_option
def show(
    student: str,
    save: Path | None,
    attempt: str | None,
    as_json: bool,
    **named: Unpack[Options],
) -> None:
    """Every attempt of a student, what of it is published, and what its grade depended on.

    Points in a heading are those that the student's page says. Times are the course's.

    \b
    Example:  autograder show alice
    """
    order = order_for(**named)
    with opened(order, create=False) as store:
        take_down(order, store)
        found = history.of_student(store, standing(order, store), student)
        if save is not None:
            kept = history.file_of(store, order.assignment.slug, found, attempt)
            with whole_file(save / kept.name) as file:
                file.write(kept.data)
    click.echo(json.dumps(history.as_json(found), indent=1) if as_json else history.text(found))
