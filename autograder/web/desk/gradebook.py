"""The gradebook: everybody's final points in all assignments of the course."""

from __future__ import annotations

from dataclasses import replace

from starlette.responses import PlainTextResponse, Response

from autograder import acts
from autograder.acts import Column, Gradebook
from autograder.web.desk.queue import Paging
from autograder.web.desk.room import Room, View
from autograder.web.desk.rows import Filter
from autograder.web.downloads import table
from autograder.web.pages import page
from autograder.web.visit import Visit


class GradebookPage:
    """Each assignment has a room of its own, which stays up to date at little cost."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._others: dict[str, Room] = {}
        self._known: tuple[tuple[View, ...], Gradebook] | None = None

    def show(self, visit: Visit) -> str:
        book = self._book()
        wanted = Filter.read(visit.query)
        words = wanted.words.casefold().split()
        found = [
            line
            for line in book.lines
            if (not wanted.section or line.section == wanted.section)
            and all(word in line.student.casefold() for word in words)
        ]
        paging = Paging.of(len(found), visit.query.number("page", 1))
        view = self._room.view()
        return page(
            "gradebook.html.j2",
            visit,
            room=self._room,
            book=book,
            lines=found[paging.here],
            paging=paging,
            wanted=wanted,
            sections=sorted({line.section for line in book.lines} - {""}),
            attempts=view.book.counting,
        )

    def table(self, visit: Visit) -> Response:
        headers = table("gradebook", zone=self._room.zone)
        text = "".join(acts.gradebook_table(self._book()))
        return PlainTextResponse(text, 200, headers, "text/csv; charset=utf-8")

    def _book(self) -> Gradebook:
        rooms = [self._room_of(slug) for slug in self._slugs()]
        views = tuple(room.view() for room in rooms)
        if (
            self._known is None
            or len(self._known[0]) != len(views)
            or any(before is not now for before, now in zip(self._known[0], views, strict=True))
        ):
            columns = [_column(room, view) for room, view in zip(rooms, views, strict=True)]
            people = self._room.view().book.standing.directory.people
            sections = {one.id: one.section for one in people if one.role == "student"}
            self._known = views, acts.gradebook(columns, sections)
        return self._known[1]

    def _slugs(self) -> list[str]:
        order = self._room.order
        stored = set(self._room.store.assignments())
        return [slug for slug in order.course.assignments() if slug in stored]

    def _room_of(self, slug: str) -> Room:
        order = self._room.order
        if slug == order.assignment.slug:
            return self._room
        if slug not in self._others:
            other = replace(order, assignment=order.course.load(slug))
            self._others[slug] = Room(other, self._room.store, self._room.tables)
        return self._others[slug]


def _column(room: Room, view: View) -> Column:
    assignment = room.order.assignment
    finals = {line.student: line.final for line in view.lines.values()}
    return Column(
        assignment.slug, assignment.title, assignment.final_max_score, finals, view.book.forgotten
    )
