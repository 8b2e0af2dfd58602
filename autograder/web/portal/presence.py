"""Where somebody is signed in, and how they sign out of all of it."""

from __future__ import annotations

from starlette.responses import Response

from autograder.web.app import At
from autograder.web.pages import page
from autograder.web.people import EVERYBODY, Role
from autograder.web.portal.doors import FrontDoor
from autograder.web.portal.syllabus import Syllabus
from autograder.web.visit import Visit


class Presence:
    def __init__(self, door: FrontDoor, syllabus: Syllabus) -> None:
        self._door = door
        self._syllabus = syllabus

    def places(self) -> list[At]:
        return [At("/me", EVERYBODY, self.show, self.leave_everywhere)]

    def show(self, visit: Visit) -> str:
        return page(
            "portal/me.html.j2",
            visit,
            sessions=self._door.since(visit.member),
            zone=self._syllabus.zone,
            is_student=visit.member.role is Role.STUDENT,
        )

    def leave_everywhere(self, visit: Visit) -> Response:
        self._door.end_all(visit.member)
        return visit.to("/")
