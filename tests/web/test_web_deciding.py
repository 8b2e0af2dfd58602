"""Groups, overrides, comments, requests, rubrics, undo, publishing: each from its page."""

from __future__ import annotations

import csv
import re

from course_class import ASKED, INSTRUCTOR, MARIA, TOM, Browser, Desk, grade_of, hand_in

from autograder.model import QuestionGrade
from autograder.store import Store


def attempt(desk: Desk, student: str) -> int:
    return desk.room.view().book.counting[student]


def question(desk: Desk, student: str, name: str = ASKED) -> QuestionGrade:
    questions = desk.room.view().grade(student).questions
    return next(one for one in questions if one.name == name)


def points(desk: Desk) -> dict[str, float | None]:
    return {student: question(desk, student).score for student in desk.room.view().lines}


def submission(desk: Desk, browser: Browser, student: str) -> str:
    return browser.open(f"/submission/{attempt(desk, student)}")


# ------------------------------------------------------------------ groups


def group(desk: Desk, browser: Browser, student: str) -> list[str]:
    page = browser.open(f"/group/{attempt(desk, student)}/{ASKED}")
    return re.findall(r'name="member" value="([^"]+)" checked', page)


def test_equal_and_nearly_equal_answers_are_marked_at_once(desk: Desk) -> None:
    maria = desk.as_(MARIA)
    assert "2 answers are equal or nearly so" in maria.open(
        f"/answer/{attempt(desk, 'ann')}/{ASKED}"
    )
    maria.send(member=group(desk, maria, "ann"), item=["sums", "stops"], comment="Both.", do="mark")
    assert "2 answers have 10 of 10 points" in maria.page
    maria.send(member=group(desk, maria, "emil"), points="0", do="mark")
    assert points(desk) == {"ann": 10, "ben": 10, "cleo": 0, "emil": 0, "dora": None}
    assert question(desk, "ben").by_person.comment == "Both."  # type: ignore[union-attr]


def test_one_may_be_left_out_of_a_group(desk: Desk) -> None:
    maria = desk.as_(MARIA)
    members = group(desk, maria, "ann")
    maria.send(member=[m for m in members if m.startswith(f"{attempt(desk, 'ben')}.")], points="4")
    assert points(desk)["ben"] == 4
    assert points(desk)["ann"] is None
    assert group(desk, maria, "ann") == [
        m for m in members if m.startswith(f"{attempt(desk, 'ann')}.")
    ]


def test_a_group_of_which_one_was_marked_meanwhile_is_not_marked(desk: Desk) -> None:
    maria, tom = desk.as_(MARIA), desk.as_(TOM)
    members = group(desk, maria, "ann")
    tom.open(f"/answer/{attempt(desk, 'ben')}/{ASKED}")
    tom.send(points="3", do="mark")
    maria.send(member=members, points="10", comment="Typed.", do="mark")
    assert maria.status == 409
    assert "Typed." in maria.page
    assert points(desk)["ann"] is None
    assert points(desk)["ben"] == 3


# ------------------------------------------------------------------ one submission


def test_an_override_has_a_reason_and_leaves_the_programs_points(desk: Desk) -> None:
    maria = desk.as_(MARIA)
    submission(desk, maria, "ann")
    maria.send(question="adam", points="25", reason="", do="override")
    assert maria.status == 400
    submission(desk, maria, "ann")
    maria.send(question="adam", points="25", reason="The slide misled.", do="override")
    found = question(desk, "ann", "adam")
    assert (found.score, found.final_points) == (15, 25)
    assert found.override is not None
    assert found.override.reason == "The slide misled."
    assert "The slide misled." in maria.open(f"/page/{attempt(desk, 'ann')}")
    assert desk.room.view().lines["ann"].answers[3].overridden
    submission(desk, maria, "ann")
    maria.send(question="adam", reason="It did not.", do="own")
    assert question(desk, "ann", "adam").final_points == 15


def test_what_was_decided_last_can_be_taken_back_by_whoever_did_it(desk: Desk) -> None:
    maria, tom, ines = desk.as_(MARIA), desk.as_(TOM), desk.as_(INSTRUCTOR)
    maria.open(f"/answer/{attempt(desk, 'ann')}/{ASKED}")
    maria.send(points="6", do="mark")
    deed = desk.room.view().book.ledger.acts[-1].deed
    assert "Take back" not in submission(desk, tom, "ann")
    tom.send("/undo", deed=deed, back=attempt(desk, "ann"))
    assert tom.status == 400
    assert points(desk)["ann"] == 6
    submission(desk, ines, "ann")
    ines.send("/undo", deed=deed, back=attempt(desk, "ann"))
    assert points(desk)["ann"] is None
    assert "ines took back that maria gave 6 points" in submission(desk, maria, "ann")
    ines.send("/undo", deed=deed)
    assert ines.status == 400


