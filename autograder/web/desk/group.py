"""Answers that are equal or nearly so, marked at once; each may be left out of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import HTMLResponse, Response

from autograder import acts
from autograder.errors import StoreError, UsageError
from autograder.store import Conflict, digest_of_answer
from autograder.text import counted, points
from autograder.web.app import in_words, status_of
from autograder.web.desk.answer import (
    Draft,
    bank,
    here,
    label_of,
    pictures_of,
    points_given,
    question_of,
    row_of,
    student_of,
    with_points,
)
from autograder.web.desk.queue import Paging
from autograder.web.desk.room import Room, View
from autograder.web.desk.rows import Filter, Row
from autograder.web.pages import page
from autograder.web.visit import Visit

_MOST_SHOWN = 2_000
"""Answers of a group on one page, and marked at once."""


@dataclass(frozen=True)
class Member:
    """An answer of the group."""

    row: Row
    label: str
    is_equal: bool
    """To the first one, but for blanks and capitals."""
    value: str
    """What the form says of it: which attempt, which version, which answer."""
    chosen: bool


@dataclass(frozen=True)
class GroupLine:
    """A group in the list of groups."""

    first: Row
    count: int
    read: int
    is_blank: bool


class GroupPage:
    def __init__(self, room: Room) -> None:
        self._room = room

    def list(self, visit: Visit) -> str:
        """All groups of more than one answer, the largest first."""
        view = self._room.view()
        lines = sorted(
            (
                GroupLine(rows[0], len(rows), sum(row.is_read for row in rows), not rows[0].plain)
                for rows in view.groups
            ),
            key=lambda line: (line.read == line.count, -line.count, line.first.place),
        )
        paging = Paging.of(len(lines), visit.query.number("page", 1))
        return page(
            "groups.html.j2",
            visit,
            room=self._room,
            lines=lines[paging.here],
            paging=paging,
            wanted=Filter(),
        )

    def show(self, visit: Visit) -> str:
        view = self._room.view()
        row = row_of(view, student_of(view, visit), visit.path["question"])
        return self._page(visit, view, row)

    def save(self, visit: Visit) -> Response:
        view = self._room.view()
        row = row_of(view, student_of(view, visit), visit.path["question"])
        draft = Draft(
            visit.form.one("points").strip(),
            visit.form.one("comment"),
            frozenset(visit.form.all("item")),
        )
        try:
            said = self._mark(visit, view, row, draft)
        except (UsageError, StoreError) as error:
            again = self._page(visit, self._room.view(), row, draft=draft, trouble=in_words(error))
            return HTMLResponse(again, status_of(error))
        visit.later.append(said)
        return visit.to("/groups")

    def _mark(self, visit: Visit, view: View, row: Row, draft: Draft) -> str:
        book = view.book
        rubric = book.question(row.question).rubric
        given = points_given(draft, rubric, row.max_points)
        wanted = set(visit.form.all("member"))
        if not wanted:
            raise UsageError("choose at least one answer")
        members = [m for m in self._members(visit, view, row) if m.value in wanted]
        if len(members) < len(wanted):
            raise Conflict(
                "Nothing was stored, for in the meantime somebody decided on one of these, or "
                "another answer was handed in: look again."
            )
        grades = book.grades({member.row.student for member in members})
        questions = {g.student: q for g in grades for q in g.questions if q.name == row.question}
        deeds = [
            acts.mark(
                book,
                student,
                question,
                given,
                visit.by,
                comment=draft.comment,
                rubric=sorted(draft.chosen),
            )
            for student, question in questions.items()
        ]
        self._room.decide(view, deeds)
        have = f"{counted(len(deeds), 'answer')} {'has' if len(deeds) == 1 else 'have'}"
        said = f"{have} {points(given)} of {points(row.max_points)} points."
        texts = {member.row.plain for member in members}
        now = self._room.view().group(row)
        others = [one for one in now if one.plain in texts and one.has_other(given)]
        apart = f" Equal answers have other points: {with_points(others, visit)}." if others else ""
        return f"{said}{apart}"

    def _members(self, visit: Visit, view: View, row: Row) -> Sequence[Member]:
        rows = view.group(row)[:_MOST_SHOWN]
        if row not in rows:
            rows = (row, *rows[:-1])
        found = [
            Member(
                one,
                label_of(one, visit),
                one.plain == row.plain,
                _value(one, view.book.ledger.version(*one.key)),
                not one.is_read,
            )
            for one in rows
        ]
        return sorted(found, key=lambda member: (not member.is_equal, member.row.place))

    def _page(
        self,
        visit: Visit,
        view: View,
        row: Row,
        *,
        draft: Draft | None = None,
        trouble: str = "",
    ) -> str:
        members = self._members(visit, view, row)
        return page(
            "group.html.j2",
            visit,
            room=self._room,
            row=row,
            asked=view.book.question(row.question),
            question=question_of(view, row),
            members=members,
            more=len(view.group(row)) - len(members),
            marked=with_points([m.row for m in members if m.row.is_read], visit),
            draft=draft or Draft("", "", frozenset()),
            trouble=trouble,
            action=f"/group/{row.attempt}/{row.question}",
            back=here(row, Filter(kind="unread")),
            bank=bank(view, row.question),
            pictures=pictures_of(row),
        )


def _value(row: Row, version: int) -> str:
    return f"{row.attempt}.{version}.{digest_of_answer(row.answer)[:24]}"
