"""The application: which address is whose, and what every request has to bring."""

from __future__ import annotations

import hmac
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TypeAlias

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from autograder.errors import AutograderError, StoreAway, StoreError, UsageError
from autograder.store import Conflict
from autograder.text import ended
from autograder.web.pages import page
from autograder.web.people import INSTRUCTORS, STAFF, STUDENTS, Doors, Entrance, Role, Session
from autograder.web.safety import Safety, TooLarge, TooSlow
from autograder.web.visit import Form, NotNow, NotOpen, NotThere, Visit

_log = logging.getLogger(__name__)
_MOST_SESSIONS = 1_000
_STATUS: dict[type[AutograderError], int] = {
    UsageError: 400,
    Conflict: 409,
    NotOpen: 403,
    NotThere: 404,
    NotNow: 409,
}

AWAY = (
    "What is stored cannot be reached just now: try again in a few seconds. What has a receipt is "
    "safe."
)

Answer: TypeAlias = str | Response
"""A page, or something else."""
Show: TypeAlias = Callable[[Visit], Answer]
"""Answers a request; runs beside others.  Raises AutograderError where something cannot be."""


@dataclass(frozen=True)
class At:
    """An address and what answers there."""

    path: str
    roles: frozenset[Role]
    show: Show | None = None
    """What is read."""
    do: Show | None = None
    """What a form does."""

    @property
    def for_whom(self) -> str:
        """What others are told."""
        return _FOR_WHOM[self.roles]


_FOR_WHOM = {
    INSTRUCTORS: "This page is for instructors.",
    STAFF: "This page is for those who teach.",
    STUDENTS: "Only students do that; those who teach can look at their pages.",
}


def _methods(at: At) -> list[str]:
    return [*(["GET"] if at.show else []), *(["POST"] if at.do else [])]


