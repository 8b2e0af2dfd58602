"""A class of a real assignment, stored without grading anything, and its pages."""

from __future__ import annotations

import asyncio
import json
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from starlette.types import ASGIApp

from autograder.batch.order import Order
from autograder.batch.output import OutFolder
from autograder.course import Assignment, Course
from autograder.model import (
    Check,
    Grade,
    HandedIn,
    Identity,
    QuestionGrade,
    QuestionStatus,
    RubricItem,
    Source,
    SubmissionStatus,
)
from autograder.store import Attempt, HandedInFile, Store, to_row
from autograder.web.app import application
from autograder.web.desk.places import places
from autograder.web.desk.room import Room
from autograder.web.desk.tables import Tables
from autograder.web.people import Doors, Member, Role

ROOT = Path(__file__).resolve().parents[2]
SLUG = "adaptive_learning_rates"
ASKED = "explanation"
RUBRIC = (
    RubricItem("sums", "says that squares are summed", 4.0),
    RubricItem("stops", "says that steps get small", 6.0),
    RubricItem("long", "is too long", -2.0),
)
PORT = 8765
HERE = f"http://127.0.0.1:{PORT}"
INSTRUCTOR = Member("ines", Role.INSTRUCTOR)
MARIA = Member("maria", Role.TA)
TOM = Member("tom", Role.TA)
TEXT = (
    "the sum of squared gradients in the denominator only ever grows so every step gets smaller "
    "until nothing moves any more while RMSProp forgets old gradients with a decaying average "
    "and therefore keeps a learning rate that is alive for dense and sparse features alike"
)
WORDS = TEXT.split(" ")
SLUGS = ("moment_overwritten", "correction_missing", "epsilon_outside_root")


@cache
def assignment() -> Assignment:
    loaded = Course.find(ROOT).load(SLUG)
    questions = tuple(
        replace(question, rubric=RUBRIC) if question.by_person else question
        for question in loaded.questions
    )
    return replace(loaded, questions=questions)


def order_in(folder: Path) -> Order:
    return Order(Course.find(ROOT), assignment(), (), OutFolder(folder))


def grade_of(
    student: str,
    answer: str,
    *,
    file: str = "",
    misconceptions: Sequence[str] = (),
    fails: bool = False,
) -> Grade:
    questions = []
    for asked in assignment().questions:
        if asked.by_person:
            questions.append(
                QuestionGrade(
                    asked.name,
                    asked.title,
                    QuestionStatus.PENDING,
                    None,
                    asked.points,
                    message="A person will read it.",
                    answer=answer,
                )
            )
            continue
        wrong = tuple(misconceptions) if asked.name == "adam" else ()
        lost = asked.points / 2 if wrong else 0.0
        status = QuestionStatus.PARTIAL if wrong else QuestionStatus.FULL
        if fails and asked.name == "adagrad":
            status, lost = QuestionStatus.ERROR, asked.points
        half = asked.points / 2
        checks = (
            Check("trajectory", not lost, half if not lost else 0.0, half, "It goes there."),
            Check(
                "edge cases",
                lost < asked.points,
                asked.points - lost - half if lost else half,
                half,
                "They are looked at.",
            ),
        )
        score = asked.points - lost
        questions.append(
            QuestionGrade(
                asked.name, asked.title, status, score, asked.points, wrong, checks,
                source=f"def do_{asked.name}(w, b):\n    return w, b\n",
            )
        )  # fmt: skip
    score = sum(question.score or 0.0 for question in questions)
    file = file or f"{student}.py"
    most = sum(asked.points for asked in assignment().questions if not asked.by_person)
    return Grade(student, file, SubmissionStatus.GRADED, score, most, None, tuple(questions))


def hand_in(store: Store, *grades: Grade, days: int = 0, sample: str = "") -> None:
    """``sample``: what those have handed in whose file is a notebook, their answers in it."""
    rows, files = [], []
    for grade in grades:
        answer = next(q.answer for q in grade.questions if q.name == ASKED)
        data = f"w = 1\n# {grade.student}\nexplanation = {answer!r}\n".encode("utf-8", "replace")
        if sample and grade.file.endswith(".ipynb"):
            data = _answered(sample, answer)
        kept = HandedInFile.of(data)
        files.append(kept)
        at = datetime(2025, 3, 1 + days, 12, tzinfo=UTC)
        rows.append(
            to_row(
                Attempt(
                    SLUG, "v1", kept.digest, grade, "2025-03-15T00:00:00+00:00", {},
                    HandedIn(at, Source.PLATFORM), Identity(id=grade.student),
                )
            )
        )  # fmt: skip
    store.append(rows, files)


