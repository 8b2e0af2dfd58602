"""The pages of students, as browsers without scripts see them; what strangers try on them."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal

import pytest
from course_class import ASKED, SLUG
from portal_class import NOTEBOOK, PEOPLE, PROGRAM, School, row_of, verdict

from autograder.acts import (
    Book,
    as_returned,
    mark,
    mark_sheet,
    override,
    publish,
    request,
    take_back,
)
from autograder.acts import decide as decide_
from autograder.acts.sheet import SheetRow, sheet
from autograder.acts.trail import trail
from autograder.batch.order import current_grades
from autograder.batch.output import book_of
from autograder.batch.remarks import remarks
from autograder.errors import UsageError
from autograder.history import as_json, file_of, of_student, text
from autograder.judging.words import WRITTEN_NONE
from autograder.model import Grade, QuestionStatus, SubmissionStatus
from autograder.people import Dated, Policies, extend, import_people, read_people
from autograder.people.forgetting import forget, somebody
from autograder.public.hand_in import verdict_lines
from autograder.settings import Attempts, Late
from autograder.store.hand_ins import Lane
from autograder.store.tables import ACTS, HAND_INS
from autograder.submission import label
from autograder.text import points
from autograder.web.portal.staff import next_due
from autograder.web.portal.standing import Standing
from autograder.web.portal.student import needed_first
from autograder.web.portal.syllabus import Exercise

SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7 * 7 }}\u202e"
HOSTILE = (
    f'id,name,email,role\nalice,"{SCRIPT.replace(chr(34), chr(34) * 2)}",a@x.example,student\n'
)

LATE = "Handed in 1 day and 6 hours late; each day begun counts, so 2 days."


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    with School(tmp_path) as opened:
        yield opened


def published(school: School, ago: timedelta | None = None) -> None:
    """``ago``: as if it had been done so long before, a while after all that is there."""
    exercise = school.portal._syllabus.get(SLUG)
    assert exercise is not None
    book = book_of(exercise.assignment, current_grades(exercise.order, school.store))
    publish(school.store, book, "ines")
    if ago is not None:
        at = (datetime.now(UTC) - ago).replace(microsecond=0)
        with school.store._engine.begin() as connection:
            for table, moment in ((ACTS, at), (HAND_INS, at - ago)):
                connection.execute(table.update().values(at=moment.isoformat()))
        exercise.register._lists = exercise.room._view = None


# ------------------------------------------------------------------ staff


def test_the_portals_desk_offers_equal_answers_at_once(school: School) -> None:
    for who in ("alice", "bob"):
        school.program(who).hand_in()
    school.grade(
        verdict(answer="It grows, so steps stop."), verdict(answer="It grows; so steps stop.")
    )
    exercise = school.portal._syllabus.get(SLUG)
    assert exercise is not None
    assert exercise.room.view().uncompared == 2, "nothing is compared while nobody marks"
    maria = school.browser("maria")
    maria.open(f"/desk/{SLUG}/")
    first = re.search(r'href="(/desk/[^"]*/answer/[^"]*)"', maria.page)
    assert first is not None
    page = maria.open(first[1])
    assert "2 answers are equal or nearly so" in page
    assert 'data-key="g"' in page


# ------------------------------------------------------------------ coming in


def test_a_link_shows_a_button_and_the_button_signs_in(school: School) -> None:
    token = school.token("alice")
    alice = school.browser()
    page = alice.open(f"/enter/{token}")
    assert alice.status == 200
    assert not alice.cookies
    assert "Sign in as Alice A." in page
    assert "personal link of Alice A. Whoever has it" in alice.words
    assert alice.answer.headers["referrer-policy"] == "origin"
    answer = alice.ask("POST", "/enter", data={"token": token}, follow=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert token not in cookie
    assert "Assignments" in alice.open("/")
    assert token not in alice.page


def test_everybody_is_called_by_the_name_that_the_course_has(school: School) -> None:
    alice, ines = school.browser("alice"), school.browser("ines")
    for client, name in ((alice, "Alice A."), (ines, "Ines")):
        assert f'<p class="me"><a href="/me">{name}</a></p>' in client.open("/me")
        assert f"signed in as {name} :" in client.words
    assert '<p class="me">Ines</p>' in ines.open(f"/desk/{SLUG}/")


def test_who_is_not_signed_in_is_told_where_their_link_is(school: School) -> None:
    nobody = school.browser()
    page = nobody.open(f"/a/{SLUG}")
    assert "<h1>Sign in first</h1>" in page
    assert "Open your personal link first, which you have from your instructor" in nobody.words
    assert "mail" not in nobody.open("/"), "not all links are sent by mail"


def test_what_is_not_there_is_not_called_impossible(school: School) -> None:
    alice = school.browser("alice")
    for address in ("/nowhere", "/a/nowhere"):
        assert "<h1>Not found</h1>" in alice.open(address), address
    assert "<h1>That was not possible</h1>" in alice.open("/course")


def test_staff_come_to_the_course_and_students_do_not(school: School) -> None:
    ines = school.browser("ines")
    assert ines.address == "/course"
    assert f"/desk/{SLUG}/" in ines.page
    alice = school.browser("alice")
    for page in ("/course", "/course/students", f"/desk/{SLUG}/", f"/desk/{SLUG}/class", "/as/1"):
        assert alice.ask("GET", page).status_code == 403, page
        assert "bob" not in alice.page.lower()


def test_who_teaches_reads_the_courses_clocks_and_students_their_own(school: School) -> None:
    """The script goes by the mark."""
    zone = "Asia/Kolkata"
    school.says(late=Late(due=datetime(2035, 3, 14, 23, 59), timezone=zone))
    ines, alice = school.browser("ines"), school.browser("alice")
    (number,) = {one.number for one in school.portal.door.links.directory.find("alice")}
    for browser, address in ((ines, "/course"), (ines, f"/as/{number}/"), (alice, "/")):
        assert "23:59 IST" in browser.open(address)
        assert ("<body data-own-clocks>" in browser.page) is (browser is alice)


def test_a_session_ends_with_its_link_and_when_somebody_leaves(school: School) -> None:
    alice, again = school.browser("alice"), school.browser("alice")
    school_links = school.portal.door.links
    again.send("/leave")
    assert "Open your personal link" in again.open("/")
    school_links.revoke(school_links.directory.find("alice"))
    assert "Open your personal link" in alice.open("/")
    assert alice.ask("GET", f"/a/{SLUG}").status_code == 403


def test_a_session_of_another_store_is_none(school: School, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with School(tmp_path / "other") as other:
        stranger = school.browser()
        stranger.cookies = other.browser("alice").cookies
    assert stranger.ask("GET", f"/a/{SLUG}").status_code == 403


# ------------------------------------------------------------------ handing in


def test_a_file_is_handed_in_and_its_receipt_stays_true(school: School) -> None:
    alice = school.browser("alice")
    alice.upload()
    assert alice.status == 200
    address = alice.address
    assert re.fullmatch(r"/h/[0-9a-f]{20}", address)
    digest = hashlib.sha256(NOTEBOOK).hexdigest()
    for what in ("Attempt 1", digest, "hw.ipynb", "place 1 in the queue"):
        assert what in alice.words
    assert '<noscript><meta http-equiv="refresh"' in alice.page
    school.grade(verdict("moment_overwritten"))
    alice.open(address)
    assert digest in alice.page
    assert 'http-equiv="refresh"' not in alice.page
    (one,) = school.program("alice").ask("GET", "/api/submissions").json()
    to_the_second = f"{datetime.fromisoformat(one['at']):%a %d %b %Y, %H:%M:%S} UTC"
    assert f"Handed in {to_the_second}" in alice.words
    assert to_the_second in alice.read(f"/a/{SLUG}")
    assert alice.ask("GET", f"{address}/file").content == NOTEBOOK
    said = alice.answer.headers["content-disposition"]
    assert said == f'attachment; filename="{SLUG}-alice-attempt-01.ipynb"'


def test_before_it_opens_students_see_its_title_and_the_date_and_staff_see_it(
    school: School,
) -> None:
    opens = datetime.now(UTC) + timedelta(days=2)
    due = datetime.now(UTC) + timedelta(days=9)
    school.says(opens=opens, late=Late(due=due), attempts=Attempts(partners=2))
    alice, ines = school.browser("alice"), school.browser("ines")
    shown = f"{opens:%a %d %b %Y, %H:%M} UTC"
    for page in ("/", f"/a/{SLUG}"):
        alice.open(page)
        assert "Gradient descent with adaptive learning rates" in alice.words
        assert f"Opens {shown}" in alice.words
        for hidden in ("Due", "Download", 'type="file"', "partner", "Nothing handed in"):
            assert hidden not in alice.page, (page, hidden)
    file = f"/a/{SLUG}/given/{SLUG}.ipynb"
    assert alice.ask("GET", file).status_code == 403
    assert f"opens on {shown}" in alice.words
    session = school.portal.door.session(alice.cookies["autograder"])
    assert session is not None
    fields = {"token": session.token, "partner": "bob"}
    assert alice.ask("POST", f"/a/{SLUG}/partners", data=fields).status_code == 403
    told = school.program("alice").hand_in()
    assert (told.status_code, f"opens on {shown}" in told.json()["error"]) == (403, True)
    form = {"data": {"token": session.token}, "files": {"file": ("hw.ipynb", NOTEBOOK)}}
    assert alice.ask("POST", f"/a/{SLUG}/hand-in", **form).status_code == 403
    assert alice.words.count(shown) == 1, "once is enough"
    assert ines.ask("GET", file.replace("/a/", "/as/1/a/")).status_code == 200
    ines.open(f"/as/1/a/{SLUG}")
    assert "Until then students see nothing but the title and this date" in ines.words
    assert "Download the notebook" in ines.words
    ines.open("/course")
    assert f"Opens to students {shown}" in ines.words
    school.says(opens=datetime.now(UTC) - timedelta(minutes=1))
    assert alice.ask("GET", file).status_code == 200
    alice.upload()
    assert alice.address.startswith("/h/")


def test_what_is_due_next_stands_first() -> None:
    now = datetime.now(UTC)
    given = {
        "over long ago": (None, now - timedelta(days=30)),
        "over": (None, now - timedelta(days=1)),
        "next": (None, now + timedelta(days=1)),
        "later": (None, now + timedelta(days=20)),
        "whenever": (None, None),
        "not open": (now + timedelta(days=3), now + timedelta(days=10)),
    }
    made = []
    for slug, (opens, due) in given.items():
        said = SimpleNamespace(slug=slug, opens=opens, late=Late(due=due), attempts=Attempts())
        exercise = Exercise(SimpleNamespace(assignment=said), None, None)  # type: ignore[arg-type]
        policies = Policies(late=said.late)
        lists = SimpleNamespace(standing=SimpleNamespace(policies=policies))
        made.append(Standing(exercise, lists, "amy", (), None, False))  # type: ignore[arg-type]
    assert [one.exercise.slug for one in sorted(made, key=needed_first)] == [
        *("next", "later", "whenever", "over", "over long ago", "not open")
    ]
    assert [one.slug for one in sorted((one.exercise for one in made), key=next_due)] == [
        *("over long ago", "over", "next", "later", "whenever", "not open")
    ]


def test_what_is_refused_is_said_on_the_page(school: School) -> None:
    alice = school.browser("alice")
    alice.upload(b"%PDF-1.7", "hw.pdf")
    assert alice.status == 415
    assert "hw.pdf is a PDF" in alice.words
    assert "Hand in" in alice.words
    assert not school.store.hand_ins.all(SLUG)


def test_a_form_that_is_refused_leads_back_and_leaves_the_name_of_its_file(school: School) -> None:
    alice = school.browser("alice")
    back = f'<a href="/a/{SLUG}">Back to the assignment</a>'
    alice.upload(b"x = 1\n" * 4_000_000, "big.py")
    assert alice.status == 413
    assert " big.py is larger than 20 MB" in alice.words
    assert back in alice.page
    alice.ask("POST", f"/a/{SLUG}/hand-in", files={"other": ("hw.py", PROGRAM)})
    assert alice.status == 403
    assert back in alice.page
    announced = {"content": b"", "headers": {"content-length": "120000000"}}
    alice.ask("POST", f"/a/{SLUG}/hand-in", **announced)
    assert alice.status == 413
    assert "The file is larger than 100 MB" in alice.words
    assert back in alice.page
    assert "<link" in alice.page
    alice.open(f"/a/{SLUG}")
    token = alice.form_token
    alice.ask("POST", "/a/none/hand-in", data={"token": token}, files={"file": ("hw.py", PROGRAM)})
    assert "To the first page" in alice.words, "there is nothing to go back to"


@pytest.mark.parametrize(
    ("late", "tag"),
    [
        ({"policy": "none"}, "late"),
        ({"policy": "share_per_day", "share": 0.1}, "late, until"),
        ({"policy": "share_per_day", "share": 0.1, "cut_off_days": 1}, "over"),
    ],
)
def test_what_still_brings_points_is_not_said_to_be_over(
    school: School, late: dict[str, Any], tag: str
) -> None:
    due = datetime.now(UTC) - timedelta(hours=30)
    school.says(late=Late(due=due, **late))
    alice = school.browser("alice")
    (found,) = re.findall(r'<span class="tag">(.*?)</span>', alice.open("/"))
    words = re.sub("<.*?>", "", found)
    end = f"late, until {due + timedelta(days=9):%a %d %b}"
    assert words.startswith(end) if tag == "late, until" else words == tag
    tags = re.findall(r'<span class="tag">(.*?)</span>', alice.open(f"/a/{SLUG}"))
    assert tags == [tag.removesuffix(", until")], "the end is said there anyway"


def named_after(slug: str) -> bytes:
    return NOTEBOOK.replace(b'"metadata": {}, "nb', b'"metadata": %s, "nb' % label_of(slug))


def label_of(slug: str) -> bytes:
    return json.dumps(label(slug)).encode()


def test_another_assignments_notebook_is_taken_only_where_it_is_meant(school: School) -> None:
    """Without scripts, too: it is a box of the form."""
    alice = school.browser("alice")
    alice.upload(named_after("momentum_methods"))
    assert alice.status == 409
    assert "Not taken: this is the notebook of another assignment, momentum_methods" in alice.words
    assert not school.store.hand_ins.all(SLUG)
    there = school.portal._syllabus
    one = there.get(SLUG)
    assert one is not None
    there._exercises["momentum_methods"] = one  # whatever it is, its own page is named
    alice.upload(named_after("momentum_methods"))
    assert re.search(rf'href="/a/{SLUG}#hand-in-title">Hand it in there', alice.page)
    alice.upload(named_after("momentum_methods"), meant="yes")
    assert alice.address.startswith("/h/")
    alice.upload(named_after(SLUG))
    assert alice.address.startswith("/h/")
    assert len(school.store.hand_ins.all(SLUG)) == 2


def test_names_are_shown_without_points_until_results_are_published(school: School) -> None:
    alice = school.browser("alice")
    alice.upload()
    school.grade(verdict("moment_overwritten"))
    address = alice.address
    alice.open(address)
    assert "moment overwritten" in alice.words
    assert "without points" in alice.words
    assert not re.search(r"\b(15|75|82\.5) of\b", alice.words)
    assert alice.ask("GET", f"{address}/page").status_code == 404
    assert alice.ask("GET", f"/a/{SLUG}/result").status_code == 404
    published(school)
    alice.open(address)
    assert "75 of 100 points" in alice.words or "iframe" in alice.page
    alice.open(f"/a/{SLUG}/result")
    assert alice.status == 200
    assert f'src="/a/{SLUG}/result/page"' in alice.page
    for page in (f"{address}/page", f"/a/{SLUG}/result/page"):
        assert "For Alice A. ( alice ) · File" in alice.read(page)


def test_public_examples_alone_where_the_assignment_says_so(school: School) -> None:
    school.says(before_due="public")
    check = {
        "name": "one step",
        "asks": f"one step of {SCRIPT}",
        "passed": False,
        "messages": ["No."],
    }
    right = {"name": "a start", "asks": "no step", "passed": True, "messages": []}
    question = {"name": "adam", "title": "Adam", "passed": 1, "of": 2, "checks": [check, right]}
    alice = school.browser("alice")
    alice.upload()
    ticket = alice.address.rsplit("/", 1)[1]
    taken = school.take()
    assert taken is not None
    public = zlib.compress(json.dumps({"questions": [question]}).encode())
    row = row_of(taken.hand_in, verdict("moment_overwritten"))
    assert school.store.hand_ins.settle(taken, "here/1/a", row, public)
    alice.open(alice.address)
    assert "Adam 1 of 2 examples" in alice.words
    assert "one step of" in alice.words
    assert "<script>alert" not in alice.page
    assert "overwritten" not in alice.page
    told = school.program("alice").ask("GET", f"/api/submissions/{ticket}").json()["result"]
    (adam,) = (one for one in told["questions"] if one["name"] == "adam")
    assert [(one["name"], one["passed"]) for one in adam["checks"]] == [
        ("one step", False),
        ("a start", True),
    ]
    assert (adam["misconceptions"], adam["status"]) == ([], None)


def test_what_is_not_written_yet_is_said_so_and_not_called_wrong(school: School) -> None:
    given = verdict()
    questions = tuple(
        replace(
            question,
            status=QuestionStatus.NONE,
            score=0.0,
            checks=tuple(replace(c, passed=False, tried=False, score=0.0) for c in question.checks),
            message=f"do_{question.name} is not written yet.",
        )
        if question.checks
        else question
        for question in given.questions
    )
    alice = school.browser("alice")
    alice.upload()
    school.grade(replace(given, score=0.0, questions=questions))
    alice.open(alice.address)
    asked = sum(bool(question.checks) for question in questions)
    assert alice.words.count("not written yet") == asked
    assert "not right yet" not in alice.words
    row = school.program("alice").ask("GET", f"/api/submissions/{alice.address[3:]}").json()
    adam = next(one for one in row["result"]["questions"] if one["name"] == "adam")
    assert (adam["status"], adam["message"]) == ("none", "do_adam is not written yet.")


def test_where_no_points_are_shown_no_change_speaks_of_them(school: School) -> None:
    alice = school.browser("alice")
    for data in (NOTEBOOK, PROGRAM):
        alice.upload(data, "hw.py" if data is PROGRAM else "hw.ipynb")
    school.grade(verdict(), verdict(fails=True))
    alice.open(alice.address)
    assert "“right” before, “could not be run” here" in alice.words
    assert "points now" not in alice.words


def test_what_changed_from_one_attempt_to_the_next_is_told(school: School) -> None:
    alice = school.browser("alice")
    for data in (NOTEBOOK, PROGRAM):
        alice.upload(data, "hw.py" if data is PROGRAM else "hw.ipynb")
    school.grade(verdict("moment_overwritten"), verdict())
    alice.open(alice.address)
    assert "no longer found: moment overwritten" in alice.words
    assert "75" not in alice.words.split("Receipt")[0]
    school.says(before_due="all")
    alice.open(alice.address)
    said = "By the program, without what a person gives, your attempt before: 75, this one: 90."
    assert said in alice.words
    assert "Adam: 15 before, 30 here; no longer found: moment overwritten." in alice.words
    assert "90 of 90 points so far; a person gives up to 10 more" in alice.words
    second = alice.address
    alice.upload(NOTEBOOK)
    for address in (second, f"/a/{SLUG}"):
        assert "your attempt before: 75, this one: 90." in alice.read(address), "not the last one"
    alice.open(f"/a/{SLUG}")
    assert "Attempt 2 counts 90 of 90 so far; a person gives up to 10 more" in alice.words
    assert alice.words.index("Attempt 2 ") < alice.words.index("Attempt 1 75 of 90")


def test_two_attempts_are_compared_before_what_being_late_costs_either(school: School) -> None:
    over = Late(due=datetime.now(UTC) - timedelta(hours=1), policy="share_per_day", share=0.1)
    school.says(before_due="all", late=over)
    alice = school.browser("alice")
    for data in (NOTEBOOK, PROGRAM):
        alice.upload(data, "hw.py" if data is PROGRAM else "hw.ipynb")
    school.grade(verdict(), replace(verdict(), score=0.0))
    said = "your attempt before: 90, this one: 0, both before what being late costs."
    newest = alice.address
    for address in (newest, f"{newest}/page", f"/a/{SLUG}"):
        assert said in alice.read(address), "the one before lost 9 points"
    school.says(before_due="all")
    for address in (newest, f"{newest}/page"):
        assert "your attempt before: 90, this one: 0. " in alice.read(address), "nothing is due now"


@pytest.mark.parametrize("before_due", ["public", "names", "all"])
def test_the_list_says_which_attempt_is_late_and_which_could_not_be_read(
    school: School, before_due: str
) -> None:
    unreadable = Grade("x", "x", SubmissionStatus.UNREADABLE, 0.0, 90.0, "It is cut off.")
    school.says(before_due=before_due, late=Late(due=datetime.now(UTC) + timedelta(days=1)))
    alice = school.browser("alice")
    alice.upload(b"w =", "cut.py")
    assert ", late" not in alice.read(f"/a/{SLUG}")
    alice.upload(PROGRAM, "whole.py")
    school.grade(unreadable, verdict())
    published(school)
    alice.upload(b"w = 2\n", "waits.py")

    def lines() -> list[tuple[bool, bool]]:
        page = alice.open(f"/a/{SLUG}").partition("Your attempts")[2]
        listed = page.split("<li value=")[1:]
        return [(", <b>late</b>," in one, "could not be read" in one) for one in listed]

    assert lines() == [(False, False), (False, False), (False, True)]
    school.says(before_due=before_due, late=Late(due=datetime.now(UTC) - timedelta(hours=1)))
    assert lines() == [(True, False), (False, False), (True, True)], "one is as it was published"
    assert "cut.py , which could not be read" in alice.words


@pytest.mark.parametrize("before_due", ["names", "all"])
def test_what_changed_is_told_of_the_attempt_directly_before(
    school: School, before_due: str
) -> None:
    """Also where the file is that of an older attempt, or the same once more."""
    school.says(before_due=before_due)
    alice, pages = school.browser("alice"), []
    fault = "moment overwritten"
    for data in (NOTEBOOK, PROGRAM, PROGRAM, NOTEBOOK):
        alice.upload(data, "hw.py" if data is PROGRAM else "hw.ipynb")
        school.grade(verdict() if data is PROGRAM else verdict("moment_overwritten"))
        alice.open(alice.address)
        pages.append(alice.words.partition("your attempt before")[2].partition("What came")[0])
    assert pages[0] == ""
    assert f"no longer found: {fault}" in pages[1]
    assert pages[2].strip() == "The same file as attempt 2: nothing changed."
    assert f"new: {fault}" in pages[3]
    listed = alice.read(f"/a/{SLUG}")
    assert listed.count("The same file as attempt 2: nothing changed.") == 1
    assert listed.count(f"no longer found: {fault}") == 1
    assert listed.count(f"new: {fault}") == 1
    page = alice.ask("GET", f"/h/{alice.tickets()[1]}/page")
    assert "attempt before" not in page.text


@pytest.mark.parametrize("before_due", ["public", "names", "all"])
@pytest.mark.parametrize("first_is_better", [True, False])
def test_which_of_two_is_the_best_is_told_with_their_points_and_not_before(
    school: School, before_due: str, first_is_better: bool
) -> None:
    school.says(before_due=before_due, attempts=Attempts(keep="best"))
    grades = [verdict(), verdict("moment_overwritten")]
    alice, addresses = school.browser("alice"), []
    for data in (NOTEBOOK, PROGRAM):
        alice.upload(data, "hw.py" if data is PROGRAM else "hw.ipynb")
        addresses.append(alice.address)
    school.grade(*(grades if first_is_better else grades[::-1]))
    number = school.portal.door.links.directory.find("alice")[0].number

    def tagged() -> list[bool]:
        """Of each attempt whether its own page, the list, and what staff see of both, say so."""
        found = []
        for client, base in ((alice, ""), (school.browser("maria"), f"/as/{number}")):
            found += [">counts<" in client.open(base + address) for address in addresses]
            listed = client.open(f"{base}/a/{SLUG}").split("<li value=")[1:]
            found += [">counts<" in line for line in listed[::-1]]
        return found

    best = 4 * [first_is_better, not first_is_better]
    assert tagged() == (best if before_due == "all" else 8 * [False])
    alice.open(f"/a/{SLUG}")
    is_later = "which one that is, you read when results are published" in alice.words
    assert is_later is (before_due != "all")
    published(school)
    assert tagged() == best
    alice.open(f"/a/{SLUG}")
    assert "you read when results are published" not in alice.words


@pytest.mark.parametrize("keep", ["latest", "best", "chosen"])
def test_what_is_graded_again_still_counts(
    school: School, keep: Literal["latest", "best", "chosen"]
) -> None:
    school.says(before_due="all", attempts=Attempts(keep=keep))
    alice, addresses = school.browser("alice"), []
    for data in (NOTEBOOK, PROGRAM, NOTEBOOK):
        alice.upload(data, "hw.py" if data is PROGRAM else "hw.ipynb")
        addresses.append(alice.address)
    school.grade(verdict("moment_overwritten"), verdict("moment_overwritten"), verdict())
    all_ = school.store.hand_ins.all(SLUG)
    school.store.append([row_of(one, verdict()) for one in all_])
    for place, address in enumerate(addresses):
        counts = place == 2
        assert (">counts<" in alice.open(address)) == counts
        may_choose = keep == "chosen" and not counts
        assert ("Let this attempt count" in alice.page) == may_choose
    listed = alice.open(f"/a/{SLUG}").split("<li value=")[1:]
    assert [">counts<" in line for line in listed] == [True, False, False]


@pytest.mark.parametrize("before_due", ["public", "names"])
def test_nothing_that_is_answered_depends_on_points_that_are_not_shown(
    school: School, before_due: str
) -> None:
    """Two classes that differ in hidden points alone read the same, letter for letter."""
    late = Late(due=datetime(2026, 1, 1, tzinfo=UTC), policy="share_per_day", share=0.001)
    school.says(before_due=before_due, attempts=Attempts(keep="best"), late=late)

    def points(given: Grade, share: float) -> Grade:
        """The same, worth another share of what it was."""
        questions = [
            replace(q, score=q.score * share, checks=())
            if q.score and q.status is QuestionStatus.PARTIAL
            else q
            for q in given.questions
        ]
        score = sum(q.score or 0.0 for q in questions)
        return replace(given, questions=tuple(questions), score=score)

    def read(who: str, shares: tuple[float, float]) -> str:
        client, program = school.browser(who), school.program(who)
        for data in (NOTEBOOK, PROGRAM):
            client.upload(data, "hw.py" if data is PROGRAM else "hw.ipynb")
        school.grade(*(points(verdict("moment_overwritten"), share) for share in shares))
        client.open(f"/a/{SLUG}")
        tickets = client.tickets()
        said = [client.words, client.open("/"), client.ask("GET", f"/a/{SLUG}/result").text]
        for ticket in tickets:
            client.open(f"/h/{ticket}")
            said += [client.words, client.ask("GET", f"/h/{ticket}/page").text]
            said.append(program.ask("GET", f"/api/submissions/{ticket}").text)
        said.append(program.ask("GET", "/api/submissions").text)
        text = "\n".join(said).replace(who, "WHO")
        text = text.replace(f"{who.title()} {who[0].upper()}.", "NAME")
        for ticket in tickets:
            text = text.replace(ticket, "TICKET")
        return re.sub(r"\d\d:\d\d(:\d\d(\.\d+)?)?|[0-9a-f]{64}\b(?<!SHA)", "TIME", text)

    alice, bob = read("alice", (1.0, 0.2)), read("bob", (0.2, 1.0))
    assert alice == bob
    assert " late; each day begun counts, so " in alice
    assert "earned" not in alice


def test_a_student_chooses_where_the_assignment_lets_them(school: School) -> None:
    alice = school.browser("alice")
    alice.upload()
    first = alice.address
    alice.upload(PROGRAM, "hw.py")
    second = alice.address
    school.grade(verdict("moment_overwritten"), verdict())
    alice.open(f"/a/{SLUG}")
    assert "/choose" not in alice.page
    assert alice.send(f"{first}/choose").status_code == 400
    school.says(attempts=Attempts(keep="chosen"))
    alice.open(first)
    alice.send(f"{first}/choose")
    assert "Attempt 1 counts now." in alice.words
    assert "you choose in the list below, else the newest." in alice.words
    buttons = re.findall(r'action="(/h/\w+)/choose">.*?aria-label="([^"]*)"', alice.page)
    assert buttons == [(second, "Let attempt 2 count")], "of the one that does not"
    alice.send(f"{second}/choose")
    assert "Attempt 2 counts now." in alice.words
    alice.send(f"{first}/choose")
    bob = school.browser("maria")
    number = school.store.hand_ins.all(SLUG)[0].person
    assert "/choose" not in bob.open(f"/as/{number}/a/{SLUG}"), "staff choose nothing"
    alice.open(f"/a/{SLUG}")
    exercise = school.portal._syllabus.get(SLUG)
    assert exercise is not None
    (grade,) = current_grades(exercise.order, school.store)
    assert (grade.file, grade.score) == ("hw.ipynb", 75)
    published(school, ago=timedelta(hours=1))
    alice.upload(b"w = 2\n", "other.py")
    third, result = alice.address, f"/a/{SLUG}/result"
    said = "This is the result of attempt 1. Attempt "
    assert f"{said}1 still counts, for you chose it." in alice.read(result)
    school.grade(verdict())
    assert f"{said}1 still counts, for you chose it." in alice.read(result)
    assert "Attempt 1 counts" in alice.read(f"/a/{SLUG}")
    alice.open(third)
    alice.send(f"{third}/choose")
    assert "Attempt 3 will count when results are published again." in alice.words
    assert "counts now" not in alice.words
    assert f"{said}3 takes its place when results are published again." in alice.read(result)
    assert "Attempt 3 will count" in alice.read(f"/a/{SLUG}")
    alice.send(f"{first}/choose")
    assert "Attempt 1 counts now." in alice.words


def test_show_tells_with_whom_it_was_handed_in_and_why_it_counts(school: School) -> None:
    due = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
    school.says(attempts=Attempts(keep="chosen", partners=2), late=Late(due=due))
    alice, bob = school.browser("alice"), school.browser("bob")
    for who, other in ((alice, "bob"), (bob, "alice")):
        who.open(f"/a/{SLUG}")
        who.send(f"/a/{SLUG}/partners", partner=other)
    alice.upload()
    first = alice.address
    bob.upload(PROGRAM, "hw.py")
    school.grade(verdict(), verdict(), verdict(), verdict())
    alice.open(first)
    alice.send(f"{first}/choose")
    exercise = school.portal._syllabus.get(SLUG)
    assert exercise is not None
    dated = [Dated("alice", due + timedelta(days=7), "")]
    extend(school.store, exercise.register.now().standing, dated, "was ill,\nsays the office")
    found = of_student(school.store, exercise.register.now().standing, "alice")
    before, after = (" ".join(one.split()) for one in text(found).split("\n\n"))
    assert before.startswith("Attempt 1 of alice (counts, as its student chose): graded, ")
    assert " together with bob; alice sent it " in before
    assert before.count(": was ill, says the office question ") == 1
    assert after.startswith("Attempt 2 of alice: graded, ")
    assert " together with bob; bob sent it " in after
    (plain, _) = as_json(found)
    assert (plain["together"], plain["by"], plain["is_chosen"]) == (("bob",), "alice", True)


def test_partners_hand_in_together_when_they_named_each_other(school: School) -> None:
    alice, bob = school.browser("alice"), school.browser("bob")
    alice.open(f"/a/{SLUG}")
    assert alice.send(f"/a/{SLUG}/partners", partner="bob").status_code == 400
    school.says(attempts=Attempts(partners=2))
    alice.open(f"/a/{SLUG}")
    alice.send(f"/a/{SLUG}/partners", partner="bob@school.example")
    assert "as soon as bob names you" in alice.words
    assert "You named bob : it holds as soon as you are named back" in alice.words
    assert "Bob B." not in alice.page, "whoever tries an address learns no name"
    alice.upload()
    assert "Together with" not in alice.words
    assert [one.student for one in school.store.hand_ins.all(SLUG)] == ["alice"]
    bob.open("/")
    assert "Alice A. named you as a partner" in bob.words
    bob.open(f"/a/{SLUG}")
    assert "Hand in together with Alice A." in bob.words
    bob.send(f"/a/{SLUG}/partners", partner="alice")
    assert "You hand in together with Alice A. now" in bob.words
    assert "You hand in together with Bob B. :" in alice.read(f"/a/{SLUG}")
    bob.upload(PROGRAM, "hw.py")
    assert "Together with Alice A." in bob.words
    assert [(one.student, one.by) for one in school.store.hand_ins.all(SLUG)] == [
        ("alice", "alice"),
        ("bob", "bob"),
        ("alice", "bob"),
    ]
    alice.open(f"/a/{SLUG}")
    assert "Attempt 2" in alice.words
    assert alice.words.count(", handed in by Bob B.") == 1
    assert ", handed in by" not in bob.read(f"/a/{SLUG}")
    alice.open(f"/h/{alice.tickets_of(SLUG)[0]}")
    assert "by Bob B. for you, too" in alice.words
    assert "Together with Bob B." in alice.words
    alice.open(f"/a/{SLUG}")
    alice.send(f"/a/{SLUG}/partners", leave="1")
    assert "You named" not in alice.read(f"/a/{SLUG}")
    assert "You can be partners again" in bob.read(f"/a/{SLUG}")
    bob.upload()
    assert school.store.hand_ins.all(SLUG)[-1].student == "bob"
    for nobody in ("nobody", "ines", "bob"):
        bob.open(f"/a/{SLUG}")
        assert bob.send(f"/a/{SLUG}/partners", partner=nobody).status_code == 400


def test_of_a_partner_who_is_forgotten_no_other_name_is_told(school: School) -> None:
    school.says(attempts=Attempts(partners=2))
    alice, bob = school.browser("alice"), school.browser("bob")
    for who, other in ((alice, "bob"), (bob, "alice")):
        who.open(f"/a/{SLUG}")
        who.send(f"/a/{SLUG}/partners", partner=other)
    bob.upload()
    school.grade(verdict(), verdict())
    forget(school.store, somebody(school.store, "bob", [SLUG]), [SLUG], "ines")
    nobody = "a partner who is not on the list any more"
    assert f", handed in by {nobody}" in alice.read(f"/a/{SLUG}")
    words = alice.read(f"/h/{alice.tickets()[0]}")
    assert f"Handed in by {nobody} for Alice A." in words
    assert "forgotten" not in words


def test_a_receipt_says_whether_it_was_in_time_and_what_comes_next(school: School) -> None:
    now = datetime.now(UTC)
    alice = school.browser("alice")
    alice.upload()
    assert "In time" not in alice.words, "nothing is due"
    school.says(
        late=Late(due=now + timedelta(days=1), policy="share_per_day", share=0.2),
        attempts=Attempts(per_day=3),
    )
    alice.upload()
    assert "In time." in alice.words
    assert "shown here by itself" in alice.words
    assert "1 attempt left today" in alice.words
    assert "Points you see here when your instructor publishes" in alice.words
    school.says(
        late=Late(due=now - timedelta(hours=30), policy="share_per_day", share=0.2),
        attempts=Attempts(per_day=3),
    )
    alice.upload()
    assert (
        "1 day and 6 hours late; each day begun counts, so 2 days: 40 % of your points are taken "
        "off." in alice.words
    )
    assert "no attempt left today; you can hand in again from " in alice.words
    school.grade(verdict(), verdict(), verdict())
    alice.open(alice.address)
    assert "shown here by itself" not in alice.words
    assert "is read by a person" in alice.words
    assert "36 of the 90" not in alice.words, "nor are points told as what lateness takes off"
    published(school)
    alice.open(alice.address)
    assert "What comes next" not in alice.words


def test_what_takes_long_is_said_to_take_long_while_it_waits_and_while_it_runs(
    school: School,
) -> None:
    alice, own = (
        school.browser("alice"),
        "This takes longer than most, so it is done apart from the others",
    )
    alice.upload()
    address, queue = alice.address, school.store.hand_ins
    assert school.take() is not None
    assert "Being graded now, mostly within seconds." in alice.read(address)
    queue.give_back(["here/1/a"], Lane.LONG)
    assert f"{own}, which may take minutes: it waits there, place 1." in alice.read(address)
    assert "waiting, which takes longer than most" in alice.read(f"/a/{SLUG}")
    assert school.take() is not None
    assert f"{own}, which may take minutes: it is being graded there now." in alice.read(address)
    assert "seconds" not in alice.words.replace("every two seconds", "")
    assert "being graded, which takes longer than most" in alice.read(f"/a/{SLUG}")


def test_what_is_still_being_graded_when_results_are_published_has_what_comes_next(
    school: School,
) -> None:
    school.says(late=Late(due=datetime.now(UTC) + timedelta(days=1)))
    alice = school.browser("alice")
    alice.upload()
    school.grade(verdict("moment_overwritten"))
    alice.upload(PROGRAM, "hw.py")
    published(school, ago=timedelta(hours=1))
    assert "shown here by itself" in alice.read(alice.address)
    assert "Points you see here when" not in alice.words, "they are shown as soon as it is graded"
    school.grade(verdict())
    assert "What comes next" not in alice.read(alice.address)
    assert "90 of 90 points" in alice.words


def test_only_an_answer_that_is_there_is_said_to_be_read(school: School) -> None:
    asked = "“Why AdaGrad gets stuck”"
    alice = school.browser("alice")
    alice.upload()
    assert asked not in alice.words, "nobody knows yet what is in the file"
    school.grade(verdict())
    first = alice.address
    alice.open(first)
    assert f"Your answer to {asked} is read by a person." in alice.words
    assert "written nothing" not in alice.words
    alice.upload(PROGRAM, "hw.py")
    empty = verdict(answer="")
    questions = tuple(
        replace(one, message=WRITTEN_NONE) if one.name == ASKED else one for one in empty.questions
    )
    school.grade(replace(empty, questions=questions))
    alice.open(alice.address)
    assert f"You have written nothing to {asked} yet." in alice.words
    assert "nothing written yet" in alice.words
    assert "is read by a person" not in alice.words
    assert "a person will read it" not in alice.words
    row = school.program("alice").ask("GET", f"/api/submissions/{alice.address[3:]}").json()
    (told,) = (one for one in row["result"]["questions"] if one["name"] == ASKED)
    assert told["message"] == WRITTEN_NONE


@pytest.mark.parametrize(
    ("keep", "which"), [("latest", "Attempt 2"), ("best", "Another attempt of yours")]
)
def test_beside_a_file_that_cannot_be_read_is_said_what_counts(
    school: School, keep: str, which: str
) -> None:
    school.says(attempts=Attempts(keep=keep))  # type: ignore[arg-type]
    unreadable = Grade("x", "x", SubmissionStatus.UNREADABLE, 0.0, 90.0, "It is cut off.")
    alice, addresses = school.browser("alice"), []
    for data, given in ((b"w =", unreadable), (PROGRAM, verdict()), (b"b =", unreadable)):
        alice.upload(data, "hw.py")
        school.grade(given)
        addresses.append(alice.address)
        if len(addresses) == 1:
            assert " counts." not in alice.read(addresses[0]), "no other is there"
    assert f"{which} still counts: a file that" in alice.read(addresses[2])
    assert "read by a person" not in alice.words
    assert "written nothing" not in alice.words, "nobody knows"
    assert f"{which} counts." in alice.read(addresses[0])
    assert "still counts" not in alice.words
    assert "still counts" not in alice.read(addresses[1])


def test_ones_own_date_is_shown(school: School) -> None:
    due = datetime(2031, 3, 1, 12, tzinfo=UTC)
    school.says(late=Late(due=due))
    exercise = school.portal._syllabus.get(SLUG)
    assert exercise is not None
    lists = exercise.register.now()
    alice, bob = school.browser("alice"), school.browser("bob")
    assert "Sat 01 Mar 2031, 12:00" in alice.words
    extend(school.store, lists.standing, [Dated("bob", due + timedelta(days=7), "")])
    bob.open("/")
    assert "Sat 08 Mar 2031, 12:00" in bob.words
    assert "your own date" in bob.words
    assert 'datetime="2031-03-08T12:00:00+00:00"' in bob.page
    alice.open("/")
    assert "your own date" not in alice.words


def test_after_an_override_every_page_says_the_same_numbers(school: School) -> None:
    late = Late(due=datetime(2026, 1, 1, tzinfo=UTC), policy="share_per_day", share=0.001)
    school.says(late=late)
    alice, ines = school.browser("alice"), school.browser("ines")
    alice.upload()
    school.grade(verdict("moment_overwritten"))
    ines.open(f"/desk/{SLUG}/class")
    (number,) = set(re.findall(rf"/desk/{SLUG}/submission/(\d+)", ines.page))
    action = f"/desk/{SLUG}/submission/{number}"

    def decide(question: str, points: str) -> None:
        ines.open(action)
        version = re.search(
            rf'name="question" value="{question}"><input type="hidden" name="version" '
            r'value="(\d+)"', ines.page)  # fmt: skip
        assert version is not None
        fields = {"question": question, "version": version[1], "points": points}
        ines.send(action, **fields, reason=f"the slide says so {SCRIPT}", do="override")
        assert ines.status == 200, ines.words

    def read() -> tuple[set[str], list[str]]:
        """Totals as the list, the hand-in's page, the result and its page have them; its bars."""
        published(school)
        listed = re.search(r"([\d.]+ of \d+)", alice.open(f"/a/{SLUG}").split("<li value=")[1])
        beside = re.search(r"<span>([\d.]+ of \d+) points</span>", alice.open(alice_h))
        result = re.search(r"<b>([\d.]+)</b> of (\d+) points", alice.open(f"/a/{SLUG}/result"))
        page = alice.open(f"/a/{SLUG}/result/page").partition("</header>")[0]
        framed = re.search(r"<strong>([\d.]+)</strong> of (\d+) points", page)
        assert alice.open(f"{alice_h}/page").partition("</header>")[0] == page
        found = [listed, beside, result, framed]
        totals = {"none" if one is None else " of ".join(one.groups()) for one in found}
        return totals, re.findall(r'<span class="points">([\d.]+) of', page)

    alice_h = alice.address
    totals, bars = read()
    (before,) = totals
    assert sum(map(float, bars)) == 75
    decide("adam", "23")
    totals, bars = read()
    assert totals == {"83 of 90"}  # the explanation is not read yet
    assert sum(map(float, bars)) == 83
    decide("explanation", "7")
    totals, bars = read()
    (after,) = totals
    assert after.endswith(" of 100")
    off = re.search(r"<b>(-[\d.]+|−[\d.]+)</b> for lateness", alice.open(f"/a/{SLUG}/result"))
    assert off is not None
    assert float(after.split()[0]) == pytest.approx(90 + float(off[1].replace("−", "-")))
    assert sum(map(float, bars)) == 90
    page = alice.open(f"/a/{SLUG}/result/page")
    assert "ines changed this from 15 to 23 of 30 points:" in page
    assert "the slide says so" in page
    assert "<script>alert" not in page
    assert float(before.split()[0]) < 75


