"""A portal over a small class, without graders: a test says itself what comes of a hand-in."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import httpx
from course_class import ROOT, SLUG, assignment, grade_of

from autograder.batch.order import Order
from autograder.batch.output import OutFolder
from autograder.course import Course
from autograder.model import Grade, HandedIn, Source
from autograder.people import import_people, read_people
from autograder.settings import Attempts, Feedback, Late
from autograder.store import Attempt, Store, open_store, to_row
from autograder.store.hand_ins import HandIn, Lane, Taken
from autograder.web.portal.serving import Portal

PEOPLE = (
    "id,name,email,role,section\n"
    "alice,Alice A.,alice@school.example,student,A\n"
    "bob,Bob B.,bob@school.example,student,A\n"
    "carla,Carla C.,carla@school.example,student,B\n"
    "ines,Ines,ines@school.example,instructor,\n"
    "maria,Maria,maria@school.example,ta,\n"
)
NOTEBOOK = (
    b'{"cells": [{"cell_type": "code", "source": "w = 1", "metadata": {}, "outputs": []}], '
    b'"metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
)
PROGRAM = b"w = 1\n"


class Pages:
    """The processes that draw pages, the same for all schools of a module: to start them takes
    longer than all that a school is asked."""

    def __init__(self) -> None:
        self._pool: _Lent | None = None

    def lend(self) -> _Lent:
        if self._pool is None:
            self._pool = _Lent(1, get_context("spawn"))
        return self._pool

    def end(self) -> None:
        if self._pool is not None:
            self._pool.end()
            self._pool = None


class _Lent(ProcessPoolExecutor):
    """Whoever closes it gives it back."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        pass

    def end(self) -> None:
        super().shutdown()


PAGES = Pages()


class School:
    """A portal and its store; use as a context manager."""

    def __init__(
        self, folder: Path, course: Path = ROOT, people: str = PEOPLE, url: str | None = None
    ) -> None:
        self.folder = folder
        self.course = Course.find(course)
        self._open = ExitStack()
        self.store: Store = self._open.enter_context(open_store(folder / "grades.db"))
        if people:
            (folder / "people.csv").write_text(people, encoding="utf-8")
            import_people(self.store, read_people(folder / "people.csv"))
        self.portal = Portal(
            self.course,
            self.store,
            folder / "grades.db",
            lambda one: Order(
                self.course, one, (), OutFolder(folder / one.slug), folder / "grades.db"
            ),
            slugs=[SLUG],
            url=url,
        )
        self.portal._drawing._open = PAGES.lend  # type: ignore[method-assign]

    def __enter__(self) -> School:
        return self

    def __exit__(self, *_: object) -> None:
        self.portal._socket.close()
        self.portal._open.close()
        self._open.close()

    # -------------------------------------------------------------- people

    def token(self, who: str) -> str:
        return next(link.token for link in self.portal.door.links.all() if link.person.id == who)

    def program(self, who: str = "", *, token: str = "") -> Client:
        token = token or (self.token(who) if who else "")
        return Client(self.portal, {"authorization": f"Bearer {token}"} if token else {})

    def browser(self, who: str = "") -> Client:
        client = Client(self.portal, {"origin": self.portal.url})
        if who:
            client.ask("POST", "/enter", data={"token": self.token(who)})
            assert client.status == 200, client.page
        return client

    # -------------------------------------------------------------- what is asked of the course

    def says(
        self,
        *,
        attempts: Attempts | None = None,
        late: Late | None = None,
        before_due: str = "names",
        opens: datetime | None = None,
    ) -> None:
        """As if ``assignment.toml`` said so."""
        exercise = self.portal._syllabus.get(SLUG)
        assert exercise is not None
        changed: dict[str, object] = {
            "attempts": attempts or Attempts(),
            "late": late or Late(),
            "feedback": Feedback(before_due=before_due),  # type: ignore[arg-type]
        }
        changed["opens"] = opens
        for name, value in changed.items():
            object.__setattr__(exercise.assignment, name, value)
        exercise.register._lists = None  # which an edited assignment has anew, too

    # -------------------------------------------------------------- grading

    def take(self) -> Taken | None:
        return self.store.hand_ins.take("here/1/a", tuple(Lane), [SLUG], 30.0)

    def grade(self, *grades: Grade) -> None:
        """What waits gets these verdicts, in turn."""
        for given in grades:
            taken = self.take()
            assert taken is not None
            assert self.store.hand_ins.settle(taken, "here/1/a", row_of(taken.hand_in, given))
        assert self.take() is None


