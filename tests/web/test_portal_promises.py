"""A student's pages promise what will come, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from course_class import ASKED, SLUG
from portal_class import NOTEBOOK, PROGRAM, School, verdict

from autograder.acts import mark, override, publish
from autograder.batch.order import current_grades
from autograder.batch.output import book_of
from autograder.judging.words import WRITTEN_NONE
from autograder.model import Grade, SubmissionStatus
from autograder.public.hand_in import verdict_lines
from autograder.settings import Attempts, Late

MORE = "a person gives up to 10 more"
READ = "read by a person"
IF = "if this attempt counts"


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    with School(tmp_path) as opened:
        yield opened


def published(school: School) -> None:
    exercise = school.portal._syllabus.get(SLUG)
    assert exercise is not None
    publish(
        school.store, book_of(exercise.assignment, current_grades(exercise.order, school.store)), ""
    )


def decide(school: School, question: str, worth: float) -> None:
    exercise = school.portal._syllabus.get(SLUG)
    assert exercise is not None
    view = exercise.room.view()
    exercise.room.decide(view, [override(view.book, "alice", question, worth, "so it is", "ines")])


def marked(school: School, worth: float) -> None:
    """Maria gives alice points for her answer."""
    exercise = school.portal._syllabus.get(SLUG)
    assert exercise is not None
    view = exercise.room.view()
    asked = {one.name: one for one in view.book.grade("alice").questions}[ASKED]
    exercise.room.decide(view, [mark(view.book, "alice", asked, worth, "maria")])


def unwritten(*misconceptions: str) -> Grade:
    """The verdict on a file without an answer."""
    empty = verdict(*misconceptions, answer="")
    questions = tuple(
        replace(one, message=WRITTEN_NONE) if one.name == ASKED else one for one in empty.questions
    )
    return replace(empty, questions=questions)


def partners(school: School) -> None:
    """Alice and Bob hand in together."""
    for who, other in (("alice", "bob"), ("bob", "alice")):
        browser = school.browser(who)
        browser.open(f"/a/{SLUG}")
        browser.send(f"/a/{SLUG}/partners", partner=other)


def two(school: School) -> tuple[str, str]:
    """Addresses of two attempts of alice, of which the first has more points."""
    alice, found = school.browser("alice"), []
    for data, name in ((NOTEBOOK, "hw.ipynb"), (PROGRAM, "hw.py")):
        alice.upload(data, name)
        found.append(alice.address)
    school.grade(verdict(), verdict("moment_overwritten"))
    return found[0], found[1]


@pytest.mark.parametrize(("keep", "out"), [("latest", 1), ("best", 2), ("chosen", 1)])
@pytest.mark.parametrize("before_due", ["names", "all"])
def test_of_an_attempt_that_does_not_count_nobody_is_said_to_read_the_answer(
    school: School, keep: str, out: int, before_due: str
) -> None:
    school.says(attempts=Attempts(keep=keep), before_due=before_due)  # type: ignore[arg-type]
    pages, alice = two(school), school.browser("alice")
    page = pages[out - 1]
    said = f"This attempt does not count (attempt {3 - out} does), so nobody reads its answer."
    choose = "To have it count, choose it below."
    if keep == "best" and before_due == "names":
        assert "does not count" not in alice.read(page), "it would tell which has more points"
        assert READ in alice.words
        published(school)
    for _ in range(2):
        assert said in alice.read(page)
        assert (choose in alice.words) is (keep == "chosen")
        assert READ not in alice.words
        assert MORE not in alice.words
        assert "a person will read it" not in alice.words
        assert "does not count" not in alice.read(pages[2 - out])
        published(school)
    assert MORE not in alice.read(page)
    assert alice.read(f"/a/{SLUG}").count(MORE) == 1
    assert "10 points, not counted here, it is not read" in alice.read(f"{page}/page")
    assert "not counted yet" not in alice.words
    assert "A person will read" not in alice.words
    assert "a person will read it" in alice.read(f"{pages[2 - out]}/page")
    if keep == "chosen":
        alice.open(page)
        alice.send(f"{page}/choose")
        assert "will not count" not in alice.read(page)
        assert "This attempt will not count (attempt 1 will)" in alice.read(pages[1])


def test_what_may_still_come_to_count_is_still_said_to_be_read(school: School) -> None:
    alice = school.browser("alice")
    alice.upload()
    school.grade(verdict())
    first = alice.address
    alice.upload(PROGRAM, "hw.py")
    assert "does not count" not in alice.read(first), "the other is not graded yet"
    assert READ in alice.words


@pytest.mark.parametrize("before_due", ["public", "names", "all"])
@pytest.mark.parametrize("keep", ["latest", "best", "chosen"])
def test_an_answer_is_read_only_if_its_attempt_counts_and_that_is_said_until_it_is_told(
    school: School, keep: str, before_due: str
) -> None:
    rules = Attempts(keep=keep)  # type: ignore[arg-type]
    in_time = Late(due=datetime.now(UTC) + timedelta(days=1))
    school.says(attempts=rules, before_due=before_due, late=in_time)
    alice, pages = school.browser("alice"), []

    def lines(page: str) -> str:
        told = school.program("alice").ask("GET", f"/api/submissions/{page[3:]}").json()
        return "\n".join(verdict_lines(told["result"]))

    for place, given in enumerate((verdict(), verdict("moment_overwritten"))):
        alice.upload(b"w = %d\n" % place, "hw.py")
        school.grade(given)
        pages.append(alice.address)
        is_open = keep == "best" and before_due != "all"
        for page in pages if is_open else ():
            assert "gets stuck” is read by a person if this attempt counts." in alice.read(page)
            said = "a person will read it if this attempt counts"
            if before_due == "names":
                assert said in alice.words
                assert said[1:] in lines(page)
    published(school)
    for page in pages:
        assert IF not in alice.read(page)
        assert IF not in alice.read(f"{page}/page")
        assert IF not in lines(page)
    alice.upload(b"w = 2\n", "hw.py")
    school.grade(verdict())
    newest = alice.address
    assert (IF in alice.read(newest)) is is_open
    assert (IF in lines(newest)) is (is_open and before_due == "names")
    for said in (alice.read(f"{pages[0]}/page"), lines(pages[0])):
        assert (IF in said) is is_open, "another may be the best by now"


def test_the_best_is_said_to_be_so_by_the_programs_points(school: School) -> None:
    for keep, said in (("best", True), ("latest", False)):
        school.says(attempts=Attempts(keep=keep))  # type: ignore[arg-type]
        words = school.browser("alice").read(f"/a/{SLUG}")
        assert ("the best by the program's points counts" in words) is said


@pytest.mark.parametrize("keep", ["latest", "best", "chosen"])
def test_where_nothing_is_written_no_person_is_said_to_give_points(
    school: School, keep: str
) -> None:
    school.says(attempts=Attempts(keep=keep), before_due="all")  # type: ignore[arg-type]
    alice, pages = school.browser("alice"), []
    for data, given in ((NOTEBOOK, verdict()), (PROGRAM, unwritten("moment_overwritten"))):
        alice.upload(data, "hw.ipynb")
        pages.append(alice.address)
        school.grade(given)
    counts = 0 if keep == "best" else 1
    for _ in range(2):
        words = alice.read(f"/a/{SLUG}").split("Your attempts")[1]
        assert words.count(MORE) == (1 if counts == 0 else 0)
        assert words.count("so far; nothing written for 10 more") == (1 if counts == 1 else 0)
        page = alice.read(f"{pages[1]}/page")
        assert "not counted yet" not in page
        said = "10 points, nothing written yet"
        assert (said in page) is (counts == 1)
        assert (f"10 points, not counted here, {said[11:]}" in page) is (counts == 0)
        published(school)


def test_of_an_answer_that_is_read_for_a_partner_nobody_is_said_not_to_read_it(
    school: School,
) -> None:
    school.says(attempts=Attempts(keep="chosen", partners=2), before_due="all")
    partners(school)
    alice, bob = school.browser("alice"), school.browser("bob")
    alice.upload(PROGRAM, "hw.py")
    first = alice.address
    school.grade(verdict("moment_overwritten"), verdict("moment_overwritten"))
    bob.upload()
    school.grade(verdict(), verdict())
    alice.open(first)
    alice.send(f"{first}/choose")
    (second, _) = alice.tickets_of(SLUG)
    lines = ""
    for _ in range(2):
        words = alice.read(f"/h/{second}")
        assert "This attempt does not count for you (attempt 1 does). To have it" in words
        told = school.program("alice").ask("GET", f"/api/submissions/{second}").json()
        lines = "\n".join(verdict_lines(told["result"]))
        page = alice.read(f"/h/{second}/page")
        assert "10 points, not counted here" in page
        for said in (words, page, lines):
            assert "reads its answer" not in said
            assert "not read" not in said
            assert "erson will read" not in said
            assert MORE not in said
        assert "explanation: This attempt does not count." in lines
        published(school)
    school.says(attempts=Attempts(keep="chosen", partners=2), before_due="names")
    bob_first = bob.tickets_of(SLUG)[1]
    bob.open(f"/h/{bob_first}")
    bob.send(f"/h/{bob_first}/choose")
    assert "so nobody reads its answer" in alice.read(f"/h/{second}"), "nor does he want it"


@pytest.mark.parametrize("before_due", ["names", "all"])
def test_programs_say_which_attempt_counts_and_that_a_file_came_again(
    school: School, before_due: str
) -> None:
    school.says(attempts=Attempts(keep="chosen"), before_due=before_due)
    pages, alice, program = two(school), school.browser("alice"), school.program("alice")
    alice.open(pages[0])
    alice.send(f"{pages[0]}/choose")

    def lines(data: bytes) -> list[str]:
        ticket = program.hand_in(data).json()["id"]
        school.grade(verdict())
        told = program.ask("GET", f"/api/submissions/{ticket}").json()["result"]
        for said in told.get("says", ()):
            if said.startswith(("This attempt counts.", "This attempt will count ")):
                continue  # which the page says beside its heading
            assert said.replace("on its page", "below") in alice.read(f"/h/{ticket}")
        return verdict_lines(told)

    counts = "This attempt does not count (attempt 1 does), so nobody reads its answer."
    choose = "To have it count, choose it on its page."
    assert f"{counts} {choose}" in lines(b"w = 2\n")
    same = lines(b"w = 2\n")
    assert f"{counts} {choose}" in same
    assert "The same file as attempt 3: nothing changed." in same
    published(school)
    alice.open(f"/a/{SLUG}")
    alice.send(f"/h/{alice.tickets()[0]}/choose")
    again = lines(b"w = 3\n")
    assert f"This attempt will not count (attempt 4 will){counts[44:]} {choose}" in again
    school.says(before_due=before_due)
    newest = lines(b"w = 4\n")
    assert "This attempt will count when results are published again: until then your result " in (
        "\n".join(newest)
    )


@pytest.mark.parametrize("before_due", ["names", "all"])
def test_programs_say_that_the_newest_counts_and_what_changed_since_the_one_before(
    school: School, before_due: str
) -> None:
    """Where a student may choose and did not, one with fewer points takes the place of the best."""
    school.says(attempts=Attempts(keep="chosen"), before_due=before_due)
    alice, program = school.browser("alice"), school.program("alice")

    def lines(data: bytes, *faults: str) -> list[str]:
        ticket = program.hand_in(data).json()["id"]
        school.grade(verdict(*faults))
        told = program.ask("GET", f"/api/submissions/{ticket}").json()["result"]
        page = alice.read(f"/h/{ticket}")
        for change in told.get("changes", ()):
            assert change in page
        return verdict_lines(told)

    changed = "What changed since your attempt before:"
    first = lines(b"w = 1\n")
    assert "counts" not in "\n".join(first), "there is no other"
    assert changed not in first
    second = lines(b"w = 2\n", "moment_overwritten")
    assert "This attempt counts. To have another count, choose it on its page." in second
    since = second[second.index(changed) + 1]
    assert since.startswith("  ")
    assert ("90 points before" in since or "90" in since) is (before_due == "all"), since
    published(school)
    third = lines(b"w = 3\n")
    assert (
        "This attempt will count when results are published again: until then your result is of "
        "attempt 2. To have another count, choose it on its page."
    ) in third
    assert changed in third


def test_programs_say_what_counts_in_place_of_a_file_that_cannot_be_read(school: School) -> None:
    program = school.program("alice")
    program.hand_in()
    ticket = program.hand_in(b"w =", "broken.py").json()["id"]
    unreadable = Grade("x", "x", SubmissionStatus.UNREADABLE, 0.0, 90.0, "It is cut off.")
    school.grade(verdict(), unreadable)
    told = program.ask("GET", f"/api/submissions/{ticket}").json()["result"]
    says = "Attempt 1 still counts: a file that cannot be read takes its place from none."
    assert told["says"] == [says]
    assert says in school.browser("alice").read(f"/h/{ticket}")


def test_where_a_person_decided_no_reading_is_promised_of_what_comes_next(school: School) -> None:
    school.says(before_due="all")
    alice = school.browser("alice")
    alice.upload()
    school.grade(verdict())
    decide(school, ASKED, 7.0)
    alice.upload(PROGRAM, "hw.py")
    school.grade(verdict("moment_overwritten"))
    second = alice.address

    def lines() -> str:
        told = school.program("alice").ask("GET", f"/api/submissions/{second[3:]}").json()
        return "\n".join(verdict_lines(told["result"]))

    assert MORE in alice.read(second), "it is not published yet"
    assert "A person decided" not in lines()
    published(school)
    alice.upload(b"w = 2\n", "new.py")
    school.grade(verdict("moment_overwritten"))
    second = alice.address
    said = "A person decided the points of this question: they count for this file, too"
    for before_due in ("names", "all"):
        school.says(before_due=before_due, late=Late(due=datetime.now(UTC) + timedelta(days=1)))
        assert said in alice.read(second)
        assert READ not in alice.words
        assert MORE not in alice.words
        assert f"explanation: {said}" in lines()
    assert said in alice.read(f"{second}/page")


@pytest.mark.parametrize(
    ("score", "more"),
    [
        (60.0, "so far, after lateness; a person gives up to 8 more<"),
        (0.0, "so far; a person gives up to 10 more, before lateness<"),
    ],
)
def test_what_a_person_gives_is_told_after_what_lateness_takes_off_it(
    school: School, score: float, more: str
) -> None:
    over = Late(due=datetime.now(UTC) - timedelta(hours=30), policy="share_per_day", share=0.1)
    school.says(before_due="all", late=over)
    alice = school.browser("alice")
    alice.upload()
    school.grade(replace(verdict(), score=score))
    pages = alice.address, f"/a/{SLUG}"
    for page in pages:
        assert more in alice.open(page)
    decide(school, "adam", 20.0)
    published(school)
    before = "so far, before lateness; a person gives up to 10 more"
    for page in pages:
        assert (before in alice.open(page)) is (score > 0)


def test_of_the_sums_in_a_list_each_says_whether_lateness_is_off_and_which_is_as_published(
    school: School,
) -> None:
    due = datetime.now(UTC) - timedelta(hours=30)
    moved = [due + timedelta(days=9), due]
    school.says(late=Late(due=moved[0], policy="share_per_day", share=0.1))
    alice = school.browser("alice")
    alice.upload()
    school.grade(verdict("moment_overwritten"))
    decide(school, ASKED, 9.5)
    published(school)
    alice.upload()
    second = alice.address
    alice.upload(PROGRAM, "hw.py")
    school.grade(verdict("moment_overwritten"), verdict())
    school.says(late=Late(due=moved[1], policy="share_per_day", share=0.1))
    same = "The same file as attempt 1. Only what being late costs is another: it goes by when"
    words = alice.read(f"/a/{SLUG}").split("Your attempts")[1]
    assert "72 of 90 after lateness" in words, "the points of its question are a person's"
    assert "67.6 of 100 after lateness" in words
    assert "84.5 of 100 (as published)" in words
    assert words.count("as published") == 1
    assert same in words
    assert "nothing changed" not in words
    assert same in alice.read(second)
    school.says(late=Late(due=moved[0], policy="share_per_day", share=0.1))
    words = alice.read(f"/a/{SLUG}").split("Your attempts")[1]
    assert words.count("84.5 of 100 (as published)") == 2
    assert "The same file as attempt 1: nothing changed." in words


@pytest.mark.parametrize("hours", [-30, 30])
def test_that_an_answer_waits_is_said_wherever_points_are(school: School, hours: int) -> None:
    due = datetime.now(UTC) + timedelta(hours=hours)
    school.says(late=Late(due=due, policy="share_per_day", share=0.05), before_due="all")
    alice = school.browser("alice")
    alice.upload()
    page = alice.address
    school.grade(verdict())
    score, more, late = (90, 10, "") if hours > 0 else (81, 9, ", after lateness")
    less = "" if hours > 0 else ", 9 less for lateness"
    rest = f"a person gives up to {more} more"

    def line() -> str:
        told = school.program("alice").ask("GET", f"/api/submissions/{page[3:]}").json()
        return verdict_lines(told["result"])[0]

    whole = f"{score} of 90 points graded by the program so far{late}; {rest}"
    for _ in range(2):
        assert f"{score} of 90 so far{late}; {rest}" in alice.read(f"/a/{SLUG}")
        assert f"{score} of 90 points so far{late}; {rest}" in alice.read(page)
        assert whole in alice.read(f"{page}/page")
        assert line() == f"{score} of 90 points so far{less}; {rest}"
        published(school)
    assert whole in alice.read(f"/a/{SLUG}/result")
    decide(school, "adam", 20.0)
    published(school)
    sentence = "the rest is not counted yet: a person gives up to 10 more"
    assert sentence in line()
    assert sentence in alice.read(f"/a/{SLUG}/result")


@pytest.mark.parametrize("before_due", ["names", "all"])
def test_what_became_of_a_written_answer_is_told(school: School, before_due: str) -> None:
    school.says(before_due=before_due)
    alice = school.browser("alice")
    given = {
        "": verdict(),
        "nothing is written any more": unwritten(),
        "now written": verdict(),
        "written anew": verdict(answer="It never stops."),
    }
    for place, (said, grade) in enumerate(given.items()):
        alice.upload(b"w = %d\n" % place, "hw.py")
        school.grade(grade)
        sentence = f"Why AdaGrad gets stuck: {said}."
        assert (sentence in alice.read(alice.address)) is (place > 0)
        assert (sentence in alice.read(f"/a/{SLUG}")) is (place > 0)


def test_an_answer_that_was_marked_and_comes_again_has_not_changed(school: School) -> None:
    school.says(late=Late(due=datetime.now(UTC) + timedelta(days=1)))
    alice = school.browser("alice")
    alice.upload()
    school.grade(verdict())
    marked(school, 10.0)
    published(school)
    alice.upload(PROGRAM, "hw.py")
    school.grade(verdict("moment_overwritten"))
    changed = alice.read(alice.address).partition("your attempt before")[2].partition("What came")
    assert "new: moment overwritten" in changed[0]
    assert "Why AdaGrad" not in changed[0], "no person has taken anything back"


@pytest.mark.parametrize("before_due", ["names", "all"])
def test_of_an_answer_that_a_person_marked_nothing_is_compared(
    school: School, before_due: str
) -> None:
    in_time = Late(due=datetime.now(UTC) + timedelta(days=1))
    school.says(late=in_time, before_due=before_due)
    alice = school.browser("alice")
    alice.upload()
    school.grade(verdict())
    marked(school, 9.0)
    published(school)
    alice.upload(PROGRAM, "hw.py")
    school.grade(verdict(answer="It never stops."))
    words = alice.read(alice.address)
    assert "Why AdaGrad gets stuck: written anew." in words
    assert "not all right yet" not in words.partition("What came")[0]
    school.says(late=in_time, before_due="all")
    alice.upload(b"w = 2\n", "hw.py")
    school.grade(verdict(answer="It never stops."))
    words = alice.read(alice.address)
    same = "By the program, every question that it grades has the points that it had in your"
    assert same in words


@pytest.mark.parametrize("keep", ["latest", "chosen"])
def test_of_a_result_that_another_attempt_replaces_nobody_is_said_to_read_the_answer(
    school: School, keep: str
) -> None:
    school.says(attempts=Attempts(keep=keep))  # type: ignore[arg-type]
    alice = school.browser("alice")
    alice.upload()
    school.grade(verdict())
    published(school)
    pages = f"/a/{SLUG}/result", f"/a/{SLUG}/result/page"
    assert MORE in alice.read(pages[0])
    assert "a person will read it" in alice.read(pages[1])
    alice.upload(PROGRAM, "hw.py")
    school.grade(verdict("moment_overwritten"))
    assert "Attempt 2 takes its place" in alice.read(pages[0])
    assert MORE not in alice.words
    assert "10 points, not counted here, it is not read" in alice.read(pages[1])
    assert "a person will read it" not in alice.words


@pytest.mark.parametrize("keep", ["latest", "chosen"])
def test_the_published_attempt_is_said_to_be_so_and_the_result_until_another_is(
    school: School, keep: str
) -> None:
    school.says(attempts=Attempts(keep=keep))  # type: ignore[arg-type]
    alice = school.browser("alice")
    alice.upload()
    first = alice.address
    school.grade(verdict())
    marked(school, 9.0)
    published(school)
    assert "99 of 100 (as published)" in alice.read(f"/a/{SLUG}"), "it is the only one"
    assert "until results" not in alice.words
    alice.upload(PROGRAM, "hw.py")
    school.grade(verdict("moment_overwritten"))
    said = "This attempt will not count (attempt 2 will)."
    until = "Until results are published again your result is of this attempt."
    assert f"{said} {until}" in alice.read(first)
    tag = "your result until results are published again"
    assert f"Attempt 1 {tag} 99 of 100 (as published)" in alice.read(f"/a/{SLUG}")
    told = school.program("alice").ask("GET", f"/api/submissions/{first[3:]}").json()
    assert f"{said} {until}" in "\n".join(verdict_lines(told["result"]))
    published(school)
    assert until not in alice.read(first)
    assert tag not in alice.read(f"/a/{SLUG}")