def test_attempts_are_numbered_as_they_came_wherever_they_are_told(school: School) -> None:
    """The second overtook the first, which was graded again then."""
    alice, exercise = school.browser("alice"), school.portal._syllabus.get(SLUG)
    assert exercise is not None
    for name, data in (("slow.py", PROGRAM), ("fast.py", b"w = 2\n")):
        alice.upload(data, name)
    slow, fast = school.take(), school.take()
    assert slow is not None
    assert fast is not None
    hand_ins = school.store.hand_ins
    for taken in (fast, slow):
        row = row_of(taken.hand_in, verdict(answer=taken.hand_in.file))
        assert hand_ins.settle(taken, "here/1/a", row)
    assert hand_ins.again([slow.hand_in]) == 1
    school.grade(verdict(answer="slow.py"))

    def shown() -> list[str]:
        return [
            re.sub(r":.*", "", heading) + ", " + file
            for heading, file in re.findall(
                r"^(Attempt .*)\n  file +(.*)$",
                text(of_student(school.store, exercise.register.now().standing, "alice")),
                re.MULTILINE,
            )
        ]

    def sheet_says() -> list[tuple[str, str]]:
        lines = csv.DictReader(io.StringIO("".join(sheet(list(book().answers())))))
        return [(line["answer"], line["attempt"]) for line in lines]

    def book() -> Book:
        return book_of(exercise.assignment, current_grades(exercise.order, school.store))

    assert shown() == [
        "Attempt 1 of alice, slow.py",
        "Attempt 1 of alice, graded again, slow.py",
        "Attempt 2 of alice (counts), fast.py",
    ]
    assert "Attempt 2 counts" in alice.read(f"/a/{SLUG}")
    assert sheet_says() == [("fast.py", "2")]
    ines = school.browser("ines")
    counts = book().counting["alice"]
    assert "2 attempts: what changed" in ines.read(f"/desk/{SLUG}/submission/{counts}")
    assert "attempt 2 of 2, handed in" in ines.words
    ines.open(f"/desk/{SLUG}/compare/{counts}")
    assert re.findall(r"(\d) (?:counts )?(slow|fast)\.py", ines.words) == [
        ("1", "slow"),
        ("1", "slow"),
        ("2", "fast"),
    ]
    found = of_student(school.store, exercise.register.now().standing, "alice")
    assert [one["number"] for one in as_json(found)] == [1, 1, 2]
    assert file_of(school.store, SLUG, found, 1).data == PROGRAM
    assert file_of(school.store, SLUG, found, None).data == b"w = 2\n"
    with pytest.raises(UsageError, match="no attempt 3 that was graded, but 1, 2"):
        file_of(school.store, SLUG, found, 3)
    # What is handed in once more is another attempt, and of the same file a mark is good.
    alice.upload(b"w = 2\n", "fast.py")
    school.grade(verdict(answer="fast.py"))
    assert sheet_says() == [("fast.py", "3")]
    for number, is_good in (("1", False), ("2", True), ("3", True)):
        cells = {"student": "alice", "question": "explanation", "points": "7", "attempt": number}
        if is_good:
            assert mark_sheet(book(), [SheetRow(2, cells)], "ta", "a.csv").acts
        else:
            with pytest.raises(UsageError, match=r"attempt 1 is outdated.* to mark is 3 "):
                mark_sheet(book(), [SheetRow(2, cells)], "ta", "a.csv")


