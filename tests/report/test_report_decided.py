"""What people decided is on the page, beside what was computed, and harmless whoever wrote it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO

import pytest
from example_grades import wrong_adam
from page_reader import read_page
from rich.console import Console

from autograder.judging.words import NOT_JUDGED, WRITTEN_FOUND
from autograder.model import (
    Final,
    Grade,
    Lateness,
    LookAgain,
    OtherFile,
    Override,
    PersonMark,
    QuestionGrade,
    QuestionStatus,
    RubricItem,
    Said,
    Seen,
)
from autograder.report import feedback_page, index_page
from autograder.report.terminal import ResultTable
from autograder.report.words import WORDS

ERROR = QuestionStatus.ERROR
COST = "It steps with the raw moments."
AT = datetime(2025, 4, 1, tzinfo=UTC)
LATE = "Handed in 2 days after the due date: 3.25 of the 32.5 points earned are taken off."
HOSTILE = "<script>alert(1)</script>\u202e{0.__class__}\x1b[2J"


def decided(text: str = "words", by: str = "maria") -> Grade:
    """A mark with rubric, an override, a comment and a request, all with this text."""
    said = Said(text, by, AT)
    adam = wrong_adam().questions[0]
    written = QuestionGrade(
        "why",
        "Why",
        QuestionStatus.PARTIAL,
        7.5,
        10,
        answer="It stops.",
        by_person=PersonMark(7.5, text, by, AT, (RubricItem("sums", text, 3.0),)),
    )
    overridden = replace(
        adam,
        override=Override(25.0, text, by, AT),
        comments=(said,),
        requests=(LookAgain(3, said, (said,), is_open=False),),
    )
    return replace(
        wrong_adam(),
        questions=(overridden, written),
        final=Final(29.25, 100.0, 32.5, -3.25),
        late=Lateness(2, -3.25, LATE),
        notices=(*wrong_adam().notices, LATE),
        seen=Seen(AT, 20.0, False, (text,)),
    )


def page_of(grade: Grade) -> str:
    return feedback_page(grade, assignment_title="Rates")


def test_a_student_is_not_told_by_what_program_it_was_decided() -> None:
    page = page_of(decided(by="the instructor (command line)"))
    assert "command line" not in page
    assert "given by the instructor" in page
    assert "The instructor changed this from" in page
    assert "From the instructor:" in page


def test_everything_decided_is_read_beside_what_was_computed() -> None:
    page = " ".join(
        read_page(page_of(decided())).texts("main") + read_page(page_of(decided())).texts("header")
    )
    grade = decided()
    computed = grade.questions[0].score
    for words in (
        "29.25 of 100 points",
        LATE,
        "7.5 of 10 points, given by maria",
        "words (3)",
        f"maria changed this from {computed:g} to 25 of {grade.questions[0].max_score:g} points:",
        f"changed from {computed:g}",
        "From maria:",
        "Your request 3 (answered)",
        "Answer of maria:",
        "New since you were last shown your result (2025-04-01)",
    ):
        assert words in page, words


def test_what_lateness_takes_off_stands_beside_the_total_and_nowhere_else() -> None:
    page = read_page(page_of(decided()))
    (head,), (rest,) = page.texts("header"), page.texts("main")
    assert head.index("29.25 of 100 points") < head.index(LATE) < head.index("25 of 10, changed")
    assert "lateness" not in head
    assert LATE not in rest
    assert "Cell 7 failed" in rest
    covered = "Handed in 1 day after the due date, 1 late day spent on it."
    free = replace(wrong_adam(), late=Lateness(1, 0.0, covered, 1), notices=(covered,))
    (rest,) = read_page(page_of(free)).texts("main")
    assert covered in rest, "it costs nothing, and is told of the file"


def test_an_answer_to_a_request_is_announced_above_with_the_way_to_it() -> None:
    def head_of(grade: Grade) -> str:
        return page_of(grade).partition("</header>")[0]

    grade = decided()
    adam, why = grade.questions
    (first,) = adam.requests
    said = f"Your request about {adam.title} was answered:"
    assert f'{said} <a href="#request3">see below</a>.' in head_of(grade)
    assert page_of(grade).count('id="request3"') == 1
    last = replace(first, number=5)
    twice = head_of(replace(grade, questions=(replace(adam, requests=(first, last)), why)))
    assert (twice.count(said), twice.count("#request5")) == (1, 1), "the last is led to"
    for waits in (True, False):
        silent = replace(first, replies=(), is_open=waits)
        asked = replace(grade, questions=(replace(adam, requests=(silent,)), why))
        assert "was answered" not in head_of(asked), "nobody wrote anything"


def test_of_another_file_it_is_said_that_it_counts_until_somebody_looks() -> None:
    grade = decided()
    adam, why = grade.questions
    assert adam.override is not None
    assert "another file of yours" not in page_of(grade)
    other = OtherFile(3, HOSTILE, "abc")
    adam = replace(
        adam,
        override=replace(adam.override, made_for=other),
        comments=(replace(adam.comments[0], made_for=other),),
    )
    page = page_of(replace(grade, questions=(adam, why)))
    words = " ".join(read_page(page).texts("main"))
    assert words.count("This was for another file of yours, ") == 1
    assert "It counts until somebody has looked at this one, too." in words
    assert words.count("This was said of another file of yours, ") == 1
    assert "<script>alert" not in page


def numbers(page: str) -> tuple[list[str], list[tuple[str, str]], list[str]]:
    """The heading's points of points, those below each bar, and how long the bars are."""
    head = page.partition("</header>")[0]
    (total,) = re.findall(r'<p class="total"><strong>([^<]*)</strong> of ([\d.]+) points', head)
    parts = re.findall(r'<span class="points">([\d.]+) of ([\d.]+)', head)
    return list(total), parts, re.findall(r"width:([\d.]+)%", head)


