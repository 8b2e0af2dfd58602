"""What programs ask, who bring the token of a personal link: hand in, and read what came of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from autograder.people import Person
from autograder.store import Store
from autograder.store.hand_ins import HandIn, State, Whereabouts
from autograder.submission import assignment_of
from autograder.text import whole_throughout
from autograder.web.pages import moment
from autograder.web.people import Member, Role
from autograder.web.portal.board import Notice
from autograder.web.portal.counting import (
    counted_words,
    instead_of,
    not_counted,
    succession_of,
    tag_of,
)
from autograder.web.portal.doors import FrontDoor, numbers_of
from autograder.web.portal.office import Allowance, Office
from autograder.web.portal.receiving import Received, Refused, require_submission
from autograder.web.portal.seeing import Seeing, Shown
from autograder.web.portal.standing import Standing, standing_at
from autograder.web.portal.syllabus import Exercise, Syllabus

Ask = Callable[[Request, Member, Person], Awaitable[Response]]

_NO_LONGER_GOOD = (
    "This personal link is not, or no longer, good: ask your instructor for the one that is."
)
_NO_TOKEN = (
    "A personal link is needed: send its token, which is the end of it, as `Authorization: Bearer "
    "TOKEN`."
)
"""Only programs ask without one."""


class Api:
    def __init__(
        self, store: Store, door: FrontDoor, syllabus: Syllabus, office: Office, seeing: Seeing
    ) -> None:
        self._store = store
        self._door = door
        self._syllabus = syllabus
        self._office = office
        self._seeing = seeing
        self._asking = Allowance(100, 0.05)
        self._knocking = Allowance(30, 2.0)

    def routes(self) -> list[Route]:
        return [
            Route("/api/submissions", self._to(self.hand_in), methods=["POST"]),
            Route("/api/submissions", self._to(self.list), methods=["GET"]),
            Route("/api/submissions/{ticket}", self._to(self.look), methods=["GET"]),
        ]

    def _to(self, ask: Ask) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            try:
                member, person = await run_in_threadpool(self._who, request)
                return await ask(request, member, person)
            except Refused as refused:
                return said(refused.status, str(refused))

        return answer

    def _who(self, request: Request) -> tuple[Member, Person]:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        address = request.client.host if request.client is not None else ""
        came = self._door.bearer(token.strip()) if kind.lower() == "bearer" else None
        if came is None:
            if kind and not self._knocking.take(address):
                raise Refused(429, "Too many tokens that are none: wait a minute.")
            raise Refused(401, _NO_LONGER_GOOD if kind else _NO_TOKEN)
        member, _ = came
        if not self._asking.take(member.number):
            raise Refused(429, "That is a lot at once: ask once a second.")
        return came

    # -------------------------------------------------------------- what is asked

    async def hand_in(self, request: Request, member: Member, person: Person) -> Response:
        if member.role is not Role.STUDENT:
            raise Refused(403, "Students hand in; this link is of somebody who teaches.")
        slug = request.query_params.get("assignment", "")
        if slug:
            self._exercise(slug)  # before much is read
        is_meant = request.query_params.get("anyway") == "yes"
        async with self._office.form(request, member.number) as form:
            told = await self._office.with_file(
                form, lambda received: self._take(slug, person, received, is_meant)
            )
        return JSONResponse(told, 202)

    def _take(
        self, slug: str, person: Person, received: Received, is_meant: bool
    ) -> dict[str, Any]:
        """``slug``: empty: what the notebook says that it is of, or the only one there is."""
        if not slug:
            require_submission(received)  # of what is none it is not asked what it is of
        exercise = self._exercise(slug, "" if slug else assignment_of(received.data))
        standing = exercise.register.standing()
        receipt = self._office.take(exercise, standing, person, received, is_meant=is_meant)
        says = self._office.says(exercise, standing, person, receipt)
        at = moment(receipt.at, standing.policies.zone, seconds=True)
        told = {**receipt_of(receipt), "received": at}
        return told | ({"says": says} if says else {})

    async def list(self, request: Request, member: Member, person: Person) -> Response:
        slug = request.query_params.get("assignment") or None
        return await run_in_threadpool(self._list, person, slug)

    def _list(self, person: Person, slug: str | None) -> Response:
        mine = self._store.hand_ins.of(numbers_of(person), slug)
        where = self._store.hand_ins.where([one.id for one in mine])
        return JSONResponse([_listed(one, where.get(one.id)) for one in mine])

    async def look(self, request: Request, member: Member, person: Person) -> Response:
        return await run_in_threadpool(self._look, request.path_params["ticket"], person)

    def _look(self, ticket: str, person: Person) -> Response:
        hand_in = self._store.hand_ins.one(ticket)
        if hand_in is None or hand_in.person not in numbers_of(person):
            raise Refused(404, "There is no such submission of yours.")
        now = self._store.hand_ins.where([hand_in.id]).get(hand_in.id)
        told = {**_progress(now), "result": None}
        if now is not None and now.state is not State.DONE:
            told["says"] = Notice(now, None).words
        exercise = self._syllabus.get(hand_in.assignment)
        if now is not None and now.attempt is not None and exercise is not None:
            standing = standing_at(self._store, exercise, person)
            at, shown = self._seeing.seen(standing, hand_in)
            if shown is not None:
                told["result"] = shown.row | self._beside(standing, hand_in, at, shown)
        return Response(_json(told), media_type="application/json")

    def _beside(
        self, standing: Standing, hand_in: HandIn, at: Whereabouts, shown: Shown
    ) -> dict[str, Any]:
        """What its page says beside a result, in sentences: which attempt counts, and of the same
        file again that it is (``says``); and what changed since the one before (``changes``)."""
        is_shared = len(self._store.hand_ins.shared(hand_in)) > 1
        succession = succession_of(self._seeing, standing)
        may_choose = standing.exercise.assignment.attempts.keep == "chosen"
        where = "on its page" if may_choose else ""
        tag = tag_of(standing, succession, hand_in, at)
        counts = (
            instead_of(standing, hand_in, shown)
            or not_counted(standing, succession, hand_in, shown, is_shared, where)
            or counted_words(standing, succession, tag, is_shared, where)
        )
        told = {
            "says": [sentence for sentence in (counts, shown.same) if sentence],
            "changes": [] if shown.same else self._seeing.changes(standing.exercise, shown),
        }
        return {name: sentences for name, sentences in told.items() if sentences}

    def _exercise(self, slug: str, own: str = "") -> Exercise:
        """``own``: what a notebook says that it is of, where nobody names one."""
        there = list(self._syllabus)
        found = self._syllabus.get(slug or own)
        if found is None and not slug and len(there) == 1:
            found = there[0]
        if found is None:
            names = ", ".join(one.slug for one in there) or "none"
            asked = "Say which assignment it is, with assignment=SLUG"
            if slug:
                asked = f"There is no assignment {slug!r} here"
            elif own:
                asked = (
                    f"The notebook says that it is of {own!r}, which is not here: say which it is, "
                    "with assignment=SLUG"
                )
            raise Refused(404, f"{asked} (autograder submit: --assignment SLUG): there is {names}.")
        return found


def receipt_of(hand_in: HandIn) -> dict[str, Any]:
    return {
        "id": hand_in.ticket,
        "digest": hand_in.digest,
        "at": hand_in.at.isoformat(),
        "attempt": hand_in.number,
    }


def _progress(where: Whereabouts | None) -> dict[str, Any]:
    state = State.WAITING if where is None else where.state
    return {"state": state.value, "place": 0 if where is None else where.place}


def _listed(hand_in: HandIn, where: Whereabouts | None) -> dict[str, Any]:
    of_what = {"assignment": hand_in.assignment, "file": hand_in.file}
    return {**receipt_of(hand_in), **of_what, **_progress(where)}


def said(status: int, why: str) -> Response:
    return JSONResponse({"error": why}, status)


def _json(value: Any) -> bytes:
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        return msgspec.json.encode(whole_throughout(value))