def test_what_was_decided_is_told_of_an_attempt_by_the_number_of_its_receipt(
    school: School,
) -> None:
    """The store's own number stands beside it."""
    exercise = school.portal._syllabus.get(SLUG)
    assert exercise is not None
    bob, alice = school.program("bob"), school.program("alice")
    for one, data in ((bob, PROGRAM), (alice, PROGRAM), (alice, NOTEBOOK)):
        one.hand_in(data)
        school.grade(verdict())
    decide(school, "adam", 20.0)
    published(school)
    book = book_of(exercise.assignment, current_grades(exercise.order, school.store))
    lines = list(csv.DictReader(io.StringIO("".join(trail(book)))))
    assert [(line["kind"], line["attempt"], line["attempt_id"]) for line in lines] == [
        ("override", "2", "3"),
        ("publication", "", ""),
    ]


def test_lateness_is_one_amount_wherever_it_is_told(school: School) -> None:
    """On the pages, in the terminal, in tables and in what programs are answered."""
    due = datetime.now(UTC) - timedelta(hours=30)
    school.says(late=Late(due=due, policy="share_per_day", share=0.05), before_due="all")
    alice, exercise = school.browser("alice"), school.portal._syllabus.get(SLUG)
    assert exercise is not None
    alice.upload()
    ticket = alice.address[3:]
    school.grade(verdict("moment_overwritten"))

    def told() -> dict[str, str]:
        """What takes off what, by who tells it."""
        (grade,) = grades = current_grades(exercise.order, school.store)
        row = school.program("alice").ask("GET", f"/api/submissions/{ticket}").json()["result"]
        shown = of_student(school.store, exercise.register.now().standing, "alice")
        (returned,) = map(as_returned, grades)
        said = {
            "page": alice.open(f"/h/{ticket}/page"),
            "show": " ".join(text(shown).split()),
            "table": grade.late.reason if grade.late else "",
            "notice": " ".join(grade.notices),
            "exported": " ".join(returned.notices),
        }
        # In a row it goes with ``score``; a sentence about another amount is not beside it.
        if row["score"] is not None:
            took = row["score"] - row["score_before_late"]
            assert took == pytest.approx(row["late"]["points"])
            named = re.findall(r"([\d.]+) of the [\d.]+ points earned", row["late"]["reason"])
            assert named in ([], [points(-took)])
        if grade.published:
            said["result"] = alice.open(f"/a/{SLUG}/result/page")
        found = {}
        for who, what in said.items():
            amounts = set(re.findall(r"([\d.]+) of the ([\d.]+) points earned", what))
            found[who] = ", ".join(" of ".join(one) for one in amounts)
        assert f"Late (1): alice (2 days, -{found['table'].split()[0]})" in list(remarks(grades))
        cost = re.search(r"late +-([\d.]+): ", said["show"])
        assert said["page"].count("points earned are taken off") == 1
        found["cost"] = "" if cost is None else f"{cost[1]} of {found['show'].split()[-1]}"
        if grade.final is not None and grade.final.score is not None:
            before, off = grade.final.before_late or 0.0, -grade.final.late_points
            found["counts"] = f"{points(off)} of {points(before)}"
            assert (returned.late, returned.score_before_late) == (grade.late, before)
            assert points(before - off) == points(grade.final.score)
            took = row["final_score"] - row["final_score_before_late"]
            assert took == pytest.approx(-off)
            assert verdict_lines(row)[0].endswith(f"{points(off)} less for lateness")
        return found

    assert set(told().values()) == {"7.5 of 75"}
    decide(school, "adam", 23.0)
    published(school)
    # What is to come of it is not known, and nobody says that it is.
    (grade,) = current_grades(exercise.order, school.store)
    assert grade.late is not None
    for page in (f"/h/{ticket}/page", f"/a/{SLUG}/result/page"):
        assert "before lateness" in alice.open(page)
        assert LATE in alice.words
        assert "points earned" not in alice.words
    shown = " ".join(
        text(of_student(school.store, exercise.register.now().standing, "alice")).split()
    )
    assert "(counts): graded, 83 of 90, before lateness file" in shown
    assert f" late {LATE} " in shown
    assert " so far 10 + 20 + 20 + 23 + 10 = 83 of 90, before lateness published " in shown
    decide(school, "explanation", 7.25)
    published(school)
    assert set(told().values()) == {"9.03 of 90.25"}
    shown = text(of_student(school.store, exercise.register.now().standing, "alice"))
    assert "(counts): graded, 81.22 of 100, after lateness\n" in shown
    assert "- 9.03 for lateness = 81.22 of 100\n" in shown
    assert (
        "in all: 83 of 90 so far, before lateness, now 81.22 of 100 after lateness"
    ) in alice.read(f"/a/{SLUG}/result")
    assert alice.words.count("for lateness") == 1
    assert f"-9.03 for lateness {LATE}" in alice.words


