"""The pages of the staff: how the course stands, and a desk for each assignment."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from starlette.responses import RedirectResponse, Response
from starlette.routing import Router
from starlette.types import ASGIApp, Receive, Scope, Send

from autograder.acts.publishing import BEFORE_DUE, still_in_time, warning
from autograder.people import hand_in_of
from autograder.store import Store
from autograder.store.hand_ins import Lane
from autograder.text import counted
from autograder.web.app import At, Gate
from autograder.web.desk.places import places
from autograder.web.desk.publishing import Last, last_of
from autograder.web.desk.rows import Filter
from autograder.web.desk.serving import FEW
from autograder.web.pages import page
from autograder.web.people import INSTRUCTORS, STAFF
from autograder.web.portal.crew import Crew
from autograder.web.portal.doors import FrontDoor
from autograder.web.portal.register import Lists
from autograder.web.portal.retrying import is_tried_again
from autograder.web.portal.syllabus import Exercise, Syllabus
from autograder.web.visit import Visit


@dataclass(frozen=True)
class Todo:
    """What waits for the staff; 0 also where that would take long to know."""

    requests: int
    unread: int = 0
    """Answers."""
    changed: int = 0
    """Results that are others than were published."""


@dataclass(frozen=True)
class Counts:
    """How an assignment stands, without who was forgotten or has become staff."""

    students: int
    """Who handed in."""
    hand_ins: int
    failed: int
    """Students whose work could not be graded."""
    last: Last | None
    """What was published last; None: nothing is."""
    unseen: int
    """To how many nothing is published, though something is to others."""
    warning: str
    """What holds until it is published again, for those who can still hand in in time."""
    todo: Todo


def _todo(exercise: Exercise, lists: Lists) -> Todo:
    requests = sum(one.request.is_open for one in lists.ledger.requests())
    # All grades are read for the first look at a desk: of a large class whoever opens it waits.
    if len(lists.attempts) > FEW and not exercise.room.is_open:
        return Todo(requests)
    view = exercise.room.view()
    return Todo(
        requests,
        len(view.once(view.chosen(Filter(kind="unread")))),
        sum(line.is_changed for line in view.lines.values()),
    )


def _failed(lists: Lists) -> set[int]:
    """Ids of students' attempts that count and could not be graded."""
    counted = map(lists.counted, lists.students)
    return {one.entry.id for one in counted if one is not None and one.entry.score is None}


class StaffPages:
    def __init__(self, store: Store, door: FrontDoor, syllabus: Syllabus, crew: Crew) -> None:
        self._store = store
        self._door = door
        self._syllabus = syllabus
        self._crew = crew

    def places(self) -> list[At]:
        return [
            At("/course", STAFF, self.course),
            At("/course/students", STAFF, self.students),
            At("/course/again/{slug}", INSTRUCTORS, do=self.again),
        ]

    def course(self, visit: Visit) -> str:
        directory = self._door.links.directory
        students = [one for one in directory.people if one.role == "student"]
        waiting = self._store.hand_ins.waiting()
        again = Counter(
            one.hand_in.assignment
            for one in self._store.hand_ins.fruitless()
            if is_tried_again(one)
        )
        exercises = sorted(self._syllabus, key=next_due)
        rows = [(one, self._counts(one), again[one.slug]) for one in exercises]
        return page(
            "portal/course.html.j2",
            visit,
            rows=rows,
            students=len(students),
            staff=[one for one in directory.people if one.role != "student"],
            waiting=sum(waiting.values()),
            long=waiting.get(Lane.LONG, 0),
            is_ready=self._crew.is_ready,
            troubles=sorted(self._syllabus.troubles.items()),
            before_due=BEFORE_DUE,
        )

    def _counts(self, exercise: Exercise) -> Counts:
        lists = exercise.register.now()
        students = lists.students
        last = last_of(lists.ledger, students)
        in_time = 0 if last is None else still_in_time(lists.standing, students)
        return Counts(
            students=len(students),
            # What was graded again is still one.
            hand_ins=sum(len(set(map(hand_in_of, lists.of(one)))) for one in students),
            failed=len(_failed(lists)),
            last=last,
            unseen=0 if last is None else len(students) - last.shown,
            warning=warning(in_time, exercise.assignment.feedback.before_due, is_published=True),
            todo=_todo(exercise, lists),
        )

    def students(self, visit: Visit) -> str:
        words = visit.query.one("words").casefold()
        people = [
            one
            for one in self._door.links.directory.people
            if one.role == "student"
            and (not words or any(words in text.casefold() for text in (one.id, one.name)))
        ]
        return page(
            "portal/students.html.j2", visit, people=people[:200], all=len(people), words=words
        )

    def again(self, visit: Visit) -> Response:
        """Grade once more what could not be graded through our fault."""
        exercise = self._syllabus.get(visit.path["slug"])
        count = 0
        if exercise is not None:
            lists = exercise.register.now()
            failed = _failed(lists)
            all_ = self._store.hand_ins.all(exercise.slug)
            where = self._store.hand_ins.where([one.id for one in all_])
            meant = [one for one in all_ if one.id in where and where[one.id].attempt in failed]
            count = self._store.hand_ins.again(meant)
            self._crew.wake(count)
        visit.later.append(f"Graded again: {counted(count, 'submission')}.")
        return RedirectResponse("/course", 303)


def next_due(one: Exercise) -> tuple[bool, float, str]:
    """In the order of the due dates, what is not open yet at the end."""
    due = one.assignment.late.due_at
    return not one.is_open, float("inf") if due is None else due.timestamp(), one.slug


class Desks:
    """The desks of all assignments, each below an address of its own, as they are at the moment.

    A desk learns with each visit where it lies (:attr:`autograder.web.visit.Visit.base`).
    """

    def __init__(self, gate: Gate, syllabus: Syllabus, missing: ASGIApp) -> None:
        self._gate = gate
        self._syllabus = syllabus
        self._missing = missing
        self._open: dict[str, tuple[Exercise, Router]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        slug = str(scope.get("path_params", {}).get("slug", ""))
        exercise = self._syllabus.get(slug)
        desk = self._missing if exercise is None else self._desk(exercise)
        await desk(scope, receive, send)

    def _desk(self, exercise: Exercise) -> ASGIApp:
        known = self._open.get(exercise.slug)
        if known is None or known[0] is not exercise:
            routes = self._gate.routes(places(exercise.room))
            router = Router(routes=routes, default=self._missing)
            known = self._open[exercise.slug] = exercise, router
        return known[1]
