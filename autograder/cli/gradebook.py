"""The command ``gradebook``: everybody's points in all assignments of the course."""

from __future__ import annotations

from pathlib import Path
from typing import Unpack

import click

from autograder import acts
from autograder.batch.files import whole_file
from autograder.batch.order import opened
from autograder.batch.returning import column_of, sections_of
from autograder.cli.options import Places, any_order_for, orders_in, path_option, place_options
from autograder.text import counted


@click.command()
@path_option("--to", "destination", metavar="CSV", help="Default: standard output.", dir_okay=False)
@place_options
def gradebook(destination: Path | None, **named: Unpack[Places]) -> None:
    """Everybody's final points in all assignments of the course, as a table.

    Points are empty where nothing was handed in, or an answer is not read yet: the column waiting
    names the assignments that were handed in and wait for that. Complete is who has none of these;
    what was not handed in adds nothing to the total.

    \b
    Example:  autograder gradebook --to gradebook.csv
    """
    order = any_order_for(**named)
    with opened(order, create=False) as store:
        orders = orders_in(order, store.assignments(), **named)
        book = acts.gradebook(
            [column_of(each, store) for each in orders], sections_of(order, store)
        )
    lines = acts.gradebook_table(book)
    if destination is None:
        for line in lines:
            click.echo(line, nl=False)
        return
    with whole_file(destination) as file:
        file.writelines(line.encode() for line in lines)
    students, columns = len(book.lines), len(book.columns)
    click.echo(f"{counted(students, 'student')}, {counted(columns, 'assignment')}: {destination}")