def decide(school: School, question: str, worth: float) -> None:
    """Somebody puts points in place of what alice has for it."""
    exercise = school.portal._syllabus.get(SLUG)
    assert exercise is not None
    view = exercise.room.view()
    exercise.room.decide(view, [override(view.book, "alice", question, worth, "so it is", "ines")])


@pytest.mark.parametrize("is_late", [False, True])
@pytest.mark.parametrize("is_read", [False, True])
def test_what_people_decided_is_told_by_programs_as_on_the_page(
    school: School, is_read: bool, is_late: bool
) -> None:
    over = Late(due=datetime.now(UTC) - timedelta(hours=1), policy="share_per_day", share=0.1)
    school.says(before_due="all", late=over if is_late else None)
    alice = school.browser("alice")
    alice.upload()
    ticket = alice.address[3:]
    school.grade(verdict("moment_overwritten"))

    def first() -> str:
        """What a terminal says first, which is what the page and the list say."""
        row = school.program("alice").ask("GET", f"/api/submissions/{ticket}").json()["result"]
        lines = verdict_lines(row)
        parts = [re.match(r"  [^:]*: ([\d.]+) of ", line) for line in lines]
        pages = [alice.open(f"/h/{ticket}"), alice.open(f"/a/{SLUG}").split("<li value=")[1]]
        for page in pages:
            (total,) = re.findall(r"<span>([\d.]+ of \d+)(?: points)?</span>", page)
            assert lines[0].startswith(f"{total} points")
        off = re.search(r", ([\d.]+) less for lateness", lines[0])
        total = float(lines[0].split()[0]) + (0.0 if off is None else float(off[1]))
        assert total == sum(float(part[1]) for part in parts if part is not None)
        return lines[0]

    before = (
        "67.5 of 90 points so far, 7.5 less for lateness; a person gives up to 9 more"
        if is_late
        else "75 of 90 points so far; a person gives up to 10 more"
    )
    assert first() == before
    decide(school, "adam", 25.0)
    if is_read:
        decide(school, ASKED, 5.0)
    assert first() == before, "it is not published yet"
    published(school)
    after = {
        (False, False): "85 of 90 points so far, with what people decided; the rest is not counted "
        "yet: a person gives up to 10 more",
        (False, True): "85 of 90 points so far, with what people decided and before lateness; the "
        "rest is not counted yet: a person gives up to 10 more",
        (True, False): "90 of 100 points",
        (True, True): "81 of 100 points, 9 less for lateness",
    }
    assert first() == after[is_read, is_late]


