"""The portal's addresses, and what every request has to bring."""

from __future__ import annotations

import hmac
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from autograder.errors import AutograderError
from autograder.people import key
from autograder.store import Store
from autograder.store.hand_ins import HandIn
from autograder.text import ended
from autograder.web.app import (
    HANDLERS,
    STATIC,
    Gate,
    heading,
    origins_at,
    status_of,
    to_students,
)
from autograder.web.pages import fragment
from autograder.web.people import Member, Role, Session
from autograder.web.portal.api import Api, said
from autograder.web.portal.board import Board, Notice
from autograder.web.portal.crew import Crew
from autograder.web.portal.doors import LASTS, FrontDoor
from autograder.web.portal.keeping import Keeping
from autograder.web.portal.office import Allowance, AtOnce, Office
from autograder.web.portal.presence import Presence
from autograder.web.portal.receiving import MOST_BODY, TOO_LARGE, Refused
from autograder.web.portal.staff import Desks, StaffPages
from autograder.web.portal.student import StudentPages
from autograder.web.safety import MOST_BYTES, Safety, TooLarge, TooSlow
from autograder.web.visit import Form, Visit

SIGN_IN = (
    "You are not signed in in this browser. Open your personal link first, which you have from "
    "your instructor: then this page opens, too. If you cannot find the link, ask for it."
)
_COOKIE = "autograder"
_TOO_LONG = "That is more than a form here can hold."
_log = logging.getLogger(__name__)
_MOST_WATCHED = 12
"""Pages of one person that are told at the same time how far a hand-in is."""


@dataclass(frozen=True)
class Rooms:
    """What answers."""

    store: Store
    door: FrontDoor
    student: StudentPages
    staff: StaffPages
    api: Api
    keeping: Keeping
    office: Office
    crew: Crew
    presence: Presence


def portal(
    rooms: Rooms, make_desks: Callable[[Gate, ASGIApp], Desks], url: str, port: int
) -> ASGIApp:
    """The application, at a port of this machine; ``url``: where people find it."""
    is_public = url.startswith("https://")
    front = _Front(rooms, is_public)
    gate = front.gate
    routes = [
        Route("/", front.home, methods=["GET"]),
        Route("/enter/{token}", front.knock, methods=["GET"]),
        Route("/enter", front.enter, methods=["POST"]),
        Route("/leave", front.leave, methods=["POST"]),
        Route("/teach", front.teach, methods=["GET"]),
        Route("/teach", front.sign_in, methods=["POST"]),
        STATIC,
        *rooms.api.routes(),
        *rooms.keeping.routes(),
        Route("/a/{slug}/hand-in", front.hand_in, methods=["POST"]),
        Route("/h/{ticket}/events", front.events, methods=["GET"]),
        *gate.routes(rooms.student.places()),
        *gate.routes(rooms.staff.places()),
        *gate.routes(rooms.presence.places()),
        Mount("/desk/{slug}", make_desks(gate, _missing)),
    ]
    handlers = {**HANDLERS, 404: _not_found, 405: _other_method, TooLarge: _too_large}
    handlers |= {TooSlow: _too_slow, AutograderError: _not_now, Exception: _our_fault}
    parts = urlsplit(url)
    return Safety(
        Starlette(routes=routes, exception_handlers=handlers),
        origins_at(port, f"{parts.scheme}://{parts.netloc}"),
        most=_most,
        too_large=lambda path: TOO_LARGE if _takes_files(path) else _TOO_LONG,
        sorry=lambda path, why: _sorry(413, why, path),
        headers={"strict-transport-security": "max-age=31536000"} if is_public else {},
    )


def _takes_files(path: str) -> bool:
    return path == "/api/submissions" or path.endswith("/hand-in")


def _most(path: str) -> int:
    return MOST_BODY if _takes_files(path) else MOST_BYTES


