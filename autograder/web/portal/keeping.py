"""What whoever runs the portal asks of it, and what it does beside answering: mail, counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from autograder.errors import AutograderError
from autograder.mail import Server
from autograder.people.notices import Post
from autograder.store import Store
from autograder.store.hand_ins import Lane
from autograder.web.portal.crew import Crew
from autograder.web.portal.syllabus import Syllabus
from autograder.web.watching import Watch


class Keeping:
    """How the portal is."""

    def __init__(self, store: Store, crew: Crew, syllabus: Syllabus) -> None:
        self._store = store
        self._crew = crew
        self._syllabus = syllabus

    def routes(self) -> list[Route]:
        return [Route("/health", self.health, methods=["GET"])]

    async def health(self, _request: Request) -> Response:
        """200 where hand-ins are taken and graded, be it in a moment, when graders have begun anew
        with an assignment that was edited; 503, and why not.  Nothing about anybody."""
        trouble = await run_in_threadpool(self._trouble)
        if trouble:
            return JSONResponse({"status": trouble}, 503)
        starting = self._crew.is_taking_over
        return JSONResponse({"status": "graders are starting" if starting else "ok"})

    def _trouble(self) -> str:
        try:
            self._store.hand_ins.waiting()
        except AutograderError:
            return "the store does not answer"
        is_well = self._crew.is_ready or self._crew.is_taking_over
        return "" if is_well else "no grader is ready"

    def counts(self) -> dict[str, float]:
        """What there is right now, for :mod:`autograder.web.metrics`; raises StoreError."""
        waiting = self._store.hand_ins.waiting()
        return {
            "store_up": 1.0,
            "graders_ready": float(self._crew.is_ready),
            **{f"waiting_{lane.value}": float(waiting.get(lane.value, 0)) for lane in Lane},
            "mails_waiting": float(self._store.mails.waiting()),
            "assignments_in_trouble": float(len(self._syllabus.troubles)),
        }

    @contextmanager
    def mail(self, server: Server | None, url: Callable[[], str]) -> Iterator[None]:
        """Send mail meanwhile, where there is a server for it; ``url``: what it names."""
        if server is None:
            yield
            return
        stop = Event()
        post = Post(self._store, server, url, self._titles, self._syllabus.zone)
        thread = Thread(target=post.run, args=(stop,), name="mail", daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(3.0)  # one that is being sent is tried again by whoever comes next

    def _titles(self) -> dict[str, str]:
        return {one.slug: one.assignment.title for one in self._syllabus}


@contextmanager
def counted(port: int | None, keeping: Keeping) -> Iterator[tuple[Watch, ...]]:
    """What is told of each request, where its counts are served at a port of this machine."""
    if port is None:
        yield ()
        return
    from autograder.web.metrics import Metrics

    metrics = Metrics(keeping.counts)
    end: Callable[[], None] = metrics.serve(port)
    try:
        yield (metrics,)
    finally:
        end()