@pytest.mark.parametrize("keep", ["latest", "best"])
def test_what_is_handed_in_after_publishing_shows_no_points_until_it_is_published_again(
    school: School, keep: str
) -> None:
    tomorrow = Late(due=datetime.now(UTC) + timedelta(days=1))
    school.says(attempts=Attempts(keep=keep), late=tomorrow)  # type: ignore[arg-type]
    alice = school.browser("alice")
    for data, name in ((PROGRAM, "old.py"), (NOTEBOOK, "hw.ipynb")):
        alice.upload(data, name)
    school.grade(verdict("moment_overwritten"), verdict("moment_overwritten"))
    old, first = reversed([f"/h/{ticket}" for ticket in alice.tickets_of(SLUG)])
    published(school, ago=timedelta(hours=1))
    for address in (old, first):
        assert alice.ask("GET", f"{address}/page").status_code == 200, "all that was there by then"
    alice.upload(b"w = 2\n", "hw.py")
    later = alice.address
    assert "Points you see here when your instructor publishes the results again" in alice.words
    school.grade(verdict("moment_overwritten", "correction_missing"))
    assert "moment overwritten" in alice.read(later)
    assert "Until results are published again you see what was found" in alice.words
    assert not re.search(r"\b[\d.]+ of (30|90|100)\b", alice.words), alice.words
    assert alice.ask("GET", f"{later}/page").status_code == 404
    row = school.program("alice").ask("GET", f"/api/submissions/{later[3:]}").json()["result"]
    assert (row["score"], row["final_score"]) == (None, None)
    listed = alice.open(f"/a/{SLUG}").split("<li value=")[1:]
    assert [bool(re.search(r"[\d.]+ of (90|100)", one)) for one in listed] == [False, True, True]
    assert (">will count<" in alice.page) is (keep == "latest"), "the best would tell points"
    assert ">counts<" not in alice.page, "until then the points are those of another"
    becomes = "Attempt 3 takes its place"
    if keep == "best":
        becomes = "Of attempts 2 and 3 the best counts"
    said = f"of attempt 2. {becomes} when results are published again."
    assert f"It is {said} " in alice.words
    assert f"This is the result {said} " in alice.read(f"/a/{SLUG}/result")
    alice.upload(NOTEBOOK)  # what is published, once more
    school.grade(verdict("moment_overwritten"))
    assert alice.ask("GET", f"{alice.address}/page").status_code == 200
    published(school)
    assert alice.ask("GET", f"{later}/page").status_code == 200
    for page in (f"/a/{SLUG}", f"/a/{SLUG}/result"):
        assert "published again" not in alice.read(page)


@pytest.mark.parametrize("keep", ["latest", "best"])
def test_beside_a_result_is_said_that_an_attempt_is_still_being_graded(
    school: School, keep: str
) -> None:
    """Also where it was handed in before results were published."""
    school.says(attempts=Attempts(keep=keep))  # type: ignore[arg-type]
    alice = school.browser("alice")
    for data, name in ((NOTEBOOK, "hw.ipynb"), (PROGRAM, "hw.py")):
        alice.upload(data, name)
    second, before = alice.address, datetime.now(UTC) - timedelta(hours=1)
    with school.store._engine.begin() as connection:
        connection.execute(HAND_INS.update().values(at=before.isoformat(timespec="milliseconds")))
    taken = school.take()
    assert taken is not None
    row = row_of(taken.hand_in, verdict("moment_overwritten"))
    assert school.store.hand_ins.settle(taken, "here/1/a", row)
    published(school)
    becomes = "Attempt 2 takes its place, once it is graded,"
    if keep == "best":
        becomes = "Of attempts 1 and 2 the best counts, once all are graded,"
    said = f"of attempt 1. {becomes} when results are published again. "
    assert f"It is {said}" in alice.read(f"/a/{SLUG}")
    assert "Attempt 1 counts" in alice.words
    assert f"This is the result {said}" in alice.read(f"/a/{SLUG}/result")
    school.grade(verdict())
    assert "It is of attempt 1. Attempt 2 takes its place when results" in alice.read(f"/a/{SLUG}")
    for page in (f"/a/{SLUG}", second):
        assert "Attempt 2 will count" in alice.read(page)
    published(school)
    assert "It is of attempt 2. " in alice.read(f"/a/{SLUG}")
    assert "Attempt 2 counts" in alice.words


def test_what_is_older_than_a_result_takes_its_place_only_where_the_best_counts(
    school: School,
) -> None:
    alice = school.browser("alice")
    for data, name in ((NOTEBOOK, "hw.ipynb"), (PROGRAM, "hw.py")):
        alice.upload(data, name)
    slow, taken = school.take(), school.take()
    assert slow is not None
    assert taken is not None
    row = row_of(taken.hand_in, verdict())
    assert school.store.hand_ins.settle(taken, "here/1/a", row)
    published(school, ago=timedelta(hours=1))
    assert "It is of attempt 2. Attempt" not in alice.read(f"/a/{SLUG}")
    assert "when results are published again" not in alice.words
    school.says(attempts=Attempts(keep="best"))
    said = "Of attempts 1 and 2 the best counts, once all are graded, when results are published"
    assert said in alice.read(f"/a/{SLUG}")


def test_what_is_handed_in_a_moment_after_publishing_came_after_it(school: School) -> None:
    due = datetime.now(UTC) + timedelta(days=1)
    school.says(late=Late(due=due))
    alice = school.browser("alice")
    alice.upload()
    school.grade(verdict("moment_overwritten"))
    published(school)
    alice.upload(b"w = 2\n", "hw.py")
    school.grade(verdict("correction_missing"))
    address = alice.address
    assert alice.ask("GET", f"{address}/page").status_code == 404
    row = school.program("alice").ask("GET", f"/api/submissions/{address[3:]}").json()
    assert row["result"]["score"] is None