def row_of(hand_in: HandIn, given: Grade) -> dict[str, Any]:
    return to_row(
        Attempt(
            SLUG,
            assignment().version,
            hand_in.digest,
            Grade(**{**vars(given), "student": hand_in.student, "file": hand_in.file}),
            "2026-01-01T00:00:00+00:00",
            {},
            HandedIn(hand_in.at, Source.PLATFORM),
            hand_in.whose,
        )
    )


def verdict(*misconceptions: str, answer: str = "It stops.", fails: bool = False) -> Grade:
    return grade_of("x", answer, misconceptions=misconceptions, fails=fails)


class Client:
    """Somebody who asks, with or without cookies."""

    def __init__(self, portal: Portal, headers: dict[str, str]) -> None:
        self._transport = httpx.ASGITransport(portal.app, raise_app_exceptions=False)
        self._url = f"http://127.0.0.1:{portal.port}"
        self._headers = headers
        self.cookies = httpx.Cookies()
        self.answer = httpx.Response(0)

    def ask(self, method: str, address: str, *, follow: bool = True, **more: Any) -> httpx.Response:
        headers = {**self._headers, **more.pop("headers", {})}

        async def asked() -> httpx.Response:
            async with httpx.AsyncClient(
                transport=self._transport,
                base_url=self._url,
                cookies=self.cookies,
                follow_redirects=follow,
                headers=headers,
            ) as client:
                answer = await client.request(method, address, **more)
                self.cookies = client.cookies
                return answer

        self.answer = asyncio.run(asked())
        return self.answer

    def open(self, address: str) -> str:
        return self.ask("GET", address).text

    def read(self, address: str) -> str:
        """The words of a page."""
        self.open(address)
        return self.words

    def hand_in(
        self, data: bytes = NOTEBOOK, name: str = "hw.ipynb", slug: str = SLUG, **more: Any
    ) -> httpx.Response:
        """By the API."""
        address = f"/api/submissions?assignment={slug}"
        return self.ask("POST", address, files={"file": (name, data)}, **more)

    def upload(
        self, data: bytes = NOTEBOOK, name: str = "hw.ipynb", slug: str = SLUG, **fields: str
    ) -> httpx.Response:
        """By the page."""
        self.open(f"/a/{slug}")
        sent = {"token": self.form_token, **fields}
        return self.ask("POST", f"/a/{slug}/hand-in", data=sent, files={"file": (name, data)})

    def send(self, address: str, **fields: object) -> httpx.Response:
        """A form of the page that is open."""
        return self.ask("POST", address, data={"token": self.form_token, **fields})

    @property
    def form_token(self) -> str:
        found = re.search(r'name="token" value="([^"]*)"', self.page)
        return "" if found is None else found[1]

    @property
    def page(self) -> str:
        return self.answer.text

    @property
    def words(self) -> str:
        """What is read on the page."""
        return " ".join(re.sub(r"<[^>]*>", " ", self.page).split())

    @property
    def status(self) -> int:
        return self.answer.status_code

    @property
    def address(self) -> str:
        return str(self.answer.url).removeprefix(self._url)

    def tickets_of(self, slug: str) -> Sequence[str]:
        """On the page of an assignment, the newest first."""
        self.open(f"/a/{slug}")
        return self.tickets()

    def tickets(self) -> Sequence[str]:
        return list(dict.fromkeys(re.findall(r"/h/([0-9a-f]{20})", self.page)))
