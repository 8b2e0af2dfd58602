"""Commands about people: ``people import``, ``people list``, ``extend``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Unpack

import click

from autograder.batch.order import opened, standing
from autograder.batch.showing import show_again
from autograder.cli.options import (
    Place,
    Places,
    any_order_for,
    json_option,
    order_for,
    orders_in,
    path_option,
    place_options,
)
from autograder.errors import UsageError
from autograder.people import Dated, import_people, key, moment, read_dates, read_people
from autograder.people import extend as give_extensions
from autograder.text import counted

_TAKEN_BACK = "none"


@click.group()
def people() -> None:
    """Who takes the course, by all their identifiers.

    \b
    Example:  autograder people import roster.csv
    """


@people.command(name="import")
@click.argument("file", type=Place())
@place_options
@json_option
def import_(file: Path, as_json: bool, **named: Unpack[Places]) -> None:
    """Take a list of people into the store; once more brings it up to date.

    FILE is recognised: a roster (the columns id, name, email, section, role), the gradebook of
    Canvas, a grading worksheet or the participants of Moodle, the roster of Gradescope, students
    of nbgrader.

    \b
    Example:  autograder people import roster.csv
    """
    order = any_order_for(**named)
    listed = read_people(file)
    with opened(order) as store:
        done = import_people(store, listed)
        for each in orders_in(order, store.assignments(), **named):
            show_again(each, store, ())
    if as_json:
        counts = {"new": done.new, "changed": done.changed, "same": done.same}
        click.echo(json.dumps({"kind": done.kind, **counts, "notices": done.notices}, indent=1))
        return
    everybody = counted(done.new + done.changed + done.same, "line")
    click.echo(
        f"{everybody} of {file} ({done.kind}): {done.new} new, {done.changed} changed, "
        f"{done.same} as before."
    )
    for notice in done.notices:
        click.echo(notice, err=True)


@people.command(name="list")
@place_options
@json_option
def list_(as_json: bool, **named: Unpack[Places]) -> None:
    """Everybody who is known, with all their identifiers.

    \b
    Example:  autograder people list --json
    """
    order = any_order_for(**named)
    with opened(order, create=False) as store:
        now = standing(order, store)
    if as_json:
        extensions = now.policies.extensions
        known = [
            {
                "id": person.id,
                "name": person.name,
                "email": person.email,
                "section": person.section,
                "role": person.role,
                "identifiers": person.identifiers,
                "late_days_left": now.policies.days_left(person.id),
                "extended_to": due.isoformat() if (due := extensions.get(key(person.id))) else None,
            }
            for person in now.directory.people
        ]
        click.echo(json.dumps(known, indent=1))
        return
    for person in now.directory.people:
        others = ", ".join(person.identifiers[1:])
        parts = (person.id, person.name, person.section, person.role, others)
        click.echo("\t".join(parts))
    click.echo(f"{len(now.directory.people)} people", err=True)


@click.command()
@click.argument("who", required=False)
@click.argument("date", required=False)
@click.option("--reason", metavar="WORDS", default="", help="Why; kept beside it.")
@path_option("--csv", "file", metavar="FILE", help="Of many: the columns student and due.")
@place_options
@json_option
def extend(
    who: str | None,
    date: str | None,
    reason: str,
    file: Path | None,
    as_json: bool,
    **named: Unpack[Places],
) -> None:
    """Give people a due date of their own, all of them or none.

    WHO is any identifier of one person; DATE, without a time, is the end of that day. The date
    "none" takes an extension back.

    \b
    Example:  autograder extend alice 2025-03-21 --reason "was ill"
    """
    order = order_for(**named)
    zone = order.assignment.late.zone
    if file is not None and who is None:
        dated = read_dates(file, "due", zone)
    elif file is None and who is not None and date is not None:
        dated = [Dated(who, None if key(date) == _TAKEN_BACK else moment(date, zone))]
    else:
        raise UsageError(
            "Say who and until when, as `autograder extend alice 2025-03-21`; or "
            "name a file: `autograder extend --csv extensions.csv`."
        )
    with opened(order, create=False) as store:
        called = give_extensions(store, standing(order, store), dated, reason)
        # What was spent of late days on one assignment is not there for those after it.
        is_alone = order.assignment.late.budget_days is None
        for each in [order] if is_alone else orders_in(order, store.assignments(), **named):
            show_again(each, store, set(called))
    until = [None if one.at is None else one.at.isoformat() for one in dated]
    if as_json:
        told = [{"student": s, "due": due} for s, due in zip(called, until, strict=True)]
        click.echo(json.dumps(told, indent=1))
        return
    for student, due in zip(called, until, strict=True):
        click.echo(f"{student}: {'as all others' if due is None else f'due {due}'}")
