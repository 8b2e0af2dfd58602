"""What is said to students: comments to all with a misconception, and their requests."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from autograder import acts
from autograder.acts import AskedOf, Asking
from autograder.errors import UsageError
from autograder.store import Act, Comment, Conflict
from autograder.text import counted
from autograder.web.desk.queue import Paging
from autograder.web.desk.room import Room
from autograder.web.desk.rows import Filter, Line
from autograder.web.pages import page
from autograder.web.visit import Visit

_MOST_NAMED = 200


@dataclass(frozen=True)
class ToAll:
    """A comment that stands, and on how many pages."""

    act: Act
    comment: Comment
    pages: int


@dataclass(frozen=True)
class Asked:
    """A request, and where its submission is."""

    asking: Asking
    line: Line | None
    """None: the student's file is gone."""
    version: int
    of: AskedOf | None


class CommentsPage:
    def __init__(self, room: Room) -> None:
        self._room = room

    def show(self, visit: Visit) -> str:
        return self._page(visit, visit.query.one("misconception")[:200], "")

    def do(self, visit: Visit) -> Response | str:
        """Show it as it will be, or send it to those who were shown."""
        slug, text = visit.form.one("misconception"), visit.form.one("text")
        view = self._room.view()
        act = acts.comment_to_all(view.book, slug, text, visit.by)
        to = view.having(slug)
        if visit.form.one("do") != "send":
            return self._page(visit, slug, text, to=to)
        if visit.form.number("pages", -1) != len(to):
            raise Conflict(
                "Nothing was stored, for others have this misconception than when you looked: "
                "look again."
            )
        self._room.decide(view, [act])
        self._room.changed(line.student for line in to)
        visit.later.append(f"The comment is on {counted(len(to), 'page')}.")
        return visit.to("/comments")

    def _page(self, visit: Visit, slug: str, text: str, *, to: list[Line] | None = None) -> str:
        view = self._room.view()
        standing = [
            ToAll(act, act.what, view.misconceptions.get(act.what.misconception, 0))
            for act in reversed(view.book.ledger.to_all)
            if isinstance(act.what, Comment)
        ]
        return page(
            "comments.html.j2",
            visit,
            room=self._room,
            counts=view.misconceptions,
            slug=slug,
            text=text,
            to=to,
            named=[] if to is None else to[:_MOST_NAMED],
            standing=standing,
        )


class RequestsPage:
    def __init__(self, room: Room) -> None:
        self._room = room

    def show(self, visit: Visit) -> str:
        view = self._room.view()
        shows_all = visit.query.one("all") == "1"
        every = view.book.ledger.requests()
        found = [one for one in every if shows_all or one.request.is_open]
        paging = Paging.of(len(found), visit.query.number("page", 1))
        return page(
            "requests.html.j2",
            visit,
            room=self._room,
            requests=[
                Asked(
                    one,
                    view.lines.get(one.student),
                    view.book.ledger.version(one.student, one.question),
                    view.book.asked_of(one),
                )
                for one in found[paging.here]
            ],
            closed=sum(not one.request.is_open for one in every),
            shows_all=shows_all,
            paging=paging,
            wanted=Filter(),
            questions=list(view.book.asked),
        )

    def add(self, visit: Visit) -> Response:
        """Note what a student asked elsewhere."""
        view = self._room.view()
        student = view.book.find(visit.form.one("student").strip())
        text = visit.form.one("text")
        act = acts.request(view.book, student, visit.form.one("question"), text, visit.by)
        if student not in view.lines:
            raise UsageError(f"{student} has not handed in")
        self._room.decide(view, [act])
        visit.later.append("The request is noted.")
        return visit.to("/requests")
