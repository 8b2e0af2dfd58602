"""The command line: the only package that knows click.

Every command says what it does with an example, fails in one sentence, and ends with 0 (every
submission has a result), 1 (something failed through no fault of a student) or 2 (wrong usage or
a broken assignment).
"""

from __future__ import annotations

import errno
import gc
import importlib
import os
import sys
from collections.abc import Sequence
from typing import Any

import click

import autograder
from autograder.errors import AssignmentError, AutograderError, place_of
from autograder.threads import limit_threads

DEBUG = "AUTOGRADER_DEBUG"
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EIO)


_COMMANDS = {
    "demo": "grading",
    "check": "trying",
    "grade": "grading",
    "feedback": "results",
    "show": "results",
    "export": "results",
    "people": "people",
    "extend": "people",
    "links": "links",
    "password": "password",
    "submit": "submit",
    "answers": "marking",
    "mark": "marking",
    "comment": "marking",
    "override": "marking",
    "undo": "marking",
    "publish": "marking",
    "requests": "marking",
    "desk": "desk",
    "serve": "serve",
    "regrade": "regrading",
    "gradebook": "gradebook",
    "new": "authoring",
    "verify": "authoring",
    "release": "authoring",
    "doctor": "upkeep",
    "backup": "upkeep",
    "restore": "upkeep",
    "forget": "upkeep",
}
"""The commands, and the module of this package that each is in."""


class Program(click.Group):
    """A group whose commands never end in a traceback, unless one is asked for.

    A command's module is imported when the command is wanted: worker processes import this one.
    """

    def main(self, args: Sequence[str] | None = None, *rest: Any, **more: Any) -> Any:
        if args is None:
            _read_names_as_utf8()
        return super().main(args, *rest, **more)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        # What is loaded stays: to look through it for garbage, now and at the end, would take a
        # quarter of the time of a short command.
        gc.disable()
        try:
            module = importlib.import_module(f"autograder.cli.{_COMMANDS[cmd_name]}")
        finally:
            gc.freeze()
            gc.enable()
        command: click.Command = getattr(module, cmd_name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            if os.environ.get(DEBUG):
                raise
            sentence, exit_status = _sentence(error)
            click.echo(f"Error: {sentence}", err=True)
            ctx.exit(exit_status)


def _read_names_as_utf8() -> None:
    """Where the locale says otherwise, start anew: names of files and what is written must not
    depend on how a terminal is set up.  What the terminal is sent stays as it wants it."""
    if sys.getfilesystemencoding() == "utf-8" or os.environ.get("PYTHONUTF8") == "1":
        return
    spoken = f"{sys.stdout.encoding}:backslashreplace" if sys.stdout is not None else "utf-8"
    environment = {"PYTHONIOENCODING": spoken, **os.environ, "PYTHONUTF8": "1"}
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], environment)


def _drop_unprintable() -> None:
    """What could not be printed is tried once more, or Python would at its end and complain."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _sentence(error: Exception) -> tuple[str, int]:
    """What to say of an error, and the exit status."""
    if isinstance(error, AutograderError):
        return str(error), error.exit_status
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        _drop_unprintable()
        where = f"to {error.filename}" if error.filename else "where the output goes"
        why = f"Nothing more can be written {where} ({error.strerror}): make room there, and run "
        return why + "the same command again; what is stored stays.", 1
    said = next(iter(str(error).splitlines()), "")
    named = f"{type(error).__name__}{': ' if said else ''}{said}."
    place = place_of(error)
    if place is not None and place.authors:
        return f"{place.file}, line {place.line}: {named}", AssignmentError.exit_status
    return (
        f"{named} This is a fault of autograder itself: set {DEBUG}=1 and run the command again to "
        "see where.",
        1,
    )


limit_threads()  # before a command's module imports NumPy


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(autograder.__version__, prog_name="autograder")
def main() -> None:
    """Grade update rules written by students.

    \b
    Try it:          autograder demo
    Grade a folder:  autograder grade submissions/
    """