class _Front:
    """What does not go through the gate as other pages do."""

    def __init__(self, rooms: Rooms, is_public: bool) -> None:
        self._rooms = rooms
        self._is_public = is_public
        self._cookie = f"__Host-{_COOKIE}" if is_public else _COOKIE
        self.gate = Gate(
            rooms.door, self._cookie, SIGN_IN, refuse=_sorry, sorry="portal/sorry.html.j2"
        )
        self._board: Board | None = None
        self._knocking = Allowance(30, 2.0)
        self._guessing = Allowance(10, 30.0)
        self._entering = Allowance(30, 10.0)
        self._watching = AtOnce(_MOST_WATCHED)

    async def home(self, request: Request) -> Response:
        session = await run_in_threadpool(self.gate.session, request)
        if session is None:
            return HTMLResponse(fragment("portal/enter.html.j2", token="", trouble=""))
        if session.member.role is not Role.STUDENT:
            return RedirectResponse("/course", 303)
        return await run_in_threadpool(self._home, session)

    def _home(self, session: Session) -> Response:
        return HTMLResponse(self._rooms.student.home(_visit(session, {})))

    # -------------------------------------------------------------- in and out

    async def knock(self, request: Request) -> Response:
        """A personal link: shows a button, for programs that look at mail follow links, too."""
        token = request.path_params["token"]
        member = await run_in_threadpool(self._rooms.door.who, token)
        if member is None:
            return self._stranger(request)
        session = await run_in_threadpool(self.gate.session, request)
        here = None if session is None else session.member
        made = fragment("portal/enter.html.j2", token=token, trouble="", member=member, here=here)
        # Nobody is told the address, but of a form's origin browsers say more than "null".
        return HTMLResponse(made, headers={"referrer-policy": "origin"})

    async def enter(self, request: Request) -> Response:
        """Make a session of a token, which is in no address then."""
        form = Form.read((await request.body()).decode("utf-8", "replace"))
        member = await run_in_threadpool(self._rooms.door.who, form.one("token"))
        if member is None:
            return self._stranger(request)
        return await run_in_threadpool(self._welcome, request, member)

    def _welcome(self, request: Request, member: Member) -> Response:
        if not self._entering.take(member.number):  # each is written into the store
            return _sorry(429, "You signed in very often: wait a minute.")
        answer = RedirectResponse("/", 303, {"referrer-policy": "no-referrer"})
        answer.set_cookie(
            self._cookie,
            self._rooms.door.begin(member, request.cookies.get(self._cookie, "")),
            max_age=LASTS,
            httponly=True,
            samesite="lax",
            secure=self._is_public,
            path="/",
        )
        return answer

    async def teach(self, _request: Request) -> Response:
        """Where those who teach come in by a password."""
        return HTMLResponse(fragment("portal/teach.html.j2", trouble=""))

    async def sign_in(self, request: Request) -> Response:
        """Make a session of a name and a password; of either, so many are tried in a while."""
        form = Form.read((await request.body()).decode("utf-8", "replace"))
        name = form.one("name").strip()
        address = request.client.host if request.client is not None else ""
        if not (self._guessing.take(address) and self._guessing.take(key(name)[:200])):
            return _sorry(429, "That was tried often: wait some minutes, or use your link.")
        member = await run_in_threadpool(self._rooms.door.teacher, name, form.one("password"))
        if member is None:
            trouble = "Nobody who teaches has this name and this password: look at both again."
            return HTMLResponse(fragment("portal/teach.html.j2", trouble=trouble), 403)
        return await run_in_threadpool(self._welcome, request, member)

    def _stranger(self, request: Request) -> Response:
        address = request.client.host if request.client is not None else ""
        if not self._knocking.take(address):
            return _sorry(429, "Too many links that are none: wait a minute.")
        why = "This link is not, or no longer, good for signing in: ask your instructor for yours."
        made = fragment("portal/enter.html.j2", token="", trouble=why)
        return HTMLResponse(made, 403, {"referrer-policy": "no-referrer"})

    async def leave(self, request: Request) -> Response:
        cookie = request.cookies.get(self._cookie, "")
        await run_in_threadpool(self._rooms.door.end, cookie)
        answer = RedirectResponse("/", 303)
        answer.delete_cookie(self._cookie, path="/", secure=self._is_public, httponly=True)
        return answer

    # -------------------------------------------------------------- handing in

    async def hand_in(self, request: Request) -> Response:
        """The form with a file, of an assignment's page."""
        session = await run_in_threadpool(self.gate.session, request)
        if session is None:
            return _sorry(403, SIGN_IN)
        if session.member.role is not Role.STUDENT:
            return _sorry(403, "Students hand in; you can look at their pages.")
        student, office = self._rooms.student, self._rooms.office
        visit = _visit(session, {"slug": request.path_params["slug"]})
        try:
            async with office.form(request, session.member.number) as form:
                token = str(form.get("token", "")).encode("utf-8", "replace")
                if not hmac.compare_digest(token, session.token.encode()):
                    raise Refused(403, "This form is not from a page of yours: open it again.")
                is_meant = form.get("meant") == "yes"
                return await office.with_file(
                    form, lambda file: student.hand_in(visit, file, is_meant)
                )
        except Refused as refused:  # which may begin with the name of a file: it stays as it is
            return _why(refused.status, str(refused), request.url.path)

    async def events(self, request: Request) -> Response:
        """How far a hand-in is, told as it changes."""
        found = await run_in_threadpool(self._watched, request)
        if isinstance(found, Response):
            return found
        session, hand_in = found
        if self._watching.is_full(session.member.number):
            return _sorry(429, "You look at many pages at once: close some, and open this again.")
        if self._board is None:
            self._board = Board(self._rooms.store)
            self._rooms.crew.graded = self._board.look
        return EventSourceResponse(
            self._while_there_is_room(session.member.number, _told(self._board.watch(hand_in))),
            ping=15,
        )

    def _watched(self, request: Request) -> tuple[Session, HandIn] | Response:
        """Who asks for news of what; or why there are none."""
        session = self.gate.session(request)
        if session is None:
            return _sorry(403, SIGN_IN)
        visit = _visit(session, {"ticket": request.path_params["ticket"]})
        return session, self._rooms.student.own(visit)[1]

    async def _while_there_is_room(
        self, who: int, events: AsyncIterator[ServerSentEvent]
    ) -> AsyncIterator[ServerSentEvent]:
        with self._watching.one(who) as is_free:
            if is_free:
                async for event in events:
                    yield event


