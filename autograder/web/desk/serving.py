"""From a store to pages on a port of this machine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack, suppress

import uvicorn

from autograder.batch.order import Order, standing
from autograder.batch.showing import show_again
from autograder.errors import AutograderError, UsageError
from autograder.store import Store
from autograder.web.app import application
from autograder.web.desk.places import places
from autograder.web.desk.room import Room, where
from autograder.web.desk.tables import Tables
from autograder.web.listening import Listening
from autograder.web.people import STAFF, Doors, Member, Role

FEW = 300
"""Students of a class whose tables are written in no time."""


def staff(order: Order, store: Store, me: str, *, everybody: bool) -> list[Member]:
    """Who may sign in: whoever runs the command, or the staff on the people's list."""
    if not everybody:
        return [Member(me, Role.INSTRUCTOR)]
    roles = {role.value: role for role in STAFF}
    members = [
        Member(person.id, roles[person.role])
        for person in standing(order, store).directory.people
        if person.role in roles
    ]
    if not members:
        raise UsageError(
            "The people's list names no instructor and no TA: `autograder people import` takes a "
            "table with a column role."
        )
    return sorted(members, key=lambda member: (member.role != Role.INSTRUCTOR, member.name))


class Served:
    """Pages that can be asked for; use as a context manager."""

    def __init__(
        self, order: Order, store: Store, members: Sequence[Member], listening: Listening
    ) -> None:
        """Raises UsageError where that is not safe, or the port not to be had."""
        listening.check()
        self._listening = listening
        self._doors = Doors(members)
        self._socket = listening.opened()
        self.port: int = self._socket.getsockname()[1]
        self._tables = Tables(self._write)
        self._room = Room(order, store, self._tables, _markers(members))
        self._origin = listening.origin(self.port)
        self._app = application(places(self._room), self._doors, self.port, self._origin)
        self._open = ExitStack()

    def __enter__(self) -> Served:
        self._open.enter_context(self._socket)
        self._open.enter_context(self._tables)
        # Of 20,000 people that takes some seconds, which no page should: it comes before there is
        # an address.
        with suppress(AutograderError):  # who opens a page is told
            self._room.compare(self._room.view())
        return self

    def __exit__(self, *_: object) -> None:
        self._room.ends.close()
        if self._tables.waiting:
            print("Writing the tables of what was decided last ...", file=sys.stderr)
        self._open.close()

    @property
    def addresses(self) -> dict[str, str]:
        """By name, each with its secret."""
        return {
            member.name: f"{self._origin}/enter?secret={secret}"
            for member, secret in self._doors.secrets.items()
        }

    @property
    def url(self) -> str:
        return next(iter(self.addresses.values()))

    def run(self) -> None:
        """Answer until Ctrl-C or a request to end."""
        certificate, key = self._listening.certificate or (None, None)
        config = uvicorn.Config(
            self._app,
            log_level="warning",
            access_log=False,  # addresses tell who read whose answer
            server_header=False,
            timeout_graceful_shutdown=1,
            proxy_headers=False,
            lifespan="off",
            ssl_certfile=certificate,
            ssl_keyfile=key,
        )
        sys.stdout.flush()
        # The server raises again what ended it; so both end it alike, and the tables are written.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[self._socket])

    def _write(self, students: set[str]) -> None:
        is_large = len(self._room.view().lines) > FEW
        write_behind(self._room.order, self._room.store, students, is_large=is_large)


def _markers(members: Sequence[Member]) -> list[str]:
    """The TAs, and where there are none, everybody."""
    tas = [member.name for member in members if member.role is Role.TA]
    return tas or [member.name for member in members]


def write_behind(order: Order, store: Store, students: set[str], *, is_large: bool) -> None:
    """The tables and these students' pages; of a large class in a process of its own: in this one
    pages would wait for it."""
    if not is_large:
        show_again(order, store, students)
        return
    command = [sys.executable, "-m", "autograder", "feedback", "--only", "-", *where(order)]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,  # Ctrl-C is for us: we wait for what is written
    ) as process:
        with suppress(OSError, AttributeError):
            os.setpriority(os.PRIO_PROCESS, process.pid, 10)
        _, said = process.communicate("\n".join(sorted(students)))
    if process.returncode:
        raise AutograderError(said.strip())
