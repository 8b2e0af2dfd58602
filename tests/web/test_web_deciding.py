"""Groups, overrides, comments, requests, rubrics, undo, publishing: each from its page."""

from __future__ import annotations

import csv
import re
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep

import pytest
from course_class import (
    ASKED,
    INSTRUCTOR,
    MARIA,
    ROOT,
    SLUG,
    TOM,
    Browser,
    Desk,
    fill,
    grade_of,
    hand_in,
)

from autograder import acts
from autograder.model import Identity, QuestionGrade, QuestionStatus
from autograder.people.forgetting import forget, somebody
from autograder.settings import Late
from autograder.store import Attempt, HandedInFile, PersonRecord, PersonRow, Store, to_row
from autograder.web.desk.room import Room
from autograder.web.desk.rows import Line
from tests.submission.test_pictures import notebook, png


def attempt(desk: Desk, student: str) -> int:
    return desk.room.view().book.counting[student]


def question(desk: Desk, student: str, name: str = ASKED) -> QuestionGrade:
    questions = desk.room.view().grade(student).questions
    return next(one for one in questions if one.name == name)


def points(desk: Desk) -> dict[str, float | None]:
    return {student: question(desk, student).score for student in desk.room.view().lines}


def submission(desk: Desk, browser: Browser, student: str) -> str:
    return browser.open(f"/submission/{attempt(desk, student)}")


def test_times_are_on_the_courses_clocks_which_are_named(desk: Desk) -> None:
    """They were handed in at 12:00 UTC."""
    late = Late(due=datetime(2026, 1, 1), timezone="Asia/Kolkata")
    desk.room.renew(replace(desk.order, assignment=replace(desk.order.assignment, late=late)))
    maria = desk.as_(MARIA)
    assert "handed in 2025-03-01 17:30 IST" in submission(desk, maria, "ann")
    page = maria.open(f"/compare/{attempt(desk, 'ann')}")
    assert ">2025-03-01 17:30 IST</td>" in page
    assert ">2025-03-15 05:30 IST</td>" in page
    table = desk.as_(INSTRUCTOR).open("/class.csv")
    assert "2025-03-01T17:30:00+05:30" in table, "a table has the offset, as before"