def _answered(notebook: str, answer: str) -> bytes:
    whole = json.loads(notebook)
    place = {"tags": [ASKED, "otter_answer_cell"]}
    code = [cell for cell in whole["cells"] if cell["cell_type"] == "code"]
    text = {"cell_type": "markdown", "id": "answer", "metadata": place, "source": [answer]}
    whole["cells"] = [*code, text]
    return json.dumps(whole).encode()


ANSWERS = {
    "ann": "The sum of squared gradients in the denominator only grows, so steps vanish.",
    "ben": "The sum of squared gradients in the denominator only grows, so steps vanish!",
    "cleo": "I do not know.",
    "dora": "",
    "emil": "I do not  know.",
}


def small_class(store: Store) -> None:
    """Five students: two who wrote nearly the same, two the same, one nothing."""
    for student, answer in ANSWERS.items():
        wrong = ["moment_overwritten"] if student in ("ann", "cleo") else []
        hand_in(store, grade_of(student, answer, misconceptions=wrong))


def fill(store: Store, count: int, seed: int = 1, *, sample: str = "") -> None:
    """So many students, some of whom wrote the same or nothing.

    ``sample``: a notebook that shows the first of :data:`SLUGS`, handed in by those who have it.
    """
    chance = random.Random(seed)
    grades = []
    for number in range(count):
        if number % 10 == 3:
            answer = ""
        elif number % 10 == 7:
            answer = "AdaGrad divides by $\\sqrt{v_t + \\epsilon}$, and $v_t$ only grows."
        else:
            answer = " ".join(chance.choice(WORDS) for _ in range(60)) + f" (note {number})"
        wrong = [chance.choice(SLUGS)] if number % 4 == 0 else []
        student = f"student{number:05}"
        file = f"{student}.ipynb" if sample and SLUGS[0] in wrong else ""
        grades.append(
            grade_of(student, answer, file=file, misconceptions=wrong, fails=number % 9 == 5)
        )
        if len(grades) == 500:
            hand_in(store, *grades, sample=sample)
            grades.clear()
    hand_in(store, *grades, sample=sample)


class Desk:
    """The pages of a store, as several people see them."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.order = order_in(folder)
        self.tables = Tables(lambda students: None)
        self.room = Room(self.order, store, self.tables, ("maria", "tom"))
        self.doors = Doors([INSTRUCTOR, MARIA, TOM])
        self.app = application(places(self.room), self.doors, PORT)

    def waiting(self) -> set[str]:
        """Whose pages are to be written anew."""
        return self.tables.waiting

    def as_(self, member: Member | None = MARIA) -> Browser:
        browser = Browser(self.app)
        if member is not None:
            browser.open(f"/enter?secret={self.doors.secrets[member]}")
        return browser


class Browser:
    """Opens pages, fills in their forms and sends them."""

    def __init__(self, app: ASGIApp) -> None:
        self._transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self.cookies = httpx.Cookies()
        self.answer = httpx.Response(0)

    def ask(self, method: str, address: str, *, follow: bool = True, **more: Any) -> httpx.Response:
        async def asked() -> httpx.Response:
            async with httpx.AsyncClient(
                transport=self._transport,
                base_url=HERE,
                cookies=self.cookies,
                follow_redirects=follow,
            ) as client:
                answer = await client.request(method, address, **more)
                self.cookies = client.cookies
                return answer

        self.answer = asyncio.run(asked())
        return self.answer

    def open(self, address: str) -> str:
        return self.ask("GET", address).text

    def send(self, address: str = "", **fields: object) -> str:
        """The form of the page that is open which asks for these fields, filled in."""
        data = {**self.hidden_for(fields), **fields}
        return self.ask("POST", address or self.address, data=data, headers={"origin": HERE}).text

    @property
    def hidden(self) -> dict[str, str]:
        return self.hidden_for({})

    def hidden_for(self, fields: Mapping[str, object]) -> dict[str, str]:
        """What the form brings along that asks for most of these."""

        def asks(form: str) -> int:
            named = [f'name="{name}"' for name in fields]
            given = [f'name="{name}" value="{value}"' for name, value in fields.items()]
            return sum(one in form for one in [*named, *given])

        forms = re.findall(r"<form.*?</form>", self.page, re.DOTALL)
        form = max(forms, key=asks, default="")
        return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))

    @property
    def page(self) -> str:
        return self.answer.text

    @property
    def status(self) -> int:
        return self.answer.status_code

    @property
    def address(self) -> str:
        return str(self.answer.url).removeprefix(HERE)
