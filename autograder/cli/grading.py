"""Commands that grade: ``grade``, ``demo``."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Unpack

import click

from autograder import console
from autograder.batch.order import Order, current_grades, grade_all, opened, summary
from autograder.batch.run import Tally
from autograder.batch.showing import write_tables
from autograder.cli.options import (
    GradingOptions,
    Place,
    course_options,
    end_with,
    json_option,
    order_for,
    path_option,
    store_options,
    unsafe_option,
)
from autograder.closing import Rows, closing_words, problems
from autograder.course import Course
from autograder.errors import UsageError


@click.command()
@click.argument(
    "paths",
    metavar="PATH...",
    nargs=-1,
    required=True,
    type=Place(readable=False),
)
@store_options
@click.option("--workers", type=int, metavar="N", help="Processes; default: one a core.")
@click.option("--scheduler", metavar="ADDRESS", help="Grade on the Dask cluster at this address.")
@click.option("--force", is_flag=True, help="Grade again what is graded already.")
@click.option("--no-feedback", is_flag=True, help="Leave the feedback pages for later.")
@path_option(
    "--times",
    metavar="CSV",
    help="When people handed in, where no platform tells: the columns student and at.",
)
@path_option(
    "--roster",
    metavar="CSV",
    help="Who takes the course: imported, as `autograder people import` does.",
)
@unsafe_option
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
@json_option
def grade(no_feedback: bool, quiet: bool, as_json: bool, **named: Unpack[GradingOptions]) -> None:
    """Grade files and folders; what is graded already is not graded again.

    \b
    Example:  autograder grade submissions/ --out results/week3 --workers 4
    """
    order = order_for(pages=not no_feedback, **named)
    end_with(_grade(order, quiet=quiet, as_json=as_json))


def _grade(
    order: Order,
    *,
    quiet: bool,
    as_json: bool,
    table: Rows = "few",
) -> int:
    """Grade, write the result files, say what came of it; the exit status."""
    order.check()
    tally = Tally(0)
    stopped = False
    with opened(order) as store:
        with console.progress_view(quiet=quiet or as_json) as view, console.terminable():
            try:
                grade_all(order, store, tally, view)
            except KeyboardInterrupt:
                stopped = True
        grades = current_grades(order, store)
        write_tables(order, grades)
        if as_json:
            click.echo(json.dumps(summary(order, tally, grades), indent=1))
        elif not quiet:
            for line in closing_words(order, tally, grades, table):
                console.say(line)
    for line in problems(tally, stopped=stopped):
        click.echo(line, err=True)
    return 1 if stopped or tally.failures or tally.unjudged else 0


@click.command()
@course_options
@path_option("--out", help="Where results go; default: demo-results.", file_okay=False)
@click.option("--all", "whole", is_flag=True, help="Show every submission's row.")
@unsafe_option
def demo(
    course_folder: Path | None, slug: str | None, out: Path | None, whole: bool, unsafe: bool
) -> None:
    """Grade the sample submissions that come with an assignment; show the worst, the best, and
    what a student reads.

    \b
    Example:  autograder demo
    """
    course = Course.find(course_folder)
    slug = slug or course.default
    order = order_for(course.folder, slug, out or _demo_folder(), unsafe=unsafe)
    samples = order.assignment.folder / "sample_submissions"
    if not samples.is_dir():
        raise UsageError(f"There are no sample submissions in {order.assignment.folder}.")
    table: Rows = "all" if whole else "ends"
    handed_in = [path for path in sorted(samples.iterdir()) if path.suffix != ".json"]
    end_with(_grade(order.of(*handed_in), quiet=False, as_json=False, table=table))


def _demo_folder() -> Path:
    if os.access(Path.cwd(), os.W_OK):
        return Path("demo-results")
    return Path(tempfile.mkdtemp(prefix="autograder-demo-"))
