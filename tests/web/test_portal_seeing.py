"""What is shown of a verdict is one thing wherever it is shown, also after grading again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from course_class import SLUG
from portal_class import NOTEBOOK, PROGRAM, Client, School, row_of, verdict
from test_portal_promises import published, two

from autograder.model import Grade, QuestionStatus, SubmissionStatus
from autograder.public.hand_in import verdict_lines
from autograder.settings import Attempts, Late

STAYS = "it stays so until results are published again"


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    with School(tmp_path) as opened:
        yield opened


def told(school: School, page: str) -> dict[str, Any]:
    """What programs are told of the hand-in that has this page."""
    answer = school.program("alice").ask("GET", f"/api/submissions/{page[3:]}")
    result = answer.json()["result"]
    assert isinstance(result, dict)
    return result


def grade_again(school: School, *misconceptions: str) -> None:
    """As `autograder regrade` does."""
    all_ = school.store.hand_ins.all(SLUG)
    school.store.append([row_of(one, verdict(*misconceptions)) for one in all_])


def require(school: School, alice: Client, page: str, score: int) -> None:
    """It is this wherever it is told."""
    assert f"{score} of 90 points" in alice.read(page)
    assert f"{score} of 90" in alice.read(f"/a/{SLUG}")
    assert f"{score} of 90 points" in alice.read(f"{page}/page")
    result = told(school, page)
    assert result["score"] == score
    assert verdict_lines(result)[0] == f"{score} of 90 points so far; a person gives up to 10 more"


def test_what_is_graded_again_is_one_thing_everywhere(school: School) -> None:
    """The newest until results are published, and then what was published."""
    school.says(before_due="all")
    alice = school.browser("alice")
    alice.upload()
    page = alice.address
    school.grade(verdict("moment_overwritten"))
    require(school, alice, page, 75)
    grade_again(school)
    require(school, alice, page, 90)
    assert STAYS not in alice.read(page)
    assert "stays" not in told(school, page)
    published(school)
    for _ in range(2):
        require(school, alice, page, 90)
        assert "90 of 90 points" in alice.read(f"/a/{SLUG}/result")
        assert STAYS in alice.read(page)
        marked = rf'As it was published on <time datetime="[^"]+">[^<]+</time>; {STAYS}'
        assert re.search(marked, alice.page), "for a script to show it as the other times"
        said = told(school, page)["stays"]
        assert said in alice.words.replace(" ;", ";"), "the same words"
        assert said in verdict_lines(told(school, page))
        grade_again(school, "moment_overwritten")
    published(school)
    require(school, alice, page, 75)


def test_names_are_those_that_were_found_last(school: School) -> None:
    alice = school.browser("alice")
    alice.upload()
    page = alice.address
    school.grade(verdict("moment_overwritten"))
    grade_again(school, "correction_missing")
    for said in (alice.read(page), "\n".join(verdict_lines(told(school, page)))):
        assert "correction" in said
        assert "moment" not in said.replace("A moment", "")


def test_the_attempt_before_is_compared_as_it_is_shown(school: School) -> None:
    alice = school.browser("alice")
    alice.upload()
    school.grade(verdict("moment_overwritten"))
    published(school)
    grade_again(school)
    alice.upload(PROGRAM, "hw.py")
    school.grade(verdict())
    assert ": 15 before, 30 here" in alice.read(alice.address), "not 90 before"


@pytest.mark.parametrize("before_due", ["names", "all"])
def test_what_was_published_of_a_file_is_not_shown_of_it_again_once_the_assignment_changed(
    school: School, before_due: str
) -> None:
    school.says(before_due=before_due, late=Late(due=datetime.now(UTC) + timedelta(days=1)))
    alice, pages = school.browser("alice"), []
    for changed in (False, True):
        alice.upload()
        pages.append(alice.address)
        taken = school.take()
        assert taken is not None
        given = verdict("moment_overwritten")
        row = row_of(taken.hand_in, dearer(given) if changed else given)
        row |= {"assignment_version": "another"} if changed else {}
        assert school.store.hand_ins.settle(taken, "here/1/a", row)
        if not changed:
            published(school)
    old, new = told(school, pages[0]), told(school, pages[1])
    assert (old["score"], old["max_score"]) == (75, 90)
    is_shown = before_due == "all"
    assert (new["score"], new["max_score"]) == (80 if is_shown else None, 100)
    adam = next(one for one in new["questions"] if one["name"] == "adam")
    assert adam["max_score"] == 40
    assert not new["published"]
    words = alice.read(f"/a/{SLUG}").split("Your attempts")[1]
    assert words.count("75 of 90") == 1
    assert ("Attempt 2 will count 80 of 100" in words) is is_shown
    said = "The assignment was changed between grading the two"
    assert said in words
    assert said in alice.read(pages[1])
    assert said in "\n".join(new["says"])
    assert "nothing changed" not in alice.words


def dearer(grade: Grade) -> Grade:
    """The same where Adam is worth 10 points more."""
    questions = tuple(
        replace(one, score=(one.score or 0) + 5, max_score=one.max_score + 10)
        if one.name == "adam"
        else one
        for one in grade.questions
    )
    score, most = (grade.score or 0) + 5, grade.max_score + 10
    return replace(grade, score=score, max_score=most, questions=questions)


@pytest.mark.parametrize("is_older", [False, True])
def test_what_counts_in_place_of_a_file_that_cannot_be_read_is_told_after_grading_again(
    school: School, is_older: bool
) -> None:
    unreadable = Grade("x", "x", SubmissionStatus.UNREADABLE, 0.0, 90.0, "It is cut off.")
    alice, pages = school.browser("alice"), []
    came = [(NOTEBOOK, "hw.ipynb", verdict()), (b"w =", "hw.py", unreadable)]
    for data, name, given in came if is_older else reversed(came):
        alice.upload(data, name)
        school.grade(given)
        pages.append(alice.address)
    both = school.store.hand_ins.all(SLUG)
    school.store.append([row_of(next(one for one in both if one.file == "hw.ipynb"), verdict())])
    said = "Attempt 1 still counts" if is_older else "Attempt 2 counts"
    assert said in alice.read(pages[is_older])


@pytest.mark.parametrize("keep", ["latest", "best", "chosen"])
@pytest.mark.parametrize("before_due", ["names", "all"])
def test_programs_are_told_of_answers_as_pages_are(
    school: School, keep: str, before_due: str
) -> None:
    school.says(attempts=Attempts(keep=keep), before_due=before_due)  # type: ignore[arg-type]
    pages, alice = two(school), school.browser("alice")
    for _ in range(2):
        for page in pages:
            lines = "\n".join(verdict_lines(told(school, page)))
            is_out = "so nobody reads its answer" in alice.read(page)
            assert ("so nobody reads its answer" in lines) is is_out
            assert ("erson will read it" in lines) is not is_out
        published(school)


@pytest.mark.parametrize("before_due", ["public", "names", "all"])
def test_of_a_file_without_any_function_asked_for_is_said_first_that_it_may_be_another(
    school: School, before_due: str
) -> None:
    school.says(before_due=before_due)
    alice, said = school.browser("alice"), "None of the functions asked for is in this file: it may"
    for there, is_said in ((0, True), (1, False)):
        alice.upload(NOTEBOOK + b" " * there)
        school.grade(lacking(there))
        page = alice.address
        assert (said in alice.read(f"{page}/page" if before_due == "all" else page)) is is_said
        assert alice.words.count(said) <= 1
        if before_due != "public" and is_said:
            assert alice.words.index(said) < alice.words.index("There is no function")
        lines = verdict_lines(told(school, page))
        assert any(line.startswith(said) for line in lines[:2]) is is_said
        published(school)
        assert (said in alice.read(f"/a/{SLUG}/result/page")) is is_said


def lacking(there: int) -> Grade:
    """The verdict on a file that has so many of the functions asked for."""
    grade = verdict()
    questions = [
        replace(
            one,
            status=QuestionStatus.ERROR,
            score=0.0,
            message=f"There is no function do_{one.name} in this file. "
            f"There is no function {one.name} in this file.",
        )
        if place >= there and one.status is not QuestionStatus.PENDING
        else one
        for place, one in enumerate(grade.questions)
    ]
    return replace(grade, score=10.0 * there, questions=tuple(questions))


def test_the_same_file_that_counts_as_another_attempt_is_read(school: School) -> None:
    alice, pages = school.browser("alice"), []
    for _ in range(2):
        alice.upload()
        pages.append(alice.address)
    school.grade(verdict(), verdict())
    assert "This attempt does not count (attempt 2 does)." in alice.read(pages[0])
    assert "nobody reads" not in alice.words
    assert "nobody reads" not in "\n".join(verdict_lines(told(school, pages[0])))
