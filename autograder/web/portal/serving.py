"""From a course to a portal on a port."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from threading import Thread
from typing import ClassVar

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from autograder.batch.graders import Wanted
from autograder.batch.order import Order, cores
from autograder.course import Assignment, Course
from autograder.errors import AutograderError
from autograder.mail import Server
from autograder.people.links import is_only_here
from autograder.store import Store
from autograder.store.serving import served
from autograder.web.desk.serving import FEW, write_behind
from autograder.web.desk.tables import Tables
from autograder.web.listening import LOOPBACK, Listening
from autograder.web.portal.api import Api
from autograder.web.portal.app import Rooms, portal
from autograder.web.portal.crew import Crew
from autograder.web.portal.doors import FrontDoor
from autograder.web.portal.drawing import Drawing
from autograder.web.portal.following import Following
from autograder.web.portal.keeping import Keeping, counted
from autograder.web.portal.office import Office
from autograder.web.portal.presence import Presence
from autograder.web.portal.retrying import Retrying
from autograder.web.portal.seeing import Seeing
from autograder.web.portal.staff import Desks, StaffPages
from autograder.web.portal.student import StudentPages
from autograder.web.portal.syllabus import Exercise, Syllabus
from autograder.web.watching import Lines, Watched, start_logs

_BACKLOG = 1024
_MORE = 1
"""Graders beyond one a core: each waits now and then for what it runs, or for the store."""
_GRACE = 2
"""Seconds in which answers that are being given may be given to their end."""
_MANY = 20
"""Students whose pages are not drawn in this process: others would wait for theirs."""
_LAST_TABLES = 2.0
"""Seconds that the end waits for tables; a process that still writes them goes on behind."""
_FILES = 8_192
"""Files and connections that this process may have open, where the machine lets it."""
_GARBAGE = 10_000
"""New objects after which it is looked which of them are garbage in circles: a page makes some
thousands, nearly all of which go by themselves."""
_log = logging.getLogger(__name__)


class Portal:
    """A portal that can be asked for; use as a context manager."""

    def __init__(
        self,
        course: Course,
        store: Store,
        store_at: str | Path,
        order_of: Callable[[Assignment], Order],
        *,
        slugs: Sequence[str] | None = None,
        host: str = LOOPBACK,
        port: int = 0,
        url: str | None = None,
        scheduler: str | None = None,
        shared: Path | None = None,
        workers: int | None = None,
        unsafe: bool = False,
        mail: Server | None = None,
        metrics: int | None = None,
        logs: bool = False,
    ) -> None:
        """``slugs``: the assignments that are served; None: all of the course's, as they come.
        ``url``: where people find it; None: at this port of this machine.  ``shared``: a folder
        that the workers of the ``scheduler`` see.  ``mail``: where mail is handed over;
        ``metrics``: the port for counts; ``logs``: a line of JSON for each request.

        Raises UsageError where the port is not to be had.
        """
        self._socket = Listening(port, host).opened()
        self.port: int = self._socket.getsockname()[1]
        self.url = url or f"http://{LOOPBACK}:{self.port}"
        self._store, self._store_at = store, store_at
        self._open = ExitStack()
        self._tables: dict[str, Tables] = {}
        self._orders: dict[str, Order] = {}
        self._syllabus = Syllabus(course, slugs, order_of, store, self._tables_of)
        self._crew = Crew(
            lambda: Wanted(
                course=str(course.folder),
                store=str(store_at),
                is_file=isinstance(store_at, Path),
                versions=self._syllabus.versions,
                public=[
                    one.slug
                    for one in self._syllabus
                    if one.assignment.feedback.before_due == "public"
                ],
                workers=cores() + _MORE if workers is None else workers,
                scheduler=scheduler,
                shared=str(shared) if scheduler is not None else None,
                unsafe=unsafe,
            )
        )
        self._syllabus.changed = self._crew.follow
        self.door = FrontDoor(store)
        seeing, drawing = Seeing(store), Drawing()
        office = Office(store, self._crew.wake)
        self._drawing, self._office = drawing, office
        self._keeping = Keeping(store, self._crew, self._syllabus)
        self._mail, self._metrics, self._logs = mail, metrics, logs
        rooms = Rooms(
            store,
            self.door,
            StudentPages(store, self.door, self._syllabus, office, seeing, drawing),
            StaffPages(store, self.door, self._syllabus, self._crew),
            Api(store, self.door, self._syllabus, office, seeing),
            self._keeping,
            office,
            self._crew,
            Presence(self.door, self._syllabus),
        )
        self.app = portal(
            rooms,
            lambda gate, missing: Desks(gate, self._syllabus, missing),
            self.url,
            self.port,
        )
        self._is_public = url is not None
        known = store.links.url()
        if self._is_public or known is None or is_only_here(known):
            store.links.keep_url(self.url)
        is_other = known is not None and known != self.for_others and not is_only_here(known)
        self.moved_from = known if is_other else None
        """Where others were sent to until now; None: nowhere else."""

    def __enter__(self) -> Portal:
        self._open.enter_context(self._socket)
        self._open.enter_context(served(self._store_at))
        self._open.enter_context(self._drawing)
        # Before the graders, so that it ends after them: what they finish then is in the tables.
        self._open.enter_context(
            Following(
                self._store,
                self._syllabus,
                lambda one, students: self._tables[one.slug].follow(students),
                lambda one: not _is_large(one),
            )
        )
        self._open.enter_context(self._crew)
        self._open.enter_context(self._syllabus)
        self._open.enter_context(Retrying(self._store, self._crew.wake))
        self._open.enter_context(self._keeping.mail(self._mail, lambda: self.for_others))
        watches = self._open.enter_context(counted(self._metrics, self._keeping))
        if self._logs:
            start_logs()
            watches = (*watches, Lines())
        if watches:
            self.app = Watched(self.app, watches)
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    @property
    def for_others(self) -> str:
        """Where people are sent to: what was said last holds, be it while this runs, and though it
        is tried here alone."""
        return self._store.links.url() or self.url

    @property
    def instructor(self) -> str:
        """A link that signs an instructor in."""
        return self.door.links.all()[0].url(self.url)

    @property
    def has_students(self) -> bool:
        return any(one.role == "student" for one in self.door.links.directory.people)

    @property
    def troubles(self) -> Sequence[str]:
        """What is wrong with the course's assignments, a sentence each."""
        return list(self._syllabus.troubles.values())

    def wait_until_ready(self, seconds: float = 60.0) -> bool:
        """Whether graders are ready within so many seconds."""
        return self._crew.wait_until_ready(seconds)

    def run(self) -> None:
        """Answer until Ctrl-C or a request to end."""
        # Of forms that are none it writes a line each, with letters of what strangers sent.
        logging.getLogger("python_multipart").setLevel(logging.ERROR)
        _allow_files()
        config = uvicorn.Config(
            self.app,
            http=Patient,
            log_level="warning",
            access_log=False,  # addresses tell who read what
            server_header=False,
            timeout_graceful_shutdown=_GRACE,
            proxy_headers=self._is_public,
            lifespan="off",
            backlog=_BACKLOG,
        )
        sys.stdout.flush()
        gc.set_threshold(_GARBAGE, *gc.get_threshold()[1:])
        Thread(target=self._warm, name="warm", daemon=True).start()
        with suppress(KeyboardInterrupt):  # the server raises again what ended it
            uvicorn.Server(config).run(sockets=[self._socket])
        # What ends it is asked for once: a second time must not keep graders from ending.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)

    def _warm(self) -> None:
        """Read now what the first pages need."""
        with suppress(AutograderError):  # who opens a page is told
            for exercise in self._syllabus:
                exercise.register.now()

    def _tables_of(self, order: Order) -> Tables:
        """What keeps the tables of an assignment in step: one, whatever becomes of its order."""
        slug, store = order.assignment.slug, self._store
        self._orders[slug] = order
        if slug not in self._tables:

            def write(students: set[str]) -> None:
                exercise = self._syllabus.get(slug)
                many = len(students) > _MANY or (exercise is not None and _is_large(exercise))
                write_behind(self._orders[slug], store, students, is_large=many)

            self._tables[slug] = self._open.enter_context(Tables(write, _LAST_TABLES))
        return self._tables[slug]