@pytest.mark.parametrize("given", [0.0, 4.5, 10.0])
@pytest.mark.parametrize("late", [0.0, -3.25])
def test_all_numbers_of_a_page_add_up(given: float, late: float) -> None:
    adam, written = decided().questions
    assert adam.override is not None
    adam = replace(adam, score=6.0, override=replace(adam.override, points=given))
    final = Final(given + 7.5 + late, adam.max_score + 10, given + 7.5, late)
    (score, most), parts, widths = numbers(
        page_of(replace(decided(), questions=(adam, written), final=final))
    )
    assert parts == [(f"{given:g}", f"{adam.max_score:g}"), ("7.5", "10")]
    assert float(score) == sum(float(part) for part, _ in parts) + late
    assert float(most) == sum(float(whole) for _, whole in parts)
    assert [float(width) for width in widths] == pytest.approx(
        [100 * given / adam.max_score, 75], abs=0.1
    )


@pytest.mark.parametrize(("is_late", "words"), [(False, "so far, "), (True, "before lateness")])
def test_they_add_up_before_all_is_known(is_late: bool, words: str) -> None:
    """A person changed one question and has not read the other."""
    adam, written = decided().questions
    waiting = replace(written, status=QuestionStatus.PENDING, score=None, by_person=None)
    late = Lateness(1, -2.0, "Late.") if is_late else None
    grade = replace(
        decided(), questions=(adam, waiting), final=Final(None, 40.0, None), late=late, score=28.0
    )
    page = page_of(grade)
    (score, most), parts, _ = numbers(page)
    assert (score, most) == ("25", f"{adam.max_score:g}")
    assert parts == [("25", f"{adam.max_score:g}")]
    assert words in page
    assert "10 points, not counted yet" in page
    assert ">28<" not in page


def test_what_changed_since_the_last_attempt_speaks_of_the_program() -> None:
    before = replace(wrong_adam(), score=10.0)
    page = feedback_page(decided(), assignment_title="Rates", before=before)
    assert "By the program, without what a person gives, your attempt before: 10," in page
    alone = [replace(one, questions=one.questions[:1]) for one in (wrong_adam(), before)]
    for now, then in ((wrong_adam(), alone[1]), (alone[0], before)):
        said = feedback_page(now, assignment_title="Rates", before=then)
        assert "By the program, without what a person gives," in said, "a person reads an answer"
    assert "By the program" not in feedback_page(
        alone[0], assignment_title="Rates", before=alone[1]
    )


def test_a_page_of_which_nobody_decided_anything_has_none_of_it() -> None:
    page = page_of(wrong_adam())
    assert 'class="note decided"' not in page
    assert "what people decided" not in page


def test_an_earlier_mark_is_told_and_does_not_count() -> None:
    mark = PersonMark(7.0, "", "maria", AT)
    waiting = QuestionGrade(
        "why", "Why", QuestionStatus.PENDING, None, 10, answer="New.", earlier_mark=mark
    )
    page = page_of(replace(wrong_adam(), questions=(waiting,)))
    assert "Another answer of yours was given 7 points by maria" in page
    assert "not counted yet" in page


@pytest.mark.parametrize("hostile", [HOSTILE, "</div></section><h1>", "a" * 50_000])
def test_nothing_of_it_can_do_harm(hostile: str) -> None:
    page = page_of(decided(hostile, hostile))
    assert "<script" not in page
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert read_page(page).left_open == []
    assert len(read_page(page).all("h1")) == 1


def printed(*grades: Grade) -> str:
    out = StringIO()
    Console(file=out, width=120).print(ResultTable(grades))
    return out.getvalue()