async def _told(notices: AsyncIterator[Notice]) -> AsyncIterator[ServerSentEvent]:
    async for notice in notices:
        yield ServerSentEvent(notice.words, event=notice.whereabouts.state.value)


def _visit(session: Session, path: dict[str, str]) -> Visit:
    return Visit(session.member, path, Form(), Form(), session.token, person=session.person)


def _sorry(status: int, why: str, path: str = "") -> Response:
    return _why(status, why[:1].upper() + why[1:], path)


def _why(status: int, sentence: str, path: str = "") -> Response:
    """``path``: what was asked for; who handed in there is led back to the assignment."""
    head = "Sign in first" if sentence == SIGN_IN else heading(status)
    is_hand_in = path.startswith("/a/") and _takes_files(path) and status != 404
    back = path.removesuffix("/hand-in") if is_hand_in else ""
    return HTMLResponse(
        fragment("portal/refused.html.j2", why=ended(sentence), head=head, back=back), status
    )


async def _not_found(request: Request, _error: Exception) -> Response:
    if request.url.path.startswith("/api/"):
        return said(404, "There is no such address.")
    return _sorry(404, "There is no such page.")


async def _other_method(request: Request, _error: Exception) -> Response:
    why = "This address is asked in another way."
    return said(405, why) if request.url.path.startswith("/api/") else _sorry(405, why)


async def _too_large(request: Request, _error: Exception) -> Response:
    path = request.url.path
    made = said(413, TOO_LARGE) if path.startswith("/api/") else _sorry(413, TOO_LARGE, path)
    made.headers["connection"] = "close"
    return made


async def _too_slow(request: Request, _error: Exception) -> Response:
    why = "The rest did not come: send it once more."
    path = request.url.path
    made = said(408, why) if path.startswith("/api/") else _sorry(408, why, path)
    made.headers["connection"] = "close"
    return made


async def _not_now(request: Request, error: Exception) -> Response:
    assert isinstance(error, AutograderError)
    status, why = status_of(error), to_students(error)
    path = request.url.path
    return said(status, why) if path.startswith("/api/") else _sorry(status, why, path)


async def _our_fault(request: Request, error: Exception) -> Response:
    _log.error("A page failed", exc_info=error)
    why = "This is a fault of autograder itself; nothing was stored."
    return said(500, why) if request.url.path.startswith("/api/") else _sorry(500, why)


async def _missing(scope: Scope, receive: Receive, send: Send) -> None:
    await _sorry(404, "There is no such page.")(scope, receive, send)
