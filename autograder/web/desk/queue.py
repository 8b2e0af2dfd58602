"""The queue: all answers, or those that somebody wants to see, fifty to a page."""

from __future__ import annotations

from dataclasses import dataclass, replace

from autograder.model import QuestionStatus
from autograder.report.words import WORDS
from autograder.web.desk.room import Room, View
from autograder.web.desk.rows import KINDS, Filter, Row
from autograder.web.pages import page
from autograder.web.visit import Visit

PER_PAGE = 50


@dataclass(frozen=True)
class Paging:
    """Where one is in a long list."""

    count: int
    number: int
    """From 1."""
    per_page: int = PER_PAGE

    @property
    def pages(self) -> int:
        return max(1, -(-self.count // self.per_page))

    @property
    def here(self) -> slice:
        return slice((self.number - 1) * self.per_page, self.number * self.per_page)

    @classmethod
    def of(cls, count: int, number: int, per_page: int = PER_PAGE) -> Paging:
        """At the nearest page that there is."""
        whole = cls(count, 1, per_page)
        return replace(whole, number=min(max(number, 1), whole.pages))


_STATUSES = {
    **{status.value: WORDS.question_status[status] for status in QuestionStatus},
    QuestionStatus.PENDING.value: "to read",  # by whoever sees the list
}
"""How an answer's state is called."""


class QueuePage:
    def __init__(self, room: Room) -> None:
        self._room = room

    def show(self, visit: Visit) -> str:
        view = self._room.view()
        self._room.compare(view)
        wanted = Filter.read(visit.query)
        if not visit.query.pairs:
            mine = visit.by if visit.by in view.readers else ""
            wanted = Filter(kind="unread", reader=mine)
        every = view.chosen(wanted, names=not visit.hides_names)
        found = view.once(every)
        # A list of what is to read has no question in it that the program alone judges.
        of_any_kind = replace(wanted, kind="")
        others = [] if found else view.chosen(of_any_kind, names=not visit.hides_names)
        paging = Paging.of(len(found), visit.query.number("page", 1))
        return page(
            "queue.html.j2",
            visit,
            room=self._room,
            view=view,
            wanted=wanted,
            rows=found[paging.here],
            first=found[0] if found else None,
            others=len(view.once(others)),
            students=len({row.student for row in every}),
            to_others=of_any_kind.at("/", all=1),
            is_filtered=bool(of_any_kind.pairs),
            paging=paging,
            kinds=KINDS,
            counts=view.counts,
            statuses=_STATUSES,
            progress=_progress(view),
        )


@dataclass(frozen=True)
class Progress:
    """How far a question is marked."""

    question: str
    read: int
    all: int


def _progress(view: View) -> list[Progress]:
    by_question: dict[str, list[Row]] = {}
    for row in view.rows:
        if row.by_person:
            by_question.setdefault(row.question, []).append(row)
    return [Progress(name, *view.read_of(rows)) for name, rows in by_question.items()]
