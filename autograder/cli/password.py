"""The command ``password``: how those who teach come in without their link."""

from __future__ import annotations

from typing import Unpack

import click

from autograder.batch.order import opened
from autograder.cli.links import may_begin, meant
from autograder.cli.options import Places, any_order_for, asking, place_options
from autograder.errors import UsageError
from autograder.extras import how_to_get
from autograder.people import PersonalLinks


@click.command()
@click.argument("who")
@click.option("--remove", is_flag=True, help="They have none any more.")
@place_options
def password(who: str, remove: bool, **named: Unpack[Places]) -> None:
    """Give WHO, an instructor or TA, a password for the portal; it is asked for twice.

    The instructor who is there before any list is called instructor.

    \b
    Example:  autograder password instructor
    """
    try:
        from autograder.people.passwords import Passwords
    except ImportError as error:
        raise UsageError(
            f"Passwords need one more package ({error.name}): {how_to_get('portal')}."
        ) from None
    with opened(any_order_for(**named), create=may_begin([who])) as store:
        links = PersonalLinks(store)
        (person,) = meant(links.directory, [who])
        passwords = Passwords(store, links)
        if remove:
            passwords.take_away(person)
            click.echo(f"{person.id} has no password any more.")
            return
        passwords.require_teaches(person)
        with asking("Nothing was done: type a password twice, the same, in a terminal."):
            typed = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
        passwords.give(person, typed)
        click.echo(f"{person.id} has a new password.")
