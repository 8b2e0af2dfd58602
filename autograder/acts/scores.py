"""What people decided, laid over what the program judged."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import is_

import msgspec

from autograder.acts.ledger import Asking, Ledger
from autograder.model import (
    Final,
    Grade,
    LookAgain,
    OtherFile,
    Override,
    PersonMark,
    QuestionGrade,
    QuestionStatus,
    Said,
    Seen,
    SubmissionStatus,
    Usage,
)
from autograder.people import Policies, lateness
from autograder.store import Act, Comment, Entry, Mark, Published, Shown, digest_of_answer
from autograder.store import Override as Overriding
from autograder.text import whole_throughout, without_points

Requests = Mapping[tuple[str, str], tuple[LookAgain, ...]]
"""By student and question."""


def requests_by_subject(asked: list[Asking]) -> Requests:
    found: dict[tuple[str, str], tuple[LookAgain, ...]] = {}
    for one in asked:
        place = one.student, one.question
        found[place] = (*found.get(place, ()), one.request)
    return found


@dataclass(frozen=True)
class Files:
    """Of a student who handed in several, which one a grade is of."""

    digest: str
    attempts: Mapping[int, Entry]
    """All that there are, by id."""

    def other(self, act: Act) -> OtherFile | None:
        """The file that was looked at when somebody decided, where it is another one."""
        seen = None if act.attempt is None else self.attempts.get(act.attempt)
        if seen is None or seen.digest == self.digest:
            return None
        return OtherFile(seen.id, seen.file, seen.digest)


def with_acts(grade: Grade, ledger: Ledger, requests: Requests, files: Files) -> Grade:
    """The grade with what people decided of its questions; no computed points change."""
    questions = tuple(
        _decided(question, grade.student, ledger, requests, files) for question in grade.questions
    )
    # Of most of a large class nothing is decided yet, and all of it is read.
    is_as_it_was = all(map(is_, questions, grade.questions))
    return grade if is_as_it_was else replace(grade, questions=questions)


def _decided(
    question: QuestionGrade, student: str, ledger: Ledger, requests: Requests, files: Files
) -> QuestionGrade:
    acts = ledger.of(student, question.name)
    if not (acts or ledger.to_all or requests):
        return question
    comments = [
        _said(act, act.what, files.other(act)) for act in acts if isinstance(act.what, Comment)
    ]
    for act in ledger.to_all:
        if isinstance(act.what, Comment) and act.what.misconception in question.misconceptions:
            comments.append(_said(act, act.what))
    asked = requests.get((student, question.name), ())
    if comments or asked:
        said = tuple(sorted(comments, key=lambda said: said.at))
        question = replace(question, comments=said, requests=asked)
    return _overridden(_marked(question, acts), acts, files)


def _marked(question: QuestionGrade, acts: Sequence[Act]) -> QuestionGrade:
    if question.status is not QuestionStatus.PENDING:
        return question
    marks = [(act, act.what) for act in acts if isinstance(act.what, Mark)]
    if not marks:
        return question
    answer = digest_of_answer(question.answer)
    for act, mark in reversed(marks):
        if mark.answer == answer and mark.points <= question.max_score:
            return replace(
                question,
                status=_status(mark.points, question.max_score),
                score=mark.points,
                message=None,
                by_person=_person_mark(act, mark),
            )
    return replace(question, earlier_mark=_person_mark(*marks[-1]))


def _overridden(question: QuestionGrade, acts: Sequence[Act], files: Files) -> QuestionGrade:
    overrides = [(act, act.what) for act in acts if isinstance(act.what, Overriding)]
    if not overrides:
        return question
    act, newest = overrides[-1]
    if newest.points is None:
        return question
    made_for = files.other(act)
    override = Override(newest.points, newest.reason, act.by, act.at, made_for)
    return replace(question, override=override)


def _person_mark(act: Act, mark: Mark) -> PersonMark:
    return PersonMark(mark.points, mark.comment, act.by, act.at, mark.rubric)


def _said(act: Act, comment: Comment, made_for: OtherFile | None = None) -> Said:
    return Said(comment.text, act.by, act.at, comment.misconception, made_for)


def _status(points: float, most: float) -> QuestionStatus:
    if points >= most:
        return QuestionStatus.FULL
    return QuestionStatus.PARTIAL if points > 0 else QuestionStatus.NONE


def final_of(grade: Grade, max_score: float, at: datetime | None, policies: Policies) -> Final:
    """What it is worth in the end; ``at``: when it was handed in, where that counts."""
    points = [question.final_points for question in grade.questions]
    known = [one for one in points if one is not None]
    if not points or len(known) < len(points) or grade.status is SubmissionStatus.NOT_GRADED:
        return Final(None, max_score, None)
    total = round(sum(known), 6)
    late = lateness(grade.student, at, total, policies)
    off = 0.0 if late is None else late.points
    return Final(round(total + off, 6), max_score, total, off)


def with_final(grade: Grade, max_score: float, at: datetime | None, policies: Policies) -> Grade:
    """The grade with what it is worth in the end, and with what lateness takes off that, in place
    of what it would take off the program's points.  Where people decided something and a question
    still waits, nobody knows how much that is, and no sentence says it."""
    final = final_of(grade, max_score, at, policies)
    told, late = replace(grade, final=final), grade.late
    if late is None or not grade.is_decided:
        return told
    if final.before_late is None:
        now = replace(late, reason=without_points(late.reason))
    else:
        now = lateness(grade.student, at, final.before_late, policies) or late
    notices = tuple(now.reason if said == late.reason else said for said in grade.notices)
    return replace(told, late=now, notices=notices)


def digest_of_shown(shown: Grade) -> str:
    """What tells apart what students are shown, as :func:`as_shown` makes it."""
    shown = without_questions(shown)
    try:
        data = msgspec.json.encode(shown)
    except UnicodeEncodeError:
        data = msgspec.json.encode(whole_throughout(msgspec.to_builtins(shown)))
    return hashlib.sha256(data).hexdigest()


def as_shown(grade: Grade) -> Grade:
    """The grade without what is no news to a student, and without its page's details."""
    questions = tuple(
        q.brief if q.earlier_mark is None else replace(q.brief, earlier_mark=None)
        for q in grade.questions
    )
    return replace(grade, questions=questions, printed="", usage=Usage(), unjudged={}, seen=None)


def without_questions(grade: Grade) -> Grade:
    """Without what students ask and nobody has answered in words: that is no news to them."""
    if not any(question.requests for question in grade.questions):
        return grade
    return replace(
        grade,
        questions=tuple(
            replace(q, requests=tuple(one for one in q.requests if one.replies))
            for q in grade.questions
        ),
    )


def with_seen(grade: Grade, ledger: Ledger, shown: Callable[[Published], Shown]) -> Grade:
    """The grade with what its student was shown last; what people decided is in it already.

    ``shown`` reads what was published.
    """
    last = ledger.published.get(grade.student)
    if last is None:
        return grade
    # The digest is quickly compared; but a newer program may write the same in other words.
    now = without_questions(as_shown(grade))
    is_current = last.digest == digest_of_shown(now) or without_questions(shown(last).grade) == now
    return replace(grade, seen=Seen(ledger.at(last.deed), last.final_score, is_current))
