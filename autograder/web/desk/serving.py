"""From a store to pages on a port of this machine."""

from __future__ import annotations

import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from threading import Thread

import uvicorn

from autograder.batch.order import Order, standing
from autograder.batch.showing import show_again
from autograder.errors import AutograderError, UsageError
from autograder.store import Store
from autograder.web.app import application
from autograder.web.desk.places import places
from autograder.web.desk.room import Room
from autograder.web.desk.tables import Tables
from autograder.web.people import STAFF, Doors, Member, Role

_HOST = "127.0.0.1"


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

    def __init__(self, order: Order, store: Store, members: Sequence[Member], port: int) -> None:
        """Raises UsageError where the port is not to be had."""
        self._doors = Doors(members)
        self._socket = listening(port)
        self.port: int = self._socket.getsockname()[1]
        self._tables = Tables(lambda students: show_again(order, store, students))
        self._room = Room(order, store, self._tables, _markers(members))
        self._app = application(places(self._room), self._doors, self.port)
        self._open = ExitStack()

    def __enter__(self) -> Served:
        self._open.enter_context(self._socket)
        self._open.enter_context(self._tables)
        return self

    def __exit__(self, *_: object) -> None:
        if self._tables.waiting:
            print("Writing the tables of what was decided last ...", file=sys.stderr)
        self._open.close()

    @property
    def addresses(self) -> dict[str, str]:
        """By name, each with its secret."""
        return {
            member.name: f"http://{_HOST}:{self.port}/enter?secret={secret}"
            for member, secret in self._doors.secrets.items()
        }

    @property
    def url(self) -> str:
        return next(iter(self.addresses.values()))

    def run(self) -> None:
        """Answer until Ctrl-C or a request to end."""
        config = uvicorn.Config(
            self._app,
            log_level="warning",
            access_log=False,  # addresses tell who read whose answer
            server_header=False,
            timeout_graceful_shutdown=1,
            proxy_headers=False,
            lifespan="off",
        )
        sys.stdout.flush()
        Thread(target=self._warm, name="warm", daemon=True).start()
        # The server raises again what ended it; so both end it alike, and the tables are written.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[self._socket])

    def _warm(self) -> None:
        with suppress(AutograderError):  # who opens a page is told
            self._room.warm()


def _markers(members: Sequence[Member]) -> list[str]:
    """The TAs, and where there are none, everybody."""
    tas = [member.name for member in members if member.role is Role.TA]
    return tas or [member.name for member in members]


def listening(port: int, host: str = _HOST) -> socket.socket:
    """On this machine alone, unless ``host`` is another of its addresses; 0: at any free port.
    Raises UsageError where it is not to be had."""
    # Named TCP, connections send at once what they have; else each answer waits for 40 ms.
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
    except OSError as error:
        made.close()
        raise UsageError(
            f"Port {port} is not to be had ({error.strerror}): give another with --port, or none."
        ) from None
    made.listen(1024)
    return made