def test_where_the_course_names_no_zone_times_are_on_the_clocks_by_which_days_are_counted(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And not on those of the machine, which no other page knows."""
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    try:
        assert "handed in 2025-03-01 12:00 UTC" in submission(desk, desk.as_(MARIA), "ann")
    finally:
        monkeypatch.undo()
        time.tzset()


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def test_points_are_told_in_parts_that_add_up_the_same_on_every_page(desk: Desk) -> None:
    late = Late(due=datetime(2025, 2, 28, tzinfo=UTC), policy="share_per_day", share=0.1)
    desk.room.renew(replace(desk.order, assignment=replace(desk.order.assignment, late=late)))
    maria, ines = desk.as_(MARIA), desk.as_(INSTRUCTOR)
    ann = attempt(desk, "ann")

    def told(sum_: str, row: str) -> None:
        assert sum_ in words(maria.open(f"/submission/{ann}"))
        assert sum_ in words(maria.open(f"/compare/{ann}"))
        assert "75 of 90" in words(maria.page).split("What counts")[0]
        assert row in words(ines.open("/class"))

    program = "75 of 90 by the program"
    told(f"{program} −15 for lateness, 2 days = 60 of 90 so far", "ann – of 100 75 −15 2 days")
    maria.open(f"/submission/{ann}")
    maria.send(question="adam", points="23", reason="so", do="override")
    told(f"{program} +8 by people 2 days late = 83 of 90 so far", "ann – of 100 75 +8 2 days")
    maria.open(f"/answer/{ann}/{ASKED}")
    maria.send(points="7", do="mark")
    told(
        f"{program} +15 by people −18 for lateness, 2 days = 72 of 100 in the end",
        "ann 72 of 100 75 +15 −18 2 days",
    )


def test_which_attempt_it_is_stands_on_its_pages(desk: Desk, store: Store) -> None:
    for day in (1, 2):
        hand_in(store, grade_of("ann", f"Answer {day}."), days=day)
    maria = desk.as_(MARIA)
    assert "attempt 3 of 3" in words(maria.open(f"/answer/{attempt(desk, 'ann')}/{ASKED}"))
    assert "ann.py, attempt 3 of 3, handed in" in words(submission(desk, maria, "ann"))
    assert "attempt 1 of 1" in words(submission(desk, maria, "ben"))


def test_who_was_forgotten_is_in_no_list_of_what_is_to_read(desk: Desk) -> None:
    maria = desk.as_(MARIA)
    before = desk.room.view()
    store = desk.room.store
    forget(store, somebody(store, "emil", [SLUG]), [SLUG], "boss")
    view = desk.room.view()
    assert view.counts["unread"] == before.counts["unread"] - 1
    assert "forgotten" not in maria.open("/?kind=unread")
    assert "forgotten" not in maria.open("/class?kind=waiting")
    listed = maria.open(f"/?question={ASKED}&all=1")
    assert ">forgotten</td>" in listed
    row = view.row("forgotten-1", ASKED)
    assert row is not None
    assert not row.by_person


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


def test_of_two_alike_either_may_be_opened_first(desk: Desk) -> None:
    for student in ("ben", "ann"):
        page = desk.as_(MARIA).open(f"/answer/{attempt(desk, student)}/{ASKED}")
        assert "2 answers are equal or nearly so" in page


def test_many_answers_are_compared_behind_the_page_that_asks_first(
    store: Store, tmp_path: Path
) -> None:
    fill(store, 60)
    desk = Desk(store, tmp_path)
    view = desk.room.view()
    assert view.uncompared > 20, "nobody has opened the desk"
    maria = desk.as_(MARIA)
    maria.open("/")
    end = monotonic() + 10
    while desk.room._comparing.locked() and monotonic() < end:
        sleep(0.01)
    assert not view.uncompared
    page = maria.open(f"/answer/{attempt(desk, 'student00003')}/{ASKED}")
    assert "answers are equal or nearly so" in page


def test_one_may_be_left_out_of_a_group(desk: Desk) -> None:
    maria = desk.as_(MARIA)
    members = group(desk, maria, "ann")
    maria.send(member=[m for m in members if m.startswith(f"{attempt(desk, 'ben')}.")], points="4")
    assert points(desk)["ben"] == 4
    assert points(desk)["ann"] is None
    assert group(desk, maria, "ann") == [
        m for m in members if m.startswith(f"{attempt(desk, 'ann')}.")
    ]


def test_who_has_other_points_for_an_equal_answer_is_named_before_and_after(desk: Desk) -> None:
    maria = desk.as_(MARIA)
    page = maria.open(f"/group/{attempt(desk, 'cleo')}/{ASKED}")
    assert "Marked already" not in page
    maria.open(f"/answer/{attempt(desk, 'cleo')}/{ASKED}")
    maria.send(points="7", do="mark")
    page = maria.open(f"/group/{attempt(desk, 'cleo')}/{ASKED}")
    assert "Marked already: cleo 7. Without a tick they keep that." in page
    ticked = re.findall(r'name="member" value="([^"]*)" checked', page)
    maria.send(points="6", member=ticked, do="mark")
    assert "1 answer has 6 of 10 points. Equal answers have other points: cleo 7." in maria.page
    assert points(desk)["cleo"] == 7
    page = maria.open(f"/group/{attempt(desk, 'cleo')}/{ASKED}")
    maria.send(points="5", member=re.findall(r'name="member" value="([^"]*)"', page), do="mark")
    assert "2 answers have 5 of 10 points." in maria.page
    assert "other points" not in maria.page


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


def test_an_override_of_another_file_comes_back_and_a_click_settles_it(
    desk: Desk, store: Store
) -> None:
    maria, tom = desk.as_(MARIA), desk.as_(TOM)
    for student in ("ann", "cleo"):
        submission(desk, maria, student)
        maria.send(question="adam", points="25", reason="The slide misled.", do="override")
    assert "another file" not in maria.open("/?all=1")
    hand_in(store, grade_of("ann", "Another."), grade_of("cleo", "Another."), days=1)
    assert question(desk, "ann", "adam").final_points == 25, "nothing that was decided is lost"
    queue = maria.open("/")
    assert "2 overrides were made for another file than the one that counts now" in queue
    listed = re.findall(r"/answer/\d+/adam", maria.open("/?kind=earlier"))
    assert len(set(listed)) == 2
    page = submission(desk, maria, "ann")
    assert page.count("These points were given for another file") == 1
    newest = attempt(desk, "ann")
    assert re.search(rf"/compare/{newest}\?older=\d+&amp;newer={newest}", page)
    assert tom.open(f"/answer/{newest}/adam?kind=earlier").count("They fit this file, too") == 1
    maria.send(f"/submission/{newest}", question="adam", do="confirm")
    found = question(desk, "ann", "adam").override
    assert found is not None
    assert (found.points, found.reason, found.made_for) == (25, "The slide misled.", None)
    assert "another file" not in submission(desk, maria, "ann")
    # Meanwhile somebody else has the page open; and what was confirmed is not confirmed again.
    tom.send(f"/submission/{newest}", question="adam", do="confirm")
    assert tom.status == 409
    tom.open(f"/answer/{attempt(desk, 'cleo')}/adam")
    tom.send(f"/submission/{attempt(desk, 'cleo')}", question="adam", do="own")
    assert tom.address == "/?kind=earlier"
    assert question(desk, "cleo", "adam").final_points == 30
    assert "another file" not in maria.open("/")


def test_a_file_that_came_since_is_not_confirmed_unseen(desk: Desk, store: Store) -> None:
    maria = desk.as_(MARIA)
    submission(desk, maria, "ann")
    maria.send(question="adam", points="25", reason="The slide misled.", do="override")
    hand_in(store, grade_of("ann", "Another."), days=1)
    page = submission(desk, maria, "ann")
    seen = attempt(desk, "ann")
    hand_in(store, grade_of("ann", "A third."), days=2)
    assert "They fit this file, too" in page
    page = maria.send(f"/submission/{seen}", question="adam", do="confirm")
    assert (maria.status, "another file has been handed in since" in page) == (409, True)
    override = question(desk, "ann", "adam").override
    assert override is not None
    assert override.made_for is not None


def test_what_is_refused_of_a_submission_stays_in_its_form(desk: Desk) -> None:
    maria, tom = desk.as_(MARIA), desk.as_(TOM)
    page = submission(desk, maria, "ann")
    assert page.count('<details class="card" open>') == 0
    page = maria.send(question="adam", points="99", reason="Typed for long.", do="override")
    assert (maria.status, "Points 99, which should be from 0 to 30." in page) == (400, True)
    assert page.count('<details class="card" open>') == 1
    assert page.count("Typed for long.") == page.count('value="99"') == 1
    submission(desk, tom, "ann")
    tom.send(question="adam", points="20", reason="Toms.", do="override")
    assert tom.status == 200
    page = maria.send(question="adam", points="25", reason="Marias.", do="override")
    assert (maria.status, "tom put 20 points" in page, "Marias." in page) == (409, True, True)
    assert question(desk, "ann", "adam").final_points == 20
    page = maria.send(question="adam", text="", do="comment")
    assert (maria.status, "A comment needs words" in page) == (400, True)


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
    assert '<span class="gone">-explanation = &#39;The sum of squared gradients' in page
    assert '<span class="added">+explanation = &#39;Quite another answer.&#39;</span>' in page
    assert "<span> w = 1</span>" in page


def test_what_students_were_given_to_read_is_no_line_of_theirs(desk: Desk, store: Store) -> None:
    data = (ROOT / "student_template" / SLUG / f"{SLUG}.ipynb").read_bytes()
    kept = HandedInFile.of(data)
    given = Attempt(SLUG, "v1", kept.digest, grade_of("ann", "", file="ann.ipynb"),
                    "2025-03-15T00:00:00+00:00", {}, whose=Identity(id="ann"))  # fmt: skip
    store.append([to_row(given)], [kept])
    page = words(desk.as_(MARIA).open(f"/compare/{attempt(desk, 'ann')}"))
    assert "+def do_adam(" in page
    assert "+# ---- explanation" in page
    assert "# ---- adam" not in page
    assert "You need no slides" not in page


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


def test_the_gradebook_shows_every_assignment(desk: Desk, store: Store) -> None:
    other = replace(grade_of("ann", ""), questions=(), score=7.0, max_score=7.0)
    question = QuestionGrade("q", "Q", QuestionStatus.FULL, 7.0, 7.0)
    hand_in_other = Attempt(
        "momentum_methods", "v1", "d", replace(other, questions=(question,)),
        "2025-03-15T00:00:00+00:00", {}, whose=Identity(id="ann"),
    )  # fmt: skip
    store.append([to_row(hand_in_other)])
    ines, maria = desk.as_(INSTRUCTOR), desk.as_(MARIA)
    maria.open(f"/answer/{attempt(desk, 'ann')}/{ASKED}")
    maria.send(points="6", do="mark")
    found = list(csv.DictReader(ines.open("/gradebook.csv").splitlines()))
    ann = next(row for row in found if row["student"] == "ann")
    assert (ann["adaptive_learning_rates"], ann["momentum_methods"]) == ("81", "7")
    assert (ann["total"], ann["complete"]) == ("88", "yes")
    assert ann["waiting"] == ""
    others = [row for row in found if row["student"] != "ann"]
    assert {row["complete"] for row in others} == {"no"}
    told = {(row["total"], row["waiting"]) for row in others}
    assert told == {("", "adaptive_learning_rates")}, "not 0, and not as if not handed in"
    page = ines.open("/gradebook?words=ann")
    assert "88" in page
    assert "emil" not in page
    maria.open(f"/answer/{attempt(desk, 'ben')}/{ASKED}")
    maria.send(points="10", do="mark")
    ben = next(row for row in csv.DictReader(ines.open("/gradebook.csv").splitlines())
               if row["student"] == "ben")  # fmt: skip
    assert ben["total"] == "100"


def test_the_gradebook_says_what_it_sums_and_has_a_dash_where_nothing_is_known(
    desk: Desk, store: Store
) -> None:
    forget(store, somebody(store, "cleo", [SLUG]), [SLUG], "maria")
    roster = [PersonRow(1, PersonRecord(Identity(id="yan"), kind="roster"))]
    store.add_people(roster, known=0)
    maria = desk.as_(MARIA)
    maria.open(f"/answer/{attempt(desk, 'ann')}/{ASKED}")
    maria.send(points="6", do="mark")
    page = desk.as_(INSTRUCTOR).open("/gradebook")
    assert "In all: the sum of the points shown here" in page
    rows = (re.sub(r"<[^>]+>", " ", row).split() for row in re.findall(r"<tr>(.*?)</tr>", page))
    last = {row[0]: row[-1] for row in rows if row}
    assert last["ann"] == "81"
    assert (last["ben"], last["forgotten-1"]) == ("–", "–")
    assert last["yan"] == "0", "who handed in nothing has nothing"


def test_the_class_page_tells_how_generous_each_marker_is(desk: Desk) -> None:
    for member, student, points in ((MARIA, "ann", 10), (MARIA, "ben", 5), (TOM, "cleo", 2)):
        browser = desk.as_(member)
        browser.open(f"/answer/{attempt(desk, student)}/{ASKED}")
        browser.send(points=points, do="mark")
    page = re.sub(r"<[^>]+>|\s+", " ", desk.as_(INSTRUCTOR).open("/class"))
    assert re.search(r"maria +75 +of 100 +2 ", page)
    assert re.search(r"tom +20 +of 100 +1 ", page)


def test_a_picture_of_the_notebook_is_shown_and_nothing_else(desk: Desk, store: Store) -> None:
    svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
    text = "See ![a plot](attachment:a.png), ![b](attachment:b.svg), ![c](http://evil.example/c)"
    data = notebook((text, {"a.png": png(), "b.svg": svg})).replace(b"`why`", b"`explanation`")
    kept = HandedInFile.of(data)
    grade = grade_of("paul", text, file="paul.ipynb")
    given = Attempt(SLUG, "v1", kept.digest, grade, "2025-03-15T00:00:00+00:00", {},
                    whose=Identity(id="paul"))  # fmt: skip
    store.append([to_row(given)], [kept])
    maria = desk.as_(MARIA)
    number = attempt(desk, "paul")
    page = maria.open(f"/answer/{number}/{ASKED}")
    shown = re.findall(r"<img[^>]*>", page)
    assert shown[0] == f'<img src="/picture/{number}/{ASKED}/0" alt="a plot">'
    assert len(shown) == 2
    assert "evil.example/c)" in page
    picture = maria.ask("GET", f"/picture/{number}/{ASKED}/0")
    assert (picture.status_code, picture.content) == (200, png())
    assert picture.headers["content-type"] == "image/png"
    assert picture.headers["x-content-type-options"] == "nosniff"
    assert picture.headers["content-security-policy"].startswith("sandbox")
    for place in (f"{number}/{ASKED}/1", f"{number}/{ASKED}/2", f"{number}/adam/0",
                  f"{attempt(desk, 'ann')}/{ASKED}/0"):  # fmt: skip
        assert maria.ask("GET", f"/picture/{place}").status_code == 404


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
    assert "Published to 5 students." in ines.page
    assert {line.seen for line in desk.room.view().lines.values()} == {"yes"}
    submission(desk, maria, "ann")
    maria.send(question="adam", points="30", reason="Right.", do="override")
    assert desk.room.view().lines["ann"].seen == "older"
    page = ines.open("/publish")
    assert "<b>1</b> with something changed" in page
    assert "15 points, now 30 points" in page
    ines.send(section="")
    assert "Published to 1 student." in ines.page


def test_what_is_published_is_known_without_reading_all_again(desk: Desk) -> None:
    def anew() -> dict[str, Line]:
        return dict(Room(desk.order, desk.room.store, desk.tables).view().lines)

    before = desk.room.view()
    hand_in(desk.room.store, grade_of("ben", "Another answer."))
    assert desk.room.view().lines["ben"].attempt != before.lines["ben"].attempt
    acts.publish(desk.room.store, before.book, "ines")  # by a desk that has not seen that yet
    lines = desk.room.view().lines
    assert {line.seen for line in lines.values()} == {"yes", "older"}
    assert lines["ben"].seen == "older"
    assert dict(lines) == anew()
    ines = desk.as_(INSTRUCTOR)
    ines.open("/publish")
    ines.send(section="")
    assert {line.seen for line in desk.room.view().lines.values()} == {"yes"}
    assert dict(desk.room.view().lines) == anew()


def test_history_has_every_act_of_a_submission_the_newest_first(desk: Desk) -> None:
    maria, ines = desk.as_(MARIA), desk.as_(INSTRUCTOR)
    maria.open(f"/answer/{attempt(desk, 'ann')}/{ASKED}")
    maria.send(points="6", do="mark")
    submission(desk, ines, "ann")
    ines.send(question="adam", points="25", reason="So.", do="override")
    ines.send("/undo", deed=desk.room.view().book.ledger.acts[0].deed, back=attempt(desk, "ann"))
    page = submission(desk, maria, "ann")
    history = page[page.index("<h2>History") :]
    places = [history.index(words) for words in (
        "ines took back that maria gave 6 points",
        "ines put 25 points in place",
        '<span class="undone">maria gave 6 points',
    )]  # fmt: skip
    assert places == sorted(places)
    assert "Take back" not in history  # neither is maria's to take back, and hers is already
