"""All pages of the desk, and for whom they are."""

from __future__ import annotations

import re

from starlette.responses import Response

from autograder.web.app import At
from autograder.web.desk.answer import AnswerPage
from autograder.web.desk.class_page import ClassPage
from autograder.web.desk.gradebook import GradebookPage
from autograder.web.desk.group import GroupPage
from autograder.web.desk.publishing import PublishPage
from autograder.web.desk.queue import QueuePage
from autograder.web.desk.regrading import RegradePage
from autograder.web.desk.room import Room
from autograder.web.desk.rubric import RubricPage
from autograder.web.desk.sharing import SharingPage
from autograder.web.desk.submission import SubmissionPage
from autograder.web.desk.talk import CommentsPage, RequestsPage
from autograder.web.people import INSTRUCTORS, STAFF
from autograder.web.visit import Visit


def names(visit: Visit) -> Response:
    """Hide who wrote what, or show it: in this browser, until it is closed."""
    back = visit.form.one("back")
    answer = visit.to(back if re.fullmatch(r"/(?![/\\\\])[!-~]*", back) else "/")
    value = "hidden" if visit.form.one("names") == "hidden" else "shown"
    answer.set_cookie("names", value, httponly=True, samesite="strict", path="/")
    return answer


def places(room: Room) -> list[At]:
    queue, answer, group = QueuePage(room), AnswerPage(room), GroupPage(room)
    submission, comments, requests = SubmissionPage(room), CommentsPage(room), RequestsPage(room)
    rubric, class_, regrade = RubricPage(room), ClassPage(room), RegradePage(room)
    gradebook, sharing, publish = GradebookPage(room), SharingPage(room), PublishPage(room, regrade)
    return [
        At("/", STAFF, queue.show),
        At("/answer/{attempt:int}/{question}", STAFF, answer.show, answer.save),
        At("/groups", STAFF, group.list),
        At("/group/{attempt:int}/{question}", STAFF, group.show, group.save),
        At("/submission/{attempt:int}", STAFF, submission.show, submission.do),
        At("/page/{attempt:int}", STAFF, submission.feedback),
        At("/picture/{attempt:int}/{question}/{place:int}", STAFF, submission.picture),
        At("/compare/{attempt:int}", STAFF, submission.compare),
        At("/undo", STAFF, do=submission.undo),
        At("/comments", STAFF, comments.show, comments.do),
        At("/requests", STAFF, requests.show, requests.add),
        At("/rubric/{question}", STAFF, rubric.show, rubric.do),
        At("/class", INSTRUCTORS, class_.show),
        At("/class.csv", INSTRUCTORS, class_.table),
        At("/gradebook", INSTRUCTORS, gradebook.show),
        At("/gradebook.csv", INSTRUCTORS, gradebook.table),
        At("/regrade", INSTRUCTORS, regrade.show, regrade.do),
        At("/sharing", STAFF, sharing.show, sharing.do),
        At("/publish", INSTRUCTORS, publish.show, publish.do),
        At("/names", STAFF, do=names),
    ]