def _is_large(exercise: Exercise) -> bool:
    return len(exercise.register.now().attempts) > FEW


def _allow_files() -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if hard == resource.RLIM_INFINITY else min(_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


class Patient(H11Protocol):
    """Hangs up on whoever connects and asks nothing; where there are more connections than it can
    serve, on the oldest that has not asked to the end, so that those who ask are answered."""

    PATIENCE = 15.0
    """Seconds in which a request should have begun, and its header have come."""
    MOST = 4_000
    """Connections at a time."""

    _open: ClassVar[dict[Patient, None]] = {}
    """All of them, the oldest first."""
    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._open[self] = None
        if len(self.connections) > self.MOST:
            others = (one for one in self._open if not one._is_answered)
            oldest = next(others)  # this one, where all others are being answered
            del self._open[oldest]
            oldest.transport.abort()
        self._late = self.loop.call_later(self.PATIENCE, self._look)

    @property
    def _is_answered(self) -> bool:
        """Whether it has asked, to the end, and has not its whole answer."""
        cycle = self.cycle
        return cycle is not None and not cycle.more_body and not cycle.response_complete

    def connection_lost(self, exc: Exception | None) -> None:
        self._open.pop(self, None)
        if self._late is not None:
            self._late.cancel()
        super().connection_lost(exc)

    def _look(self) -> None:
        is_idle = self.cycle is None or self.cycle.response_complete
        if is_idle:
            self.transport.close()
        else:
            self._late = self.loop.call_later(self.PATIENCE, self._look)