@pytest.mark.parametrize("due", [None, timedelta(days=-2)], ids=["no due date", "too late"])
def test_what_no_longer_comes_in_time_is_shown_whole_once_results_are_published(
    school: School, due: timedelta | None
) -> None:
    school.says(late=Late(due=None if due is None else datetime.now(UTC) + due))
    alice = school.browser("alice")
    alice.upload(NOTEBOOK, "hw.ipynb")
    school.grade(verdict("moment_overwritten"))
    published(school, ago=timedelta(hours=1))
    alice.upload(b"w = 2\n", "hw.py")
    school.grade(verdict("correction_missing"))
    address = alice.address
    assert alice.ask("GET", f"{address}/page").status_code == 200
    said = "of attempt 1. Attempt 2 takes its place when results are published again."
    assert f"It is {said}" in alice.read(f"/a/{SLUG}")
    assert f"This is the result {said}" in alice.read(f"/a/{SLUG}/result")
    assert "Until results are published again your result is of attempt 1" in alice.read(address)
    published(school)
    for page, of in ((f"/a/{SLUG}", "It is"), (f"/a/{SLUG}/result", "This is the result")):
        assert f"{of} of attempt 2. " in alice.read(page)
    assert "your result is of" not in alice.read(address)


@pytest.mark.parametrize("is_read_again", [False, True])
def test_an_attempt_keeps_what_was_published_of_it_when_another_takes_its_place(
    school: School, is_read_again: bool
) -> None:
    """And what was decided of it since is not told."""
    alice, program = school.browser("alice"), school.program("alice")
    alice.upload()
    first = alice.address
    school.grade(verdict("moment_overwritten"))

    def book() -> Book:
        exercise = school.portal._syllabus.get(SLUG)
        assert exercise is not None
        return book_of(exercise.assignment, current_grades(exercise.order, school.store))

    def decide(points: float, reason: str) -> None:
        now = book()
        (grade,) = now.grades({"alice"})
        asked = next(one for one in grade.questions if one.name == ASKED)
        decided = [
            override(now, "alice", "adam", points, reason, "ines"),
            mark(now, "alice", asked, 7, "ines", comment=f"{reason}, and well said"),
        ]
        for one in decided:
            decide_(school.store, now.ledger, [one])
            now = book()

    def result() -> dict[str, object]:
        told = program.ask("GET", f"/api/submissions/{first[3:]}").json()["result"]
        assert isinstance(told, dict)
        return told

    decide(23, "the slide misled")
    published(school)
    assert "90 of 100 points" in alice.read(first)
    assert "so far" not in alice.words
    then, page = result(), alice.open(f"{first}/page")
    assert (then["final_score"], then["published"], then["message"]) == (90, True, None)
    alice.upload(PROGRAM, "hw.py")
    second = alice.address
    school.grade(verdict("correction_missing", answer="It never stops."))
    decide(5, "this one is wrong")
    if is_read_again:  # an assignment that changed
        store = school.store.hand_ins
        assert store.again(store.all(SLUG)) == 2
        school.grade(verdict("moment_overwritten"), verdict("correction_missing"))
    published(school)
    now = result()
    assert (now["final_score"], now["published_score"], now["published"]) == (90, 90, False)
    assert ("says" in then, now["says"]) == (
        False,
        ["This attempt does not count (attempt 2 does)."],
    )
    own = ("published", "message", "stays", "says")
    assert {k: v for k, v in now.items() if k not in own} == {
        k: v for k, v in then.items() if k not in own
    }
    replaced = "This is what was published of this file on "
    assert str(now["message"]).startswith(replaced)
    said = alice.open(f"{first}/page")
    for what in ("the slide misled, and well said", "from 15 to 23 of 30 points"):
        assert what in page
        assert what in said
    assert "this one is wrong" not in said
    assert (replaced in said, replaced in page) == (True, False)
    assert "Your result is of attempt 2, not of this one." in alice.read(first)
    assert "90 of 100 points" in alice.words
    assert "your result is of" not in alice.read(second)
    assert "90 of 100" in alice.open(f"/a/{SLUG}").split("<li value=")[2]
    deed = next(act.deed for act in reversed(book().ledger.acts) if act.what.kind == "publication")
    decide_(school.store, book().ledger, [take_back(book(), deed, "ines")])
    was = {**result(), "says": now["says"]}
    assert was == {**then, "says": now["says"]}, "what was taken back replaces nothing"


def test_the_first_page_of_staff_says_what_waits_for_them(school: School) -> None:
    for who in ("alice", "bob"):
        school.program(who).hand_in()
    school.grade(verdict("moment_overwritten"), verdict("moment_overwritten", answer="It grows."))
    maria, ines = school.browser("maria"), school.browser("ines")
    assert "Mark (2 to read) Requests Class Publish" in ines.read("/course")
    published(school)
    exercise = school.portal._syllabus.get(SLUG)
    assert exercise is not None
    book = book_of(exercise.assignment, current_grades(exercise.order, school.store))
    decide_(school.store, book.ledger, [request(book, "alice", "adam", "Why?", "alice")])
    book = book_of(exercise.assignment, current_grades(exercise.order, school.store))
    decide_(school.store, book.ledger, [override(book, "alice", "adam", 25, "misled", "ines")])
    todo = "Mark (2 to read) Requests (1 open) Class Publish (1 changed since)"
    assert todo in ines.read("/course")
    assert ": 2 students see results." in ines.words
    assert "Mark (2 to read) Requests (1 open)" in maria.read("/course")
    assert "changed since" not in maria.words, "a TA publishes nothing"
    published(school)
    assert ": it changed what 1 student sees; 2 students see results in all." in (
        ines.read("/course")
    )
    assert "it changed what 1 student sees" in ines.read(f"/desk/{SLUG}/publish")


def test_what_is_graded_again_is_still_one_attempt(school: School) -> None:
    for _ in range(2):
        school.program("alice").hand_in()
        school.grade(verdict())
    (hand_in, _) = school.store.hand_ins.all(SLUG)
    school.store.append([row_of(hand_in, verdict("moment_overwritten"))])
    assert "1 student handed in, 2 attempts." in school.browser("ines").read("/course")


def test_what_students_see_of_the_rest_is_told_where_it_holds(school: School) -> None:
    now = datetime.now(UTC)
    for who in ("alice", "carla"):
        school.program(who).hand_in()
    school.grade(verdict(), verdict())
    ines = school.browser("ines")
    exercise = school.portal._syllabus.get(SLUG)
    assert exercise is not None
    publish(school.store, exercise.room.view().book, "ines", "A")
    school.says(late=Late(due=now - timedelta(days=1)))
    assert "1 student sees results. 1 other sees the names of misconceptions." in (
        ines.read("/course")
    )
    published(school)
    assert "2 students see results." in ines.read("/course")
    assert "the names of misconceptions" not in ines.words, "they see all of whatever they hand in"
    school.says(late=Late(due=now + timedelta(days=1)))
    assert (
        "2 students see results. 3 students can still hand in in time, and know what is shown; of "
        "later attempts they see the names of misconceptions until you publish again."
    ) in ines.read("/course")


@pytest.mark.parametrize(
    ("before_due", "told"),
    [
        ("names", "where that was nothing, nothing but the names of misconceptions."),
        ("all", "where that was nothing, all that the program found."),
    ],
)
def test_what_is_shown_once_it_is_taken_back_is_told(
    school: School, before_due: str, told: str
) -> None:
    school.says(before_due=before_due)
    school.program("alice").hand_in()
    school.grade(verdict())
    published(school)
    assert told in school.browser("ines").read(f"/desk/{SLUG}/publish")


def test_who_was_forgotten_is_counted_among_the_students_of_no_page(school: School) -> None:
    """Nor is who has become staff: nothing is ever published to them."""
    for who in ("alice", "bob", "carla"):
        school.program(who).hand_in()
    school.grade(*(verdict("moment_overwritten", answer=text) for text in ("A.", "B.", "C.")))
    ines = school.browser("ines")
    published(school)
    assert "3 students handed in, 3 attempts." in ines.read("/course")
    assert ": 3 students see results." in ines.words
    forget(school.store, somebody(school.store, "bob", [SLUG]), [SLUG], "ines")
    staff = PEOPLE.replace("carla@school.example,student", "carla@school.example,ta")
    (school.folder / "later.csv").write_text(staff.replace("bob", "bert"), encoding="utf-8")
    import_people(school.store, read_people(school.folder / "later.csv"))
    exercise = school.portal._syllabus.get(SLUG)
    assert exercise is not None
    book = book_of(exercise.assignment, current_grades(exercise.order, school.store))
    for who in ("alice", "carla"):
        decide_(school.store, book.ledger, [override(book, who, "adam", 25, "misled", "ines")])
        book = book_of(exercise.assignment, current_grades(exercise.order, school.store))
    assert "Publish (1 changed since)" in ines.read("/course")
    assert ": 1 student sees results." in ines.words
    assert "1 student handed in, 1 attempt." in ines.words
    assert "1 with something changed 0 as before" in ines.read(f"/desk/{SLUG}/publish")
    assert ": 1 student sees results." in ines.words
    assert "1 changed since it was published" in ines.read(f"/desk/{SLUG}/class")
    assert "1 submission " in ines.words
    assert "1 student and 2 forgotten, or staff by now as CSV" in ines.words
    published(school)
    assert "changed since" not in ines.read("/course")
    assert "0 changed since it was published" in ines.read(f"/desk/{SLUG}/class")
    assert "nothing shown to the student" in ines.read(
        f"/desk/{SLUG}/submission/{book.counting['forgotten-1']}"
    )


def test_who_publishes_is_told_who_can_still_hand_in_and_can_take_it_back(school: School) -> None:
    now = datetime.now(UTC)
    school.says(late=Late(due=now + timedelta(days=1)))
    alice, ines = school.browser("alice"), school.browser("ines")
    alice.upload()
    school.grade(verdict("moment_overwritten"))
    course = ines.read("/course")
    assert "until results are published students see the names of misconceptions." in course
    assert "published last" not in course
    told = (
        "3 students can still hand in in time, and would know what is shown; of later attempts "
        "they see the names of misconceptions until you publish again."
    )
    assert told in ines.read(f"/desk/{SLUG}/publish")
    assert "Published last" not in ines.words
    school.says(late=Late(due=now - timedelta(days=1)))
    exercise = school.portal._syllabus.get(SLUG)
    assert exercise is not None
    exercise.room._view = None
    assert "can still hand in" not in ines.read(f"/desk/{SLUG}/publish")
    newest = re.search(r'name="newest" value="(\d+)"', ines.page)
    assert newest is not None
    ines.send(f"/desk/{SLUG}/publish", newest=newest[1], section="")
    assert re.search(r"by ines *: 1 student sees results\.", ines.words)
    course = ines.read("/course")
    assert re.search(r"Results published last \w{3} .* UTC *: 1 student sees results\.", course)
    assert "the names of misconceptions" not in course, "nobody can hand in in time"
    assert "until results are published" not in course
    ines.open(f"/desk/{SLUG}/publish")
    assert alice.ask("GET", f"/a/{SLUG}/result").status_code == 200
    deed = re.search(r'name="deed" value="(\w+)"', ines.page)
    assert deed is not None
    ines.send(f"/desk/{SLUG}/undo", deed=deed[1], back="publish")
    assert ines.address == f"/desk/{SLUG}/publish"
    assert "Taken back: ines published everything." in ines.words
    assert alice.ask("GET", f"/a/{SLUG}/result").status_code == 404


