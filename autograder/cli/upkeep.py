"""Commands for whoever runs the course: ``verify``, ``release``, ``doctor``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder import console
from autograder import doctor as practice
from autograder.cli.options import course_option, end_with, json_option, load
from autograder.course import Course
from autograder.release import release as write_release
from autograder.sandbox import open_sandbox

if TYPE_CHECKING:
    from autograder.verify import VerifyReport


@click.command()
@click.argument("slug", required=False)
@course_option
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
    course, assignment = load(course_folder, slug)
    released = write_release(
        assignment.folder,
        destination or course.folder / "student_template",
        reference=course.folder / "reference",
    )
    click.echo(f"{released.folder}: {', '.join(released.files)}")
    click.echo(f"Searched for {released.lines_looked_for} hidden lines; none is in it.")


@click.command()
@click.argument("slug", required=False)
@course_option
def verify(slug: str | None, course_folder: Path | None) -> None:
    """Prove an assignment: right answers pass, an empty one scores 0, faults are named.

    \b
    Example:  autograder verify adaptive_learning_rates
    """
    from autograder.verify import verify as prove  # it draws on much that other commands do not

    course, assignment = load(course_folder, slug)
    with open_sandbox(hidden=[course.folder]) as box:
        proof = prove(course, assignment.slug, box, lambda said: click.echo(said, err=True))
    for line in _words(proof):
        click.echo(line)
    end_with(0 if proof.ok else 2)


def _words(proof: VerifyReport) -> Iterator[str]:
    for program in proof.programs:
        if not program.ok:
            wanted = f"{program.score:g} of {program.max_score:g}, not {program.wanted:g}"
            yield "; ".join((f"WRONG  {program.name}: {wanted}", *program.complaints))
    for question in proof.questions:
        for fault in question.missed:
            yield f"MISSED  {question.name}: {' and '.join(fault.slugs)} {fault.detail}"
        for fault in question.misnamed:
            yield f"MISNAMED  {question.name}: {' and '.join(fault.slugs)} {fault.detail}"
        yield (
            f"{question.title}: {len(question.faults) - len(question.missed)} of "
            f"{len(question.faults)} known faults are caught, and {question.pairs.caught} of "
            f"{question.pairs.count} pairs ({len(question.pairs.cancelling)} cancel out)"
        )
    passed = sum(program.ok for program in proof.programs)
    yield f"Programs that were run: {passed} of {len(proof.programs)} as they should be"
    verdict = "is proved" if proof.ok else "has weak spots, named above"
    yield f"{proof.title} {verdict} ({proof.mutation_score:.1%} caught, {proof.seconds:.0f} s)."


@click.command()
@course_option
@json_option
def doctor(course_folder: Path | None, as_json: bool) -> None:
    """Which walls of the sandbox this machine gives, and whether grading may start.

    \b
    Example:  autograder doctor
    """
    found = practice.examine([Course.find(course_folder).folder])
    if as_json:
        click.echo(json.dumps(practice.as_json(found), indent=1))
    else:
        for line in practice.words(found):
            console.say(line)
    end_with(0 if found.problem is None else 1)
