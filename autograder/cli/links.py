"""The command ``links``: how each person comes in."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Unpack
from urllib.parse import urlsplit

import click

from autograder import mail
from autograder.acts.sheet import table_line
from autograder.batch.files import whole_file
from autograder.batch.order import opened
from autograder.cli.options import (
    Places,
    any_order_for,
    end_with,
    json_option,
    path_option,
    place_options,
)
from autograder.errors import UsageError
from autograder.people import Directory, Link, Person, PersonalLinks, key, moment
from autograder.people.links import DEFAULT_URL, MOVED, ONLY_HERE, OWNER, is_only_here
from autograder.people.lists import ROLES
from autograder.text import counted

_NEVER = "none"
_COLUMNS = ("id", "name", "email", "role", "url")


@click.command()
@click.argument("who", nargs=-1)
@click.option("--role", type=click.Choice(ROLES), help="Only theirs.")
@click.option(
    "--url",
    metavar="PUBLIC",
    help="Address of the portal, which is remembered; default: that, or where it was served last.",
)
@click.option("--expires", metavar="DATE", help='Until when they are good; "none": no end.')
@click.option(
    *("--revoke", "revoked"),
    metavar="ID",
    multiple=True,
    help="What this person was given is no longer good; as often as you like.",
)
@path_option(
    *("--to", "destination"),
    metavar="CSV",
    help="A table for mail merge, for your eyes only.",
    dir_okay=False,
)
@click.option("--mail", "by_mail", is_flag=True, help="Send each person theirs.")
@place_options
@json_option
def links(
    who: tuple[str, ...],
    role: str | None,
    url: str | None,
    expires: str | None,
    revoked: tuple[str, ...],
    destination: Path | None,
    by_mail: bool,
    as_json: bool,
    **named: Unpack[Places],
) -> None:
    """Personal links of those on the people's list, or of WHO, by any identifier.

    Whoever has a link is that person. The same command prints the same links again, until one is
    revoked: then the next is a new one. --mail needs a server, named by $AUTOGRADER_SMTP as
    smtps://user:password@host?from=address.

    \b
    Example:  autograder links --role student --to links.csv
    """
    portal = None if url is None else public_url(url)
    server = mail_server() if by_mail else None
    order = any_order_for(**named)
    zone = order.assignment.late.zone
    until = None if expires is None or key(expires) == _NEVER else moment(expires, zone)
    if until is not None and until <= datetime.now(UTC):
        raise UsageError(
            f"{expires} is past: say until when the links are to be good, or end them now with "
            "--revoke ID."
        )
    with opened(order, create=may_begin(who or revoked, role)) as store:
        if portal is None:
            portal = store.links.url() or DEFAULT_URL
            if by_mail and is_only_here(portal):
                raise UsageError(f"Nothing was sent, for {ONLY_HERE.format(url=portal)}")
        else:
            before = store.links.url() or portal
            store.links.keep_url(portal)
            if before != portal and not is_only_here(before):
                click.echo(MOVED.format(before=before, now=portal), err=True)
        ways = PersonalLinks(store)
        directory = ways.directory
        chosen = meant(directory, who or revoked, role)
        if expires is not None:
            _require_chosen(role, who)
        ways.revoke(meant(directory, revoked) if revoked else ())
        if expires is not None:
            ways.let_expire(chosen, until)
        found = ways.of(chosen)
    if server is not None:
        _send(server, found, portal, order.assignment.title)
    elif destination is not None:
        _write_table(destination, found, portal)
        click.echo(f"{counted(len(found), 'link')} in {destination}")
    elif as_json:
        click.echo(json.dumps([_told(link, portal) for link in found], indent=1))
    else:
        for link in found:
            until_ = "" if link.expires is None else f"\tuntil {_shown(link.expires)}"
            person = link.person
            click.echo(f"{person.id}\t{person.name}\t{person.role}\t{link.url(portal)}{until_}")
        click.echo(counted(len(found), "link"), err=True)
    if found and url is None and is_only_here(portal):
        click.echo(f"Not for others yet: {ONLY_HERE.format(url=portal)}", err=True)


def mail_server() -> mail.Server:
    """Where mail is handed over; raises UsageError where nothing says so."""
    server = mail.server_of()
    if server is None:
        raise UsageError(
            f"Say with ${mail.SETTING} where mail is handed over, as "
            "smtps://user:password@smtp.example.edu?from=course@example.edu."
        )
    return server


def _send(server: mail.Server, found: Sequence[Link], portal: str, title: str) -> None:
    """To each whose address is known; ends with 1 where one could not be sent."""
    reached = [link for link in found if link.person.email]
    failed = []
    with mail.connected(server) as connection:
        for link in reached:
            body = _LETTER.format(url=link.url(portal), who=link.person.name or link.person.id)
            try:
                mail.send(connection, server, link.person.email, f"Your link: {title}", body)
            except mail.MailError as error:
                failed.append(f"{link.person.id}: {error}")
    click.echo(f"{counted(len(reached) - len(failed), 'link')} sent")
    silent = [link.person.id for link in found if not link.person.email]
    if silent:
        click.echo(f"No address is known of {', '.join(silent[:20])} ({len(silent)})", err=True)
    for problem in failed:
        click.echo(problem, err=True)
    end_with(1 if failed else 0)


_LETTER = """Hello {who},