def test_a_request_is_asked_once_and_answered(school: School) -> None:
    alice = school.browser("alice")
    alice.upload()
    school.grade(verdict("moment_overwritten"))
    assert alice.send(f"/a/{SLUG}/ask", question="adam", text="Why?").status_code == 403
    alice.open(f"/a/{SLUG}")
    assert "/result#asked" not in alice.page
    assert alice.send(f"/a/{SLUG}/ask", question="adam", text="Why?").status_code == 400
    published(school)
    alice.open(f"/a/{SLUG}")
    way = re.search(r'<a href="([^"#]*)#asked">ask to look again</a>', alice.page)
    assert way is not None
    alice.open(way[1])
    assert 'id="asked"' in alice.page
    alice.send(f"/a/{SLUG}/ask", question="adam", text=SCRIPT)
    assert "Your request is sent" in alice.words
    assert "<script>alert" not in alice.page
    assert "Request 1, Adam: somebody will look at it" in alice.words
    assert "was answered" not in alice.read(f"/a/{SLUG}/result")
    assert alice.send(f"/a/{SLUG}/ask", question="adam", text="Why?").status_code == 400
    maria = school.browser("maria")
    maria.open(f"/desk/{SLUG}/requests")
    assert "alert(1)" in maria.words
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', maria.page))
    action = re.search(rf'action="(/desk/{SLUG}/submission/\d+)"', maria.page)
    assert action is not None
    maria.ask("POST", action[1], data={**fields, "text": "It is as it should be.", "do": "close"})
    assert maria.status == 200, maria.words
    alice.open(f"/a/{SLUG}/result")
    assert "It is as it should be." in alice.words
    above, _, below = alice.page.partition('id="page-title"')
    assert 'Your request about Adam was answered: <a href="#request1">see below</a>.' in above
    assert below.index('id="request1"') < below.index("It is as it should be.")
    listed = alice.open(f"/a/{SLUG}")
    (way,) = re.findall(r'was answered: <a href="#(\w+)">see below', listed)
    assert listed.index("was answered") < listed.index('id="hand-in-title"')
    assert listed.count(f'id="{way}"') == 1
    later = "New points, if any, are shown when results are published again."
    for given, is_told in ((None, False), (23.0, True)):
        if given is not None:
            decide(school, "explanation", 3.0)
            assert later not in alice.read(f"/a/{SLUG}"), "nobody asked about that"
            decide(school, "adam", given)
        for page in (f"/a/{SLUG}", f"/a/{SLUG}/result"):
            assert (later in alice.read(page)) is is_told
    published(school)
    for page in (f"/a/{SLUG}", f"/a/{SLUG}/result"):
        assert later not in alice.read(page)
    exercise = school.portal._syllabus.get(SLUG)
    assert exercise is not None
    view = exercise.room.view()
    (deed, _) = [act.deed for act in reversed(view.book.ledger.acts) if act.student][:2]
    exercise.room.decide(view, [take_back(view.book, deed, "ines")])
    assert later in alice.read(f"/a/{SLUG}/result"), "the old points are news as well"


@pytest.mark.parametrize("whose", ["alice", "bob"])
def test_a_page_says_whose_it_is_and_one_in_a_window_of_its_own_leads_back(
    school: School, whose: str
) -> None:
    school.says(attempts=Attempts(partners=2), before_due="all")
    find = school.portal.door.links.directory.find
    pair = [find(one)[0].number or 0 for one in ("alice", "bob")]
    for one, other in (pair, pair[::-1]):
        school.store.hand_ins.join(SLUG, one, other, True)
    student = school.browser(whose)
    school.browser("alice").upload()
    school.grade(verdict(), verdict())
    published(school)
    (ticket,) = student.tickets_of(SLUG)

    def read(address: str) -> str:
        """Its words, without blanks that stand for marks."""
        return re.sub(r"(?<=\() | (?=[),])", "", student.read(address))

    name = {"alice": "Alice A. (alice)", "bob": "Bob B. (bob)"}[whose]
    who = name if whose == "alice" else f"Alice A. for {name}, too"
    assert f"Handed in by {who}" in read(f"/h/{ticket}")
    assert f"Your result For {name}" in read(f"/a/{SLUG}/result")
    for at in (f"/h/{ticket}", f"/a/{SLUG}/result"):
        way = re.compile(rf'<(iframe|a)[^>]*(?:src|href)="{at}/page(\?alone=yes)?"')
        ways = sorted(way.findall(student.open(at)))
        assert ways == [("a", "?alone=yes"), ("a", "?alone=yes"), ("iframe", "")]
        assert "Back to the portal" not in student.read(f"{at}/page"), "it is in a frame"
        assert f'<a href="{at}">Back to the portal</a>' in student.open(f"{at}/page?alone=yes")
        for way_in in ("", "?alone=yes"):
            assert "File hw.ipynb, attempt 1" in read(f"{at}/page{way_in}")
    student.upload()
    school.grade(verdict(), verdict())
    newer, _ = student.tickets_of(SLUG)
    assert "File hw.ipynb, attempt 2" in read(f"/h/{newer}/page"), "of the same name"


def test_all_that_a_desk_leads_to_lies_below_its_own_address(school: School) -> None:
    alice, ines = school.browser("alice"), school.browser("ines")
    alice.upload()
    school.grade(verdict("moment_overwritten"))
    here = f"/desk/{SLUG}"

    def leads_astray(page: str) -> list[str]:
        found = re.findall(r'\b(?:href|action|src)="(/[^"]*)"', page)
        assert len(found) > 10
        of_portal = ("/course", "/leave")
        return [
            one
            for one in found
            if not one.startswith((f"{here}/", "/static/")) and one not in of_portal
        ]

    listed = ines.open(f"{here}/?all=1")
    answer = re.search(r'"(/desk/[^"]*/answer/\d+/explanation[^"]*)"', listed)
    assert answer is not None
    number = re.findall(r"\d+", answer[1])[0]
    for page in ("", "requests", "comments", "class", "gradebook", "regrade", "publish", "groups",
                 "sharing", "rubric/explanation", f"submission/{number}", f"compare/{number}",
                 f"answer/{number}/explanation", f"group/{number}/explanation"):  # fmt: skip
        ines.open(f"{here}/{page}")
        assert (ines.status, leads_astray(ines.page)) == (200, []), page
    # What is refused comes back in its form, and is sent to where the form came from.
    ines.open(answer[1])
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', ines.page))
    fields = {**hidden, "comment": "Typed for long.", "do": "mark"}
    ines.send(answer[1], **fields, points="99")
    assert (ines.status, leads_astray(ines.page)) == (400, [])
    assert "Typed for long." in ines.page
    assert f'action="{here}/answer/{number}/explanation' in ines.page
    ines.send(answer[1], **fields, points="9")
    assert (ines.status, leads_astray(ines.page)) == (200, [])
    assert ines.address.startswith(f"{here}/")
    ines.send(f"{here}/names", names="hidden", back="/class")
    assert ines.address == f"{here}/class"


@pytest.mark.parametrize("who", ["ines", "maria"])
def test_a_desk_in_the_portal_leads_back_to_the_course_and_out(school: School, who: str) -> None:
    staff = school.browser(who)
    for page in ("", "requests", "comments"):
        staff.open(f"/desk/{SLUG}/{page}")
        header = staff.page.partition("</header>")[0]
        assert '<a href="/course">Course</a>' in header, page
    out = re.search(r'<form method="post" action="([^"]*)"><button[^>]*>Sign out<', header)
    assert out is not None
    staff.open("/course")
    assert staff.status == 200
    staff.ask("POST", out[1])
    assert staff.ask("GET", f"/desk/{SLUG}/").status_code == 403


# ------------------------------------------------------------------ what strangers try


def everything_of(school: School, who: str) -> list[str]:
    """Addresses that are this student's alone."""
    client = school.browser(who)
    client.upload()
    school.grade(verdict("moment_overwritten"))
    published(school)
    return [
        client.address,
        f"{client.address}/file",
        f"{client.address}/page",
        f"{client.address}/events",
    ]


def test_nothing_of_one_student_is_shown_to_another(school: School) -> None:
    theirs = everything_of(school, "alice")
    bob = school.browser("bob")
    for address in theirs:
        assert bob.ask("GET", address).status_code == 404, address
        assert "alice" not in bob.page
    bob.open(f"/a/{SLUG}")
    assert bob.send(f"{theirs[0]}/choose").status_code == 404
    stranger = school.browser()
    for address in [*theirs, f"/a/{SLUG}", f"/a/{SLUG}/result", f"/a/{SLUG}/given/README.md"]:
        assert stranger.ask("GET", address).status_code == 403, address
    for address in theirs[:3]:
        assert school.browser("alice").ask("GET", address).status_code == 200


def test_staff_see_what_a_student_sees_and_can_do_nothing_there(school: School) -> None:
    address, *_ = everything_of(school, "alice")
    number = school.portal.door.links.directory.find("alice")[0].number
    maria = school.browser("maria")
    for page in (
        "",
        f"/a/{SLUG}",
        address,
        f"{address}/page",
        f"{address}/file",
        f"/a/{SLUG}/result",
    ):
        assert maria.ask("GET", f"/as/{number}{page}").status_code == 200, page
    maria.open(f"/as/{number}/a/{SLUG}")
    assert "You see what Alice A. sees" in maria.words
    assert "multipart/form-data" not in maria.page
    assert f'href="/as/{number}{address}"' in maria.page
    assert maria.ask("POST", f"/as/{number}/a/{SLUG}/ask").status_code in (404, 405)
    assert (
        maria.ask("POST", f"/a/{SLUG}/hand-in", files={"file": ("a.py", PROGRAM)}).status_code
        == 403
    )
    other = school.portal.door.links.directory.find("bob")[0].number
    assert maria.ask("GET", f"/as/{other}{address}").status_code == 404
    staff = school.portal.door.links.directory.find("ines")[0].number
    assert maria.ask("GET", f"/as/{staff}").status_code == 404


def test_staff_who_open_a_students_address_are_led_to_how_they_see_it(school: School) -> None:
    address, *_ = everything_of(school, "alice")
    number = school.portal.door.links.directory.find("alice")[0].number
    for who in ("maria", "ines"):
        staff = school.browser(who)
        for part in ("", "/page", "/file"):
            staff.ask("GET", address + part, follow=False)
            assert (staff.status, staff.answer.headers["location"]) == (
                303,
                f"/as/{number}{address}{part}",
            )
        staff.open(address)
        assert (staff.status, "You see what Alice A. sees" in staff.words) == (200, True)
        staff.open(f"/a/{SLUG}")
        assert (staff.status, "This is a page of students" in staff.words) == (403, True)
        assert f'href="/desk/{SLUG}/"' in staff.page
        staff.open(f"/h/{'0' * 20}")
        assert (staff.status, "no such hand-in in this course" in staff.words) == (404, True)
        staff.open("/course")
        staff.send(f"{address}/choose")
        assert (staff.status, "Only students do that" in staff.words) == (403, True)
    bob = school.browser("bob")
    assert bob.ask("GET", address).status_code == 404


def test_a_link_says_whose_it_is_to_whoever_is_somebody_else(school: School) -> None:
    link = f"/enter/{school.token('alice')}"
    number = school.portal.door.links.directory.find("alice")[0].number
    maria, bob, alice = (school.browser(who) for who in ("maria", "bob", "alice"))
    maria.open(link)
    assert maria.status == 200
    assert "you are signed in as Maria" in maria.words
    assert f'href="/as/{number}"' in maria.page
    bob.open(link)
    assert "you are signed in as Bob B." in bob.words
    assert "/as/" not in bob.page
    assert "signed in as this person already" in alice.open(link)
    assert "signed in" not in school.browser().open(link)


def test_a_forged_form_hands_nothing_in(school: School) -> None:
    alice = school.browser("alice")
    alice.open(f"/a/{SLUG}")
    token, address = alice.form_token, f"/a/{SLUG}/hand-in"
    file = {"file": ("hw.py", PROGRAM)}

    def status(token: str, **headers: str) -> int:
        return alice.ask(
            "POST", address, data={"token": token}, files=file, headers=headers
        ).status_code

    assert status("") == 403
    assert status("0" * 64) == 403
    assert status(token, origin="http://evil.example") == 403
    assert status(token, origin="null") == 403
    assert status(token, **{"sec-fetch-site": "cross-site"}) == 403
    assert status(token, host="evil.example") == 421
    bob = school.browser("bob")
    bob.open(f"/a/{SLUG}")
    assert status(bob.form_token) == 403
    assert not school.store.hand_ins.all(SLUG)
    assert status(token) == 200
    forged = {"origin": "http://evil.example"}
    assert (
        school.browser()
        .ask("POST", "/enter", data={"token": school.token("bob")}, headers=forged)
        .status_code
        == 403
    )


