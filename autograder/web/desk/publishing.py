"""Publishing: what students would see, and that they do."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from starlette.responses import Response

from autograder import acts
from autograder.acts import Ledger
from autograder.acts.publishing import (
    BEFORE_DUE,
    Change,
    later_than_shown,
    preview_of,
    still_in_time,
    warning,
)
from autograder.store import Act, Conflict, Publication
from autograder.text import counted
from autograder.web.desk.queue import PER_PAGE, Paging
from autograder.web.desk.regrading import RegradePage
from autograder.web.desk.room import Room, View
from autograder.web.desk.rows import Filter, Line
from autograder.web.pages import page
from autograder.web.visit import Visit


@dataclass(frozen=True)
class Last:
    """The newest publication that stands."""

    act: Act
    students: int
    """Who are shown what it showed, and nothing newer."""
    shown: int
    """Who are shown any result."""

    @property
    def says(self) -> str:
        """Who sees what, for the end of a sentence."""
        see = f"{counted(self.shown, 'student')} {_sees(self.shown)} results"
        if self.students == self.shown:
            return see
        changed = f"it changed what {counted(self.students, 'student')} {_sees(self.students)}"
        return f"{changed}; {see} in all"


def _sees(students: int) -> str:
    return "sees" if students == 1 else "see"


def last_of(ledger: Ledger, students: Collection[str]) -> Last | None:
    """None: nothing is published; ``students``: those to whom results are."""
    acts_ = [act for act in ledger.standing_acts if isinstance(act.what, Publication)]
    if not acts_:
        return None
    shown = [one for student, one in ledger.published.items() if student in students]
    newest = sum(one.deed == acts_[-1].deed for one in shown)
    return Last(acts_[-1], newest, len(shown))


@dataclass(frozen=True)
class Counted:
    """What a publication would do, in numbers."""

    first: int
    """See a result for the first time."""
    changed: int
    same: int
    waiting: int
    """Have no final score yet."""
    left_out: int
    """Could not be graded, through no fault of theirs."""
    earlier: int
    """Have points by an override that was made for another file."""
    later: int
    """See the same as before, and have handed in since."""


_UNPUBLISHED = {
    **{name: f"nothing but {what}" for name, what in BEFORE_DUE.items()},
    "all": "all that the program found",
}
"""What is shown to whom nothing is published, by ``[feedback] before_due``."""


class PublishPage:
    def __init__(self, room: Room, regrade: RegradePage) -> None:
        self._room = room
        self._regrade = regrade

    def show(self, visit: Visit) -> str:
        view = self._room.view()
        section = visit.query.one("section")[:200]
        students = [line for line in view.lines.values() if line.is_of_student]
        lines = [line for line in students if not section or line.section == section]
        shown = [line for line in lines if line.fits]
        news = [line for line in shown if line.seen != "yes"]
        news.sort(key=lambda line: (line.seen == "no", line.place))
        as_before = [line.student for line in shown if line.seen == "yes"]
        paging = Paging.of(len(news), visit.query.number("page", 1), PER_PAGE // 2)
        return page(
            "publish.html.j2",
            visit,
            room=self._room,
            view=view,
            section=section,
            counted=Counted(
                first=sum(line.seen == "no" for line in shown),
                changed=sum(line.is_changed for line in shown),
                same=sum(line.seen == "yes" for line in shown),
                waiting=sum(line.final is None for line in shown),
                left_out=len(lines) - len(shown),
                earlier=sum(any(row.is_("earlier") for row in line.answers) for line in shown),
                later=len(later_than_shown(view.book, as_before)),
            ),
            warning=warning(
                still_in_time(view.book.standing, view.book.counting, section),
                self._room.order.assignment.feedback.before_due,
            ),
            outdated=self._regrade.outdated(view),
            changes=self._changes(view, news[paging.here]),
            paging=paging,
            wanted=Filter(section=section),
            newest=view.book.ledger.newest,
            last=last_of(view.book.ledger, {line.student for line in students}),
            unpublished=_UNPUBLISHED[self._room.order.assignment.feedback.before_due],
        )

    def do(self, visit: Visit) -> Response:
        view = self._room.view()
        if visit.form.number("newest", -1) != view.book.ledger.newest:
            raise Conflict(
                "Nothing was published, for something was decided since you looked: look again."
            )
        section = visit.form.one("section")
        found = acts.publish(self._room.store, view.book, visit.by, section)
        self._room.changed(())  # pages are as they were; tables say who sees them
        students = {one.student for one in found.new} | set(found.later)
        visit.later.append(f"Published to {counted(len(students), 'student')}.")
        return visit.to("/publish")

    def _changes(self, view: View, lines: list[Line]) -> list[tuple[Line, Change]]:
        """What these students would newly see, in words."""
        changes = {
            change.student: change
            for change in preview_of(
                self._room.store, view.book, {line.student for line in lines}
            ).new
        }
        return [(line, changes[line.student]) for line in lines if line.student in changes]
