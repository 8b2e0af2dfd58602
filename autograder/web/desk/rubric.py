"""The rubric of a question, changed after a look at whose marks move with it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import Response

from autograder import acts
from autograder.errors import UsageError
from autograder.model import RubricItem
from autograder.store import Act, Conflict, Mark, Rubric
from autograder.text import counted
from autograder.web.desk.answer import here
from autograder.web.desk.room import Room, View
from autograder.web.desk.rows import Filter, Row
from autograder.web.pages import page
from autograder.web.visit import Form, NotThere, Visit

_NAME = re.compile(r"[\w-]{1,60}", re.ASCII)
_MOST_ITEMS = 30
_MORE = 5
"""Empty lines of the form."""


@dataclass(frozen=True)
class Typed:
    """A line of the form."""

    name: str
    text: str
    points: str


@dataclass(frozen=True)
class Moves:
    """A mark that a change of the rubric moves."""

    row: Row
    address: str
    before: float
    after: float


class RubricPage:
    def __init__(self, room: Room) -> None:
        self._room = room

    def show(self, visit: Visit) -> str:
        view = self._room.view()
        question = visit.path["question"]
        if question not in view.book.asked:
            raise NotThere(f"there is no question {question!r}")
        items = view.book.question(question).rubric
        typed = [Typed(item.name, item.text, f"{item.points:.10g}") for item in items]
        return self._page(visit, view, typed, None)

    def do(self, visit: Visit) -> Response | str:
        """Show what would move, or change it."""
        view = self._room.view()
        question = visit.path["question"]
        typed = _typed(visit.form)
        found = acts.rubric(view.book, question, _items(typed), visit.by)
        if visit.form.one("do") != "save":
            return self._page(visit, view, typed, found[1:])
        if visit.form.number("newest") != newest(view, question):
            raise Conflict(
                "Nothing was stored, for somebody else changed this rubric since: look again."
            )
        self._room.decide(view, found)
        moved = len(found) - 1
        visit.later.append(f"The rubric is changed, and {counted(moved, 'mark')} with it.")
        return visit.to(f"/rubric/{question}")

    def _page(
        self, visit: Visit, view: View, typed: Sequence[Typed], marks: Sequence[Act] | None
    ) -> str:
        question = visit.path["question"]
        return page(
            "rubric.html.j2",
            visit,
            room=self._room,
            asked=view.book.question(question),
            typed=[*typed, *[Typed("", "", "")] * _MORE],
            moves=None if marks is None else list(_moves(view, question, marks)),
            newest=newest(view, question),
        )


def newest(view: View, question: str) -> int:
    """Id of the act that made the rubric what it is; 0: it is the assignment's."""
    standing = view.book.ledger.standing_acts
    ids = [a.id for a in standing if isinstance(a.what, Rubric) and a.question == question]
    return ids[-1] if ids else 0


def _moves(view: View, question: str, marks: Sequence[Act]) -> Sequence[Moves]:
    found = []
    for act in marks:
        row = view.row(view.book.ledger.subject(act)[0], question)
        if row is None or row.points is None or not isinstance(act.what, Mark):
            continue
        standing = [
            one.what.points
            for one in view.book.ledger.of(row.student, question)
            if isinstance(one.what, Mark)
        ]
        found.append(Moves(row, here(row, Filter()), standing[-1], act.what.points))
    return found


def _typed(form: Form) -> list[Typed]:
    names, texts, points = form.all("name"), form.all("text"), form.all("points")
    if not len(names) == len(texts) == len(points) <= _MOST_ITEMS + _MORE:
        raise UsageError("that is no form of this page")
    lines = (
        Typed(name.strip(), text.strip(), worth.strip())
        for name, text, worth in zip(names, texts, points, strict=True)
    )
    return [line for line in lines if line.text or line.points]


def _items(typed: Sequence[Typed]) -> list[RubricItem]:
    """Raises UsageError for a line that is no item."""
    names = {line.name for line in typed}
    items = []
    for line in typed:
        name = line.name or _free(line.text, names)
        names.add(name)
        if not _NAME.fullmatch(name):
            raise UsageError(f"{name!r} is no name of an item: letters, digits, - and _ are")
        text = acts.written(line.text)
        if not text or len(text) > 500:
            raise UsageError("an item of the rubric needs words, of 500 characters at most")
        if abs(worth := acts.points_of(line.points or "0")) <= 1_000_000:
            items.append(RubricItem(name, text, worth))
        else:
            raise UsageError(f"points {line.points}, which no item can be worth")
    return items


def _free(text: str, taken: set[str]) -> str:
    """A name of the first words, which no other item has."""
    words = re.findall(r"[a-z0-9]+", text.casefold())
    first = "_".join(words[:3])[:40] or "item"
    tries = (first if not number else f"{first}_{number}" for number in range(len(taken) + 1))
    return next(name for name in tries if name not in taken)
