"""The command ``submit``: hand in from a terminal."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path

import click

from autograder.cli.options import Place, at_terminal, end_with, json_option
from autograder.errors import AutograderError, UsageError
from autograder.public.hand_in import (
    Portal,
    PortalError,
    Said,
    progress_line,
    receipt_lines,
    verdict_lines,
)
from autograder.submission import assignment_of

TOKEN = "AUTOGRADER_TOKEN"
URL = "AUTOGRADER_URL"
_NOT_THERE = 404
_OURS_OR_NOBODYS = (0, 408)
"""Status, besides those from 500 on, with which it is not the student's doing: the portal is not
well, or not reached, or the line to it is slow."""


@click.command()
@click.argument("file", type=Place(exists=True, dir_okay=False))
@click.option("--to", metavar="URL", help=f"The portal; default: that of your link, or ${URL}.")
@click.option(
    "--assignment",
    "slug",
    metavar="SLUG",
    help="Which; default: the notebook's own, or the only one.",
)
@click.option("--anyway", is_flag=True, help="Though the notebook says that it is of another one.")
@click.option("--no-wait", is_flag=True, help="End with the receipt.")
@click.option("--keep", is_flag=True, help="Keep the link for next time, for your eyes only.")
@click.option("--insecure", is_flag=True, help="Also where the portal is not encrypted.")
@json_option
def submit(
    file: Path,
    to: str | None,
    slug: str | None,
    anyway: bool,
    no_wait: bool,
    keep: bool,
    insecure: bool,
    as_json: bool,
) -> None:
    """Hand FILE in at the course's portal, and read what came of it.

    Who you are is said by your personal link (or its token): in $AUTOGRADER_TOKEN, in the file that
    --keep writes, or asked for. It is never taken from the command line, which others can see.

    \b
    Example:  autograder submit alice.ipynb
    """
    try:
        link = _link()
        portal = Portal(link, to or os.environ.get(URL, ""), plain_http=insecure)
        receipt = _sent(portal, file, slug or "", anyway)
        if keep:
            _keep(link)
        if not as_json:
            click.echo("\n".join(receipt_lines(file.name, receipt, portal.url)))
        watch = None if as_json else _tell_progress
        once = not sys.stderr.isatty()
        result = None if no_wait else portal.follow(receipt.get("id"), watch, once)
    except PortalError as error:
        raise _told(error) from None
    except OSError as error:
        raise UsageError(f"{error.filename or file} cannot be read: {error.strerror}.") from None
    if as_json:
        click.echo(json.dumps({"receipt": receipt, "result": result}, indent=1))
    elif result is not None:
        click.echo("\n".join(verdict_lines(result)))
    elif not no_wait:
        click.echo(
            "It is not graded yet, and waits safely at the portal: look there in a while.", err=True
        )
    end_with(0 if no_wait or (result and result.get("status") != "not_graded") else 1)


def _sent(portal: Portal, file: Path, slug: str, anyway: bool) -> Said:
    with file.open("rb") as opened:
        data = opened.read(portal.MOST_BYTES + 1)  # more is not taken
    own = slug or assignment_of(data)
    try:
        return portal.send(file.name, data, own, anyway)
    except PortalError as error:
        if slug == own or error.status != _NOT_THERE:
            raise
        raise PortalError(f"{file.name} says that it is of {own}. {error}", error.status) from None


def _told(error: PortalError) -> AutograderError:
    """What the portal refuses is wrong usage, and so is what cannot be sent; that it does not
    answer is nobody's fault here."""
    is_nobodys = error.status in _OURS_OR_NOBODYS or error.status >= 500
    kind = UsageError if error.asked_wrong or not is_nobodys else AutograderError
    return kind(str(error))


def _tell_progress(now: Said) -> None:
    click.echo(progress_line(now), err=True)


# ------------------------------------------------------------------ whose


def _link() -> str:
    kept = _kept_at()
    if os.environ.get(TOKEN, "").strip():
        return os.environ[TOKEN]
    if kept.exists():
        mode = kept.stat().st_mode
        if stat.S_IMODE(mode) & 0o077:
            raise UsageError(
                f"{kept} can be read by others: your link in it may be known to them. Ask for a "
                "new one, and remove this file."
            )
        return kept.read_text(encoding="utf-8")
    if at_terminal():
        typed: str = click.prompt("Your personal link", hide_input=True, err=True)
        return typed
    piped = "" if sys.stdin is None else sys.stdin.readline().strip()
    if not piped:
        raise UsageError(
            f"Your personal link is needed: put it into ${TOKEN}, or run this in a terminal, where "
            "you are asked for it."
        )
    return piped


def _keep(link: str) -> None:
    kept = _kept_at()
    kept.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    kept.unlink(missing_ok=True)
    with open(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(link.strip())


def _kept_at() -> Path:
    home = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(home) / "autograder" / "link"