def test_tables_show_the_final_score_and_whether_it_is_seen() -> None:
    seen = replace(decided(), student="bob", seen=Seen(AT, 29.25, True))
    waiting = replace(wrong_adam(), student="carol")
    text = printed(decided(), seen, waiting)
    rows = {line.split()[0]: line for line in text.splitlines() if line.split()}
    assert "Final" in text
    assert " 29.25 older" in rows[decided().student]
    assert " 29.25 yes" in rows["bob"]
    assert " – no" in rows["carol"]
    assert "Final" not in printed(waiting)
    index = index_page([decided(), seen, waiting], assignment_title="Rates")
    assert "29.25" in index
    assert ">older<" in index
    assert ">Final<" not in index_page([waiting], assignment_title="Rates")


def test_a_page_never_says_that_nothing_is_to_fix_where_a_person_decided() -> None:
    """A fault that was found stays one, also where a person says what it costs."""
    right = decided().questions[0]
    assert right.override is not None
    assert right.score == right.max_score
    wrong = replace(right, score=right.max_score / 2)
    said = {
        words: [words in page_of(replace(decided(), questions=(one,))) for one in (wrong, right)]
        for words in (WORDS.nothing_to_fix, WORDS.nothing_to_win)
    }
    assert said == {WORDS.nothing_to_fix: [False, False], WORDS.nothing_to_win: [True, True]}


@pytest.mark.parametrize("given", [0.0, 20.0, 25.0])
def test_who_gave_points_is_told_and_no_change_where_there_is_none(given: float) -> None:
    first, written = decided().questions
    assert first.override is not None
    override = replace(first.override, points=given)
    question = replace(first, score=20.0, max_score=25.0, override=override)
    words = " ".join(
        read_page(page_of(replace(decided(), questions=(question, written)))).texts("body")
    )
    assert f"{given:g} of 25 points, given by maria" in words, "it is on the list of decisions"
    is_changed = given != 20
    assert ("maria changed this from 20 to" in words) is is_changed
    assert ("maria gave 20 of 25 points here:" in words) is not is_changed
    assert ("changed from 20" in words) is is_changed
    assert ("0 of 25, no points" in words) is (given == 0)
    assert "no points yet" not in words
    marked = replace(written, status=QuestionStatus.NONE, by_person=PersonMark(0.0, "", "tom", AT))
    assert "no points yet" not in page_of(replace(decided(), questions=(question, marked)))


@pytest.mark.parametrize("given", [0.0, 25.0, 30.0])
def test_where_an_override_stands_it_is_told_and_nothing_that_it_contradicts(given: float) -> None:
    first, written = decided().questions
    assert first.override is not None
    override = replace(first.override, points=given)
    first, written = replace(first, max_score=30.0), replace(written, max_score=30.0)
    mark = PersonMark(7.0, "", "tom", AT)
    over = (
        replace(first, score=18.0, override=override, message=COST),
        replace(first, name="b", status=ERROR, score=None, override=override, message=NOT_JUDGED),
        replace(
            written,
            status=QuestionStatus.PENDING,
            score=None,
            by_person=None,
            message=WRITTEN_FOUND,
            earlier_mark=mark,
            override=override,
        ),
    )
    read = read_page(page_of(replace(decided(), questions=over)))
    (done,) = [e for e in read.all("section") if e.attributes.get("class") == "first done"]
    assert f"{first.title}: {given:g} of 30 points, given by maria" in " ".join(done.text.split())
    words = " ".join(read.texts("body"))
    assert f"maria changed this from 18 to {given:g} of 30 points:" in words
    assert COST in words, "what is no promise of points stays"
    assert WORDS.checks_overridden in read.texts("h3")
    assert WORDS.checks not in read.texts("h3")
    for untrue in ("no more points", NOT_JUDGED, "will be judged again", WRITTEN_FOUND):
        assert untrue not in words
    assert "will be read anew" not in words
    alone = [replace(question, override=None) for question in over]
    words = " ".join(read_page(page_of(replace(decided(), questions=tuple(alone)))).texts("body"))
    for sentence in (NOT_JUDGED, WRITTEN_FOUND, "will be read anew"):
        assert sentence in words


@pytest.mark.parametrize("by_program", [18.0, 30.0])
def test_where_a_decision_leaves_points_off_none_are_said_to_be_all_had(by_program: float) -> None:
    """25 of 30 by a person are no full marks; and what they are is at the question."""
    adam = replace(decided().questions[0], score=by_program, max_score=30.0)
    words = " ".join(page_of(replace(decided(), questions=(adam,))).split())
    _, _, at_question = words.partition(WORDS.nothing_to_win)
    assert "25 of" in at_question, "the sentence is there, and leads to the question"
    assert not re.search(r"no points are left|every point", words, re.IGNORECASE)
