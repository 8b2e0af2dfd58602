"""The command with which students try their work: ``check``."""

from __future__ import annotations

import json
from pathlib import Path

import click

from autograder import console, public
from autograder.cli.options import Place, course_options, json_option, path_option, unsafe_option


@click.command()
@click.argument("file", type=Place(exists=True, dir_okay=False))
@path_option(
    "--checks",
    metavar="PATH",
    help="The public_checks.json that came with your notebook; default: the one beside FILE, "
    "here, or released in the course.",
)
@course_options
@unsafe_option
@json_option
def check(
    file: Path,
    checks: Path | None,
    course_folder: Path | None,
    slug: str | None,
    unsafe: bool,
    as_json: bool,
) -> None:
    """Try one file on the public examples, as a student would.

    \b
    Example:  autograder check alice.ipynb
    """
    examples = public.read_checks(public.find_checks(file, checks, course_folder, slug))
    course = public.course_folder(course_folder)
    report = public.try_out(file, examples, [course] if course else [], unsafe=unsafe)
    if as_json:
        click.echo(json.dumps(public.as_json(report), indent=1))
    else:
        console.say(public.PlainAnswers(report))