class _Said:
    """Sentences that wait for the next page of a session."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, str] = OrderedDict()
        self._lock = Lock()

    def take(self, session: str) -> str:
        with self._lock:
            return self._waiting.pop(session, "")

    def keep(self, session: str, sentences: Sequence[str]) -> None:
        with self._lock:
            self._waiting[session] = " ".join(sentences)
            while len(self._waiting) > _MOST_SESSIONS:
                self._waiting.popitem(last=False)


def application(places: Iterable[At], doors: Doors, port: int, public: str = "") -> ASGIApp:
    """The pages at these places, for whoever comes through the doors, at a port of this machine.

    ``public``: what browsers call it, scheme and host, where that is not this machine's own name.
    """
    cookie = f"autograder_{port}"
    gate = Gate(doors, cookie, "Sign in first, with the address that `autograder desk` printed.")

    async def enter(request: Request) -> Response:
        """Make a cookie of a secret, which is gone from the address then."""
        member = doors.enter(request.query_params.get("secret", ""))
        if member is None:
            return refused(403, "This address is not, or no longer, good for signing in.")
        answer = RedirectResponse("/", 303, {"referrer-policy": "no-referrer"})
        answer.set_cookie(
            cookie,
            doors.cookie(member),
            httponly=True,
            samesite="strict",
            secure=public.startswith("https:"),
            path="/",
        )
        return answer

    routes = [Route("/enter", enter, methods=["GET"]), STATIC, *gate.routes(places)]
    app = Starlette(routes=routes, exception_handlers=HANDLERS)
    return Safety(app, origins_at(port, public))


def origins_at(port: int, public: str = "") -> list[str]:
    """What pages at a port of this machine are called; a proxy may ask by either name."""
    here = [f"http://{name}:{port}" for name in ("127.0.0.1", "localhost")]
    return [*here, *([public] if public else [])]


class Gate:
    """Lets to a page whoever may see it."""

    def __init__(
        self,
        doors: Entrance,
        cookie: str,
        sign_in: str,
        *,
        refuse: Callable[[int, str], Response] | None = None,
        sorry: str = "sorry.html.j2",
    ) -> None:
        """``sign_in``: how that is done, in a sentence; ``refuse``: how that is said, and else;
        ``sorry``: the template of what could not be done."""
        self._refuse = refused if refuse is None else refuse
        self._sorry = sorry
        self._doors = doors
        self._cookie = cookie
        self._sign_in = sign_in
        self._said = _Said()

    def routes(self, places: Iterable[At]) -> list[Route]:
        return [Route(at.path, self.to(at), methods=_methods(at)) for at in places]

    def session(self, request: Request) -> Session | None:
        return self._doors.session(request.cookies.get(self._cookie, ""))

    def to(self, at: At) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            session = await run_in_threadpool(self.session, request)
            if session is None:
                return self._refuse(403, self._sign_in)
            if session.member.role not in at.roles:
                return self._refuse(403, at.for_whom)
            is_form = request.method == "POST"
            form = Form()
            if is_form:
                kind = request.headers.get("content-type", "").partition(";")[0].strip()
                if kind != "application/x-www-form-urlencoded":
                    return self._refuse(415, "Forms are sent as forms.")
                try:
                    form = Form.read((await request.body()).decode("utf-8", "replace"))
                except UsageError as error:
                    return self._refuse(400, str(error))
                if not hmac.compare_digest(
                    form.one("token").encode("utf-8", "replace"), session.token.encode()
                ):
                    return self._refuse(
                        403, "This form is not from a page of yours: open it again."
                    )
            return await run_in_threadpool(self._answer, at, request, session, form)

        return answer

    def _answer(self, at: At, request: Request, session: Session, form: Form) -> Response:
        shows = at.do if request.method == "POST" else at.show
        assert shows is not None
        try:
            query = Form.read(request.url.query)
        except UsageError as error:
            return self._refuse(400, str(error))
        visit = Visit(
            member=session.member,
            path={name: str(value) for name, value in request.path_params.items()},
            query=query,
            form=form,
            token=session.token,
            said=self._said.take(session.id),
            session=session.id,
            hides_names=request.cookies.get("names") == "hidden",
            base=str(request.scope.get("root_path", "")),
            person=session.person,
        )
        try:
            made = shows(visit)
        except AutograderError as error:
            why = to_students(error) if visit.member.role is Role.STUDENT else in_words(error)
            status = status_of(error)
            made = HTMLResponse(page(self._sorry, visit, why=why, head=heading(status)), status)
        if visit.later:
            self._said.keep(session.id, visit.later)
        return HTMLResponse(made) if isinstance(made, str) else made


def in_words(error: AutograderError) -> str:
    """A reason as a sentence of its own."""
    said = str(error)
    is_path = "/" in said.partition(" ")[0]
    begins = said[:1] if is_path else said[:1].upper()
    return ended(begins + said[1:])


def to_students(error: AutograderError) -> str:
    """The same; of what is stored they are not told where it lies, nor how it is broken."""
    if not isinstance(error, StoreError) or isinstance(error, Conflict):
        return in_words(error)
    if not isinstance(error, StoreAway):  # no waiting helps: whoever runs it has to look
        _log.error("The store cannot be used", exc_info=error)
    return AWAY


def status_of(error: AutograderError) -> int:
    return _STATUS.get(type(error), 503)


def heading(status: int) -> str:
    """What stands above the reason why something could not be."""
    return "Not found" if status == _STATUS[NotThere] else "That was not possible"


def refused(status: int, why: str) -> Response:
    return PlainTextResponse(f"{why}\n", status)


async def _not_found(_request: Request, _error: Exception) -> Response:
    return refused(404, "There is no such page.")


async def _too_large(_request: Request, _error: Exception) -> Response:
    return PlainTextResponse(
        "That is more than a form here can hold.\n", 413, {"connection": "close"}
    )


async def _too_slow(_request: Request, _error: Exception) -> Response:
    return PlainTextResponse(
        "The rest did not come: send it once more.\n", 408, {"connection": "close"}
    )


async def _not_now(_request: Request, error: Exception) -> Response:
    assert isinstance(error, AutograderError)
    return refused(status_of(error), in_words(error))


async def _our_fault(_request: Request, error: Exception) -> Response:
    _log.error("A page failed", exc_info=error)
    return refused(500, "This is a fault of autograder itself; nothing was stored.")


async def _hung_up(_request: Request, _error: Exception) -> Response:
    return Response(status_code=400)  # nobody reads it


HANDLERS = {
    ClientDisconnect: _hung_up,
    404: _not_found,
    TooLarge: _too_large,
    TooSlow: _too_slow,
    AutograderError: _not_now,
    Exception: _our_fault,
}
STATIC = Mount("/static", StaticFiles(directory=Path(__file__).parent / "static"))