def test_a_request_is_answered_and_closed(desk: Desk) -> None:
    maria = desk.as_(MARIA)
    maria.open("/requests")
    maria.send(student="ben", question="adam", text="Please look again.")
    assert "Please look again." in maria.page
    assert "asked again <b>1</b>" in maria.open("/")
    maria.open("/requests")
    maria.send(f"/submission/{attempt(desk, 'ben')}", number=1, text="I will.", do="reply",
               back="requests", question="adam")  # fmt: skip
    assert question(desk, "ben", "adam").requests[0].is_open
    maria.send(f"/submission/{attempt(desk, 'ben')}", number=1, text="You are right.", do="close",
               back="requests", question="adam")  # fmt: skip
    assert "Nobody waits" in maria.page
    request = question(desk, "ben", "adam").requests[0]
    assert not request.is_open
    assert [said.text for said in request.replies] == ["I will.", "You are right."]
    assert "You are right." in maria.open(f"/page/{attempt(desk, 'ben')}")


def test_attempts_are_compared_line_by_line(desk: Desk, store: Store) -> None:
    hand_in(store, grade_of("ann", "Quite another answer.", file="ann.py"), days=1)
    maria = desk.as_(MARIA)
    page = maria.open(f"/compare/{attempt(desk, 'ann')}")
    assert '<span class="gone">-The sum of squared gradients' in page
    assert '<span class="added">+Quite another answer.</span>' in page
    assert "<span> w = 1</span>" in page


# ------------------------------------------------------------------ to all


def test_a_comment_to_all_is_seen_before_it_is_sent(desk: Desk) -> None:
    maria = desk.as_(MARIA)
    maria.open("/comments")
    maria.send(misconception="moment_overwritten", text="Look at page 40.")
    assert "Send to 2" in maria.page
    assert not desk.room.view().book.ledger.acts
    maria.send(pages="2", misconception="moment_overwritten", text="Look at page 40.", do="send")
    said = {s for s in desk.room.view().lines if question(desk, s, "adam").comments}
    assert said == {"ann", "cleo"}
    assert {"ann", "cleo"} <= desk.waiting()
    assert "Look at page 40." in maria.open(f"/page/{attempt(desk, 'cleo')}")
    maria.open("/comments")
    maria.send(pages="3", misconception="moment_overwritten", text="Again.", do="send")
    assert len(desk.room.view().book.ledger.acts) == 1


def test_a_changed_rubric_moves_the_marks_after_a_look(desk: Desk) -> None:
    maria = desk.as_(MARIA)
    maria.open(f"/answer/{attempt(desk, 'ann')}/{ASKED}")
    maria.send(item=["sums"], do="mark")
    fields = {
        "name": ["sums", "stops", "long", ""],
        "text": ["says it", "says that steps get small", "", "gives an example"],
        "points": ["5", "6", "", "1"],
    }
    maria.open(f"/rubric/{ASKED}")
    maria.send(**fields, do="see", newest=0)
    assert "1 mark would move" in maria.page
    assert points(desk)["ann"] == 4
    maria.send(**fields, do="save", newest=0)
    assert points(desk)["ann"] == 5
    rubric = desk.room.view().book.asked[ASKED].rubric
    assert [(i.name, i.points) for i in rubric] == [
        ("sums", 5), ("stops", 6), ("gives_an_example", 1)
    ]  # fmt: skip
    maria.send(**fields, do="save", newest=0)
    assert "somebody else changed this rubric" in maria.page


# ------------------------------------------------------------------ class and publishing


def test_the_class_page_counts_and_its_table_says_the_same(desk: Desk) -> None:
    ines = desk.as_(INSTRUCTOR)
    page = ines.open("/class?sort=-score")
    assert page.index("ben") < page.index("ann")
    assert "moment overwritten" in page
    assert "nobody failed" in page
    rows = list(
        csv.DictReader(ines.open("/class.csv?misconception=moment_overwritten").splitlines())
    )
    assert {row["student"]: row["adam"] for row in rows} == {"ann": "15", "cleo": "15"}
    assert "<b>2</b> code failed" not in page


def test_students_see_what_is_published_and_later_changes_are_new(desk: Desk) -> None:
    ines, maria = desk.as_(INSTRUCTOR), desk.as_(MARIA)
    assert "<b>5</b> for the first time" in ines.open("/publish")
    stale = ines.hidden_for({"newest": ""})
    maria.open(f"/answer/{attempt(desk, 'ann')}/{ASKED}")
    maria.send(points="6", do="mark")
    ines.send("/publish", **stale)
    assert ines.status == 409
    assert "something was decided since you looked" in ines.page
    ines.open("/publish")
    ines.send(section="")
    assert "5 students see something new" in ines.page
    assert {line.seen for line in desk.room.view().lines.values()} == {"yes"}
    submission(desk, maria, "ann")
    maria.send(question="adam", points="30", reason="Right.", do="override")
    assert desk.room.view().lines["ann"].seen == "older"
    page = ines.open("/publish")
    assert "<b>1</b> see something changed" in page
    assert "15 points, now 30 points" in page