this is your personal link for handing in and for reading your results:

{url}

Whoever has it is you there, so keep it to yourself. Should it get into wrong hands, ask for a new
one.
"""


def public_url(text: str) -> str:
    """An address of the portal without a slash at its end; raises UsageError."""
    try:
        parts = urlsplit(text.strip())
        fits = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        fits = None
    if not fits or parts.query or parts.fragment or parts.username:
        raise UsageError(
            f"The address {text!r} is none that a link can begin with: give it as "
            "https://grades.example.edu, with a port or a folder if it has one."
        )
    return text.strip().rstrip("/")


def may_begin(who: Sequence[str], role: str | None = None) -> bool:
    """Whether there may be no store yet: before any list nobody is known but one."""
    is_owners = all(key(one) == key(OWNER.id) for one in who)
    return is_owners and role in (None, OWNER.role)


def meant(directory: Directory, who: Sequence[str], role: str | None = None) -> list[Person]:
    """Those with this role, or those who are named; raises UsageError, listing who is nobody or
    several."""
    people: dict[str, Person] = {}
    problems = []
    for one in who:
        fits = directory.fitting(one)
        if len(fits) == 1:
            people[fits[0].id] = fits[0]
        elif fits:
            problems.append(f"{one} fits {', '.join(person.id for person in fits)}")
        else:
            problems.append(f"nobody is known as {one}")
    if problems:
        raise UsageError(
            f"Nothing was done, for {'; '.join(problems)}: look at `autograder people list`."
        )
    everybody: Iterable[Person] = people.values() if who else directory.people
    return [person for person in everybody if role is None or person.role == role]


def _require_chosen(role: str | None, who: Sequence[str]) -> None:
    """An end that was meant for students would shut the instructor out."""
    if role is None and not who:
        raise UsageError(
            "Say whose links end then: `autograder links --role student --expires 2026-07-31`, or "
            "name people."
        )


def _told(link: Link, portal: str) -> dict[str, str]:
    person = link.person
    ends = {} if link.expires is None else {"expires": link.expires.isoformat()}
    return {
        "id": person.id,
        "name": person.name,
        "role": person.role,
        "url": link.url(portal),
        "token": link.token,
        **ends,
    }


def _write_table(path: Path, found: Sequence[Link], portal: str) -> None:
    rows = [
        (link.person.id, link.person.name, link.person.email, link.person.role, link.url(portal))
        for link in found
    ]
    with whole_file(path) as file:
        if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            os.fchmod(file.fileno(), 0o600)
        file.writelines(table_line(row).encode() for row in (_COLUMNS, *rows))


def _shown(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"
