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
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from autograder.errors import AutograderError, UsageError
from autograder.store import Conflict
from autograder.web.pages import page
from autograder.web.people import Doors, Role, Session
from autograder.web.safety import Safety, TooLarge
from autograder.web.visit import Form, Visit

_log = logging.getLogger(__name__)
_MOST_SESSIONS = 1_000
_STATUS: dict[type[AutograderError], int] = {UsageError: 400, Conflict: 409}

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
    gate = _Gate(doors, f"autograder_{port}", is_secure=public.startswith("https:"))
    routes = [
        Route("/enter", gate.enter, methods=["GET"]),
        Mount("/static", StaticFiles(directory=Path(__file__).parent / "static")),
        *(Route(at.path, gate.to(at), methods=_methods(at)) for at in places),
    ]
    handlers = {404: _not_found, TooLarge: _too_large, Exception: _our_fault}
    origins = [f"http://{name}:{port}" for name in ("127.0.0.1", "localhost")]
    origins += [public] if public else []  # a proxy may ask by either
    return Safety(Starlette(routes=routes, exception_handlers=handlers), origins)


def _methods(at: At) -> list[str]:
    return [*(["GET"] if at.show else []), *(["POST"] if at.do else [])]


class _Gate:
    def __init__(self, doors: Doors, cookie: str, *, is_secure: bool) -> None:
        """``is_secure``: browsers send the cookie over encrypted connections alone."""
        self._is_secure = is_secure
        self._doors = doors
        self._cookie = cookie
        self._said = _Said()

    async def enter(self, request: Request) -> Response:
        """Make a cookie of a secret, which is gone from the address then."""
        member = self._doors.enter(request.query_params.get("secret", ""))
        if member is None:
            return _refused(403, "This address is not, or no longer, good for signing in.")
        answer = RedirectResponse("/", 303, {"referrer-policy": "no-referrer"})
        answer.set_cookie(
            self._cookie,
            self._doors.cookie(member),
            httponly=True,
            samesite="strict",
            secure=self._is_secure,
            path="/",
        )
        return answer

    def to(self, at: At) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            session = self._doors.session(request.cookies.get(self._cookie, ""))
            if session is None:
                return _refused(
                    403, "Sign in first, with the address that `autograder desk` printed."
                )
            if session.member.role not in at.roles:
                return _refused(403, "This page is for instructors.")
            is_form = request.method == "POST"
            form = Form()
            if is_form:
                kind = request.headers.get("content-type", "").partition(";")[0].strip()
                if kind != "application/x-www-form-urlencoded":
                    return _refused(415, "Forms are sent as forms.")
                try:
                    form = Form.read((await request.body()).decode("utf-8", "replace"))
                except UsageError as error:
                    return _refused(400, str(error))
                if not hmac.compare_digest(
                    form.one("token").encode("utf-8", "replace"), session.token.encode()
                ):
                    return _refused(403, "This form is not from a page of yours: open it again.")
            return await run_in_threadpool(self._answer, at, request, session, form)

        return answer

    def _answer(self, at: At, request: Request, session: Session, form: Form) -> Response:
        shows = at.do if request.method == "POST" else at.show
        assert shows is not None
        try:
            query = Form.read(request.url.query)
        except UsageError as error:
            return _refused(400, str(error))
        visit = Visit(
            member=session.member,
            path={name: str(value) for name, value in request.path_params.items()},
            query=query,
            form=form,
            token=session.token,
            said=self._said.take(session.id),
            hides_names=request.cookies.get("names") == "hidden",
        )
        try:
            made = shows(visit)
        except AutograderError as error:
            status = _STATUS.get(type(error), 503)
            made = HTMLResponse(page("sorry.html.j2", visit, why=in_words(error)), status)
        if visit.later:
            self._said.keep(session.id, visit.later)
        return HTMLResponse(made) if isinstance(made, str) else made


def in_words(error: AutograderError) -> str:
    """A reason as a sentence of its own."""
    said = str(error)
    return said[:1].upper() + said[1:] + ("" if said.endswith((".", "?")) else ".")


def _refused(status: int, why: str) -> Response:
    return PlainTextResponse(f"{why}\n", status)


async def _not_found(_request: Request, _error: Exception) -> Response:
    return _refused(404, "There is no such page.")


async def _too_large(_request: Request, _error: Exception) -> Response:
    return PlainTextResponse(
        "That is more than a form here can hold.\n", 413, {"connection": "close"}
    )


async def _our_fault(_request: Request, error: Exception) -> Response:
    _log.error("A page failed", exc_info=error)
    return _refused(500, "This is a fault of autograder itself; nothing was stored.")
