"""The command for whoever keeps the grading machine: ``doctor``."""

from __future__ import annotations

import json
from pathlib import Path

import click

from autograder import console
from autograder import doctor as practice
from autograder.cli.options import course_option, end_with, json_option
from autograder.course import Course


@click.command()
@course_option
@json_option
def doctor(course_folder: Path | None, as_json: bool) -> None:
    """Which walls of the sandbox this machine gives, and whether grading may start.

    \b
    Example:  autograder doctor
    """
    found = practice.examine(Course.find(course_folder).hidden)
    if as_json:
        click.echo(json.dumps(practice.as_json(found), indent=1))
    else:
        for line in practice.words(found):
            console.say(line)
    end_with(0 if found.problem is None else 1)
