"""Commands that read what is stored: ``feedback``, ``export``, ``show``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from autograder import acts, formats, history
from autograder.batch.files import sweep, whole_file
from autograder.batch.order import current_grades, opened, redraw, standing, take_down
from autograder.batch.returning import returned
from autograder.batch.showing import write_tables
from autograder.cli.options import json_option, order_for, path_option, store_options
from autograder.text import counted


@click.command()
@store_options
def feedback(**named: Any) -> None:
    """Write the feedback pages and tables again, from what is stored.

    \b
    Example:  autograder feedback --out results/week3
    """
    order = order_for(**named)
    with opened(order, create=False) as store:
        take_down(order, store)
        count = redraw(order, store)
        write_tables(order, current_grades(order, store))
    click.echo(f"{counted(count, 'feedback page')} in {order.out.feedback}")


@click.command()
@click.option(
    "--format",
    "name",
    type=click.Choice(formats.FORMATS),
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
@path_option(
    *("--to", "destination"),
    help="Write files here; default: one file goes to standard output, several to --out.",
    file_okay=False,
)
@click.option("--acts", "as_trail", is_flag=True, help="What people decided, act by act, as CSV.")
def export(
    name: str, roster: Path | None, destination: Path | None, as_trail: bool, **named: Any
) -> None:
    """Grades for a spreadsheet, a program, or a learning platform.

    csv and json say how things stand; the others give students what was published last.

    \b
    Example:  autograder export --format canvas --roster canvas.csv > up.csv
    """
    order = order_for(**named)
    people = formats.read_roster(roster) if roster else None
    with opened(order, create=False) as store:
        take_down(order, store)
        if as_trail:
            click.echo("".join(acts.trail(current_grades(order, store).ledger)), nl=False)
            return
        giving = returned(order, store, name)
        written = formats.export(giving.grades, name, giving.info, people)
    for notice in (*giving.notices, *written.notices):
        click.echo(notice, err=True)
    if destination is None and len(written.documents) == 1:
        click.echo(written.documents[0].text, nl=False)
        return
    paths = [(destination or order.out.path) / document.name for document in written.documents]
    for folder in {path.parent for path in paths}:
        sweep(folder)
    for document, path in zip(written.documents, paths, strict=True):
        with whole_file(path) as file:
            file.write(document.text.encode())
    files = counted(len(written.documents), "file")
    click.echo(f"{files} in {destination or order.out.path}")


@click.command()
@click.argument("student")
@path_option("--save", help="Also write the file that counts there.", file_okay=False)
@click.option("--attempt", metavar="N", type=int, help="With --save: that of another attempt.")
@store_options
@json_option
def show(student: str, save: Path | None, attempt: int | None, as_json: bool, **named: Any) -> None:
    """Every attempt of a student, and what its grade depended on.

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