def test_what_strangers_wrote_is_text_on_every_page(tmp_path: Path) -> None:
    with School(tmp_path, people=HOSTILE) as school:
        alice = school.browser("alice")
        alice.upload(NOTEBOOK, SCRIPT + ".ipynb")
        school.grade(verdict("moment_overwritten", answer=SCRIPT))
        pages = ["/", f"/a/{SLUG}", alice.address]
        published(school)
        pages += [f"/a/{SLUG}/result", alice.address]
        owner = school.browser("instructor")
        staff = ["/course", "/course/students", "/as/1", f"/as/1/a/{SLUG}", f"/desk/{SLUG}/"]
        for client, addresses in ((alice, pages), (owner, staff)):
            for address in addresses:
                text = client.open(address)
                assert client.status == 200, address
                assert "<script>alert" not in text
                assert "<img src=x" not in text
                assert "\u202e" not in text
                policy = client.answer.headers["content-security-policy"]
                assert "script-src 'self'" in policy
                assert "unsafe" not in policy
                assert not re.search(r"\son\w+=\"|style=|<script(?! src=\"/static)", text)
        framed = alice.ask("GET", f"/a/{SLUG}/result/page")
        assert framed.headers["content-security-policy"].startswith(
            "sandbox allow-scripts; default-src 'none'"
        )
        assert "<script>alert" not in framed.text


def test_what_staff_and_partners_wrote_is_text_too(tmp_path: Path) -> None:
    """Names of partners, reasons, comments, replies; and on what each of them is shown."""
    quoted = SCRIPT.replace('"', '""')
    people = (
        f'id,name,email,role\nalice,"{quoted}",a@x.example,student\n'
        f'bob,"{quoted}",b@x.example,student\nmaria,"{quoted}",m@x.example,ta\n'
    )
    with School(tmp_path, people=people) as school:
        school.says(attempts=Attempts(partners=2), before_due="all")
        alice, bob = school.browser("alice"), school.browser("bob")
        alice.open(f"/a/{SLUG}")
        alice.send(f"/a/{SLUG}/partners", partner=SCRIPT)
        assert alice.status == 400
        for who, other in ((alice, "bob"), (bob, "alice")):
            who.open(f"/a/{SLUG}")
            who.send(f"/a/{SLUG}/partners", partner=other)
        bob.upload(NOTEBOOK, SCRIPT + ".py")
        school.grade(*2 * [verdict("moment_overwritten", answer=SCRIPT)])
        published(school)
        alice.open(f"/a/{SLUG}/result")
        alice.send(f"/a/{SLUG}/ask", question="adam", text=SCRIPT)
        maria, owner = school.browser("maria"), school.browser("instructor")
        owner.open(f"/desk/{SLUG}/class")
        desk = sorted(set(re.findall(rf"/desk/{SLUG}/submission/\d+", owner.page)))
        for do in ("override", "comment", "close"):
            owner.open(desk[0])
            version = re.search(
                r'value="adam"><input type="hidden" name="version" value="(\d+)"', owner.page
            )
            assert version is not None
            fields = {"question": "adam", "number": "1", "version": version[1], "points": "9"}
            owner.send(desk[0], **fields, reason=SCRIPT, text=SCRIPT, do=do)
            assert owner.status == 200, owner.words
        published(school)
        (mine,) = alice.tickets() or [alice.open(f"/a/{SLUG}") and alice.tickets()[0]]
        link = f"/enter/{school.token('alice')}"
        pages = ["/", "/me", f"/a/{SLUG}", f"/a/{SLUG}/result", f"/h/{mine}", link]
        staff = [
            "/course",
            "/me",
            "/as/1",
            f"/as/1/h/{mine}",
            link,
            *desk,
            f"/desk/{SLUG}/requests",
        ]
        staff += [f"/desk/{SLUG}/{name}" for name in ("", "comments", "?all=1&words=" + SCRIPT[:8])]
        shown = 0
        for client, addresses in ((alice, pages), (maria, staff), (owner, staff)):
            for address in addresses:
                text = client.open(address)
                assert client.status == 200, (address, client.words)
                shown += text.count("alert(1)")
                assert "<script>alert" not in text, address
                assert "<img src=x" not in text, address
                assert "\u202e" not in text, address
                assert not re.search(r"\son\w+=\"|<script(?! src=\"/static)", text), address
        assert shown > 20
        framed = alice.open(f"/a/{SLUG}/result/page")
        assert framed.count("alert(1)") >= 3
        assert "<script>alert" not in framed
        for field in (f"/a/{SLUG}?x={SCRIPT}", f"/course/students?words={SCRIPT}", f"/a/{SCRIPT}"):
            text = owner.open(field)
            assert "<script>alert" not in text


def test_addresses_lead_to_no_file_but_those_that_students_receive(school: School) -> None:
    alice = school.browser("alice")
    assert alice.ask("GET", f"/a/{SLUG}/given/{SLUG}.ipynb").status_code == 200
    for name in ("../../assignments", "..%2f..%2fpyproject.toml", ".hidden", "questions.py", "%00"):
        assert alice.ask("GET", f"/a/{SLUG}/given/{name}").status_code in (403, 404), name
    for path in (
        "/static/../people.py",
        "/static/%2e%2e/people.py",
        "/h/../../etc/passwd",
    ):
        assert alice.ask("GET", path).status_code in (403, 404), path


def test_links_that_are_none_are_not_tried_without_end(school: School) -> None:
    stranger = school.browser()
    statuses = {
        stranger.ask("GET", f"/enter/1-{'a' * 31}{letter}").status_code for letter in "abcdefg" * 6
    }
    assert statuses == {403, 429}


@pytest.mark.parametrize("keep", ["latest", "best"])
def test_who_would_replace_an_attempt_by_a_late_one_is_told_before(
    school: School, keep: str
) -> None:
    said = "Whatever you hand in now counts in place of what you handed in before."
    alice, page = school.browser("alice"), f"/a/{SLUG}"
    over = Late(due=datetime.now(UTC) - timedelta(hours=1))
    school.says(late=over, attempts=Attempts(keep=keep))
    assert said not in alice.read(page)
    alice.upload()
    assert (said in alice.read(page)) == (keep == "latest")
    assert "still taken; handed in now it is 1 hour late: it costs no points." in alice.words
    costs = Late(due=over.due, policy="share_per_day", share=0.2)
    school.says(late=costs, attempts=Attempts(keep=keep))
    assert "20 % of your points are taken off. It brings points until" in alice.read(page)
    school.says(late=Late(due=datetime.now(UTC) + timedelta(hours=1)), attempts=Attempts(keep=keep))
    assert said not in alice.read(page)
    assert "UTC Late: that is noted, and costs no points." in alice.words


def receipt_on(page: str) -> str:
    """All that the receipt itself says."""
    (said,) = re.findall(r'<dl class="receipt">.*?</dl>', page, re.DOTALL)
    return str(said)


@pytest.mark.parametrize("ago", [timedelta(hours=-3), timedelta(seconds=30), timedelta(hours=30)])
@pytest.mark.parametrize("together", [False, True])
def test_a_receipt_says_the_same_whatever_is_changed_then(
    school: School, ago: timedelta, together: bool
) -> None:
    due = datetime.now(UTC).replace(microsecond=0) - ago
    share = Late(due=due, policy="share_per_day", share=0.2, grace_minutes=5, budget_days=1)
    school.says(late=share, attempts=Attempts(partners=2))
    people = {one.id: one for one in school.portal.door.links.directory.people}
    if together:
        for one, other in (("alice", "bob"), ("bob", "alice")):
            pair = people[one].number or 0, people[other].number or 0
            school.store.hand_ins.join(SLUG, *pair, True)
    alice, bob = school.browser("alice"), school.browser("bob")
    alice.upload()
    address, said = alice.address, receipt_on(alice.page)
    lateness = (
        "1 day and 6 hours late; each day begun counts, so 2 days, 1 late day spent on it: "
        "20 % of your points are taken off."
        if ago > timedelta(hours=1)
        else "In time."
    )
    assert f"<b>{lateness}</b>" in said
    assert ("Bob B." in said) is together
    (partners,) = [f"/h/{one}" for one in bob.tickets_of(SLUG)] if together else [None]
    its = partners and receipt_on(bob.open(partners))
    assert its is None or (lateness in its and "by <span" in its)
    changes = [
        Late(due=due, policy="share_per_day", share=0.5),
        Late(due=due, policy="cut_off", cut_off_days=0),
        Late(due=due),
        Late(due=due - timedelta(days=9), policy="share_per_day", share=0.1),
        Late(due=due + timedelta(days=9)),
        Late(),
    ]
    for late in changes:
        school.says(late=late)
        assert receipt_on(alice.open(address)) == said
        elsewhere = alice.words.replace(lateness, "").partition("now it is due")[0]
        assert "points are taken off" not in elsewhere, "the new price stands with the new date"
        assert partners is None or receipt_on(bob.open(partners)) == its
    school.says(late=share)
    exercise = school.portal._syllabus.get(SLUG)
    assert exercise is not None
    later = [Dated("alice", due + timedelta(days=9), "")]
    extend(school.store, exercise.register.now().standing, later)
    school.grade(*(verdict() for _ in range(1 + together)))
    published(school)
    assert receipt_on(alice.open(address)) == said
    assert "(your own date). In time." in alice.words


def test_beside_a_receipt_is_said_when_a_due_date_has_moved_since(school: School) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    early, late = now - timedelta(hours=3), now + timedelta(days=1)
    alice = school.browser("alice")
    school.says(late=Late(due=early))
    alice.upload()
    was_late = alice.address
    told = f"Due {early:%a %d %b %Y, %H:%M} UTC . 3 hours late"
    assert told in alice.words
    assert "now it is due" not in alice.words
    school.says(late=Late(due=late))
    assert told in alice.read(was_late)
    moved = f"since you handed it in: now it is due {late:%a %d %b %Y, %H:%M} UTC . In time."
    assert moved in alice.words
    school.says()
    assert "since you handed it in: now it is due at no time." in alice.read(was_late)
    alice.upload(b"w = 3\n", "hw.py")
    free = alice.address
    assert " Due " not in alice.words
    school.says(late=Late(due=early, policy="share_per_day", share=0.2))
    assert "nothing was due: now it is due" in alice.read(free)
    price = "UTC . 3 hours late; each day begun counts, so 1 day: 20 % of your points are taken off"
    assert f"{price}. Receipt" in alice.words
    assert " Due " not in alice.words
    school.says(late=Late(due=late))
    school.grade(verdict(), verdict())
    published(school)
    assert f"{late:%H:%M} UTC . In time. Receipt" in alice.read(free)
    school.says(late=Late(due=early, policy="share_per_day", share=0.2))
    again = "once results are published again"
    assert f"{price}, {again}. Receipt" in alice.read(free)
    assert again not in alice.read(was_late).split("was due")[-1], "no result of it is published"
    published(school)
    assert f"{price}. Receipt" in alice.read(free), "the result says so, too"
    school.says(late=Late(due=late))
    assert f"In time: nothing is taken off, {again}. Receipt" in alice.read(free)


def test_a_receipt_of_an_older_program_says_what_is_known_of_then(school: School) -> None:
    due = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=3)
    share = Late(due=due, policy="share_per_day", share=0.2)
    alice = school.browser("alice")
    school.says(late=share)
    alice.upload()
    with school.store._begin(writes=True) as connection:
        connection.execute(HAND_INS.update().values(lateness=None))
    assert f"Due {due:%a %d %b %Y, %H:%M} UTC . 3 hours after that." in alice.read(alice.address)
    with school.store._begin(writes=True) as connection:
        connection.execute(HAND_INS.update().values(lateness=None, due=None))
    alice.open(alice.address)
    assert " Due " not in alice.words
    assert (
        f"It is due {due:%a %d %b %Y, %H:%M} UTC . 3 hours late; each day begun counts, so 1 day: "
        "20 % of your points are taken off." in alice.words
    )
    school.says(late=Late(due=due + timedelta(days=1)))
    with school.store._begin(writes=True) as connection:
        connection.execute(HAND_INS.update().values(due=(due + timedelta(days=1)).isoformat()))
    assert "UTC . In time." in alice.read(alice.address)
