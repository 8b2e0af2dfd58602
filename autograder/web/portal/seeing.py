"""What of a verdict its student is shown.

Until a student's results are published the assignment says so: ``[feedback] before_due``.  From
then on they see all of it, as it was published last; of an attempt that was published before and
no longer is, what was published of it then; of the same file again the same, while the assignment
is the same; of their other attempts that were there by then, all that the program found.  One that
came later, but in time, is not published: who has read their result must not learn by trying what
it says of each further file.

What is graded again is another attempt: of what is not published that one is shown, and what is
published stays as it is until it is published again, which is said beside it.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Any

from markupsafe import Markup

from autograder.acts import PublishedGrades, with_details, with_final
from autograder.formats import json_row
from autograder.formats.parts import tidy_number
from autograder.judging.words import WRITTEN_DECIDED, WRITTEN_IF, WRITTEN_OUT, WRITTEN_UNCOUNTED
from autograder.model import Grade, QuestionGrade, QuestionStatus, SubmissionStatus
from autograder.people import apply_late, counted_time
from autograder.report.marks import (
    is_read_if,
    is_unanswered,
    is_uncounted,
    is_unread,
    is_unwritten,
    lacks_all,
    what_was_found,
)
from autograder.report.since import changes, is_for_person, rewritten
from autograder.report.total import total_of
from autograder.report.words import WORDS
from autograder.store import Entry, Published, Store
from autograder.store.hand_ins import HandIn, State, Whereabouts
from autograder.text import without_points
from autograder.web.pages import clock, moment
from autograder.web.portal.register import Lists
from autograder.web.portal.standing import Sight, Standing
from autograder.web.portal.syllabus import Exercise

_STAYS = "As it was published on {at}; it stays so until results are published again."
_REPLACED = (
    "This is what was published of this file on {at:%a %d %b %Y, %H:%M %Z}, as it was then: "
    "another attempt of yours took its place since."
)
_TELLS = (QuestionStatus.ERROR, QuestionStatus.TIMEOUT)


@dataclass(frozen=True)
class Before:
    """The hand-in directly before one, of the same student."""

    hand_in: HandIn
    attempt: int | None
    """What came of it; None: nothing yet."""


@dataclass(frozen=True)
class Shown:
    """A verdict, as its student may see it."""

    sight: Sight
    grade: Grade
    """All of it: what is shown of it is for whoever draws to choose by ``sight``."""
    attempt: int
    zone: tzinfo
    """The course's."""
    before: Before | None = None
    """The hand-in directly before it, where that was another file."""
    same: str = ""
    """That the hand-in directly before it was the same file, and what is another all the same, in
    a sentence; empty: it was not."""
    is_out: bool = False
    """Whether it may be said that it does not count, whatever comes of the others."""
    public: Any = None
    """What came of the public examples, as ``autograder check --json`` has it."""

    @property
    def has_page(self) -> bool:
        return self.sight.has_points

    @property
    def stays(self) -> str:
        """Since when it is published and that it stays so, in a sentence; empty: it is not."""
        since = self._since
        return "" if since is None else _STAYS.format(at=moment(since, self.zone))

    @property
    def stays_on_page(self) -> Markup:
        """The same, with its moment as that of every other on that page."""
        since = self._since
        return Markup() if since is None else Markup(_STAYS).format(at=clock(since, self.zone))

    @property
    def _since(self) -> datetime | None:
        seen = self.grade.seen
        is_current = self.sight is Sight.PUBLISHED and seen is not None and seen.is_current
        return seen.at if is_current and seen is not None else None

    @property
    def notices(self) -> Sequence[str]:
        """Sentences on the file; what lateness takes off tells how many points there were."""
        late = self.grade.late
        if late is None or self.has_page:
            return self.grade.notices
        shown = without_points(late.reason)
        return [shown if said == late.reason else said for said in self.grade.notices]

    @property
    def row(self) -> dict[str, Any]:
        """As a row of ``grades.json``, without what is not shown; with what the page says beside:
        what becomes of points that no sum has yet (``rest``), in all, where people decided
        something meanwhile (``so_far``), and that it is published (``stays``)."""
        row = json_row(self.grade)
        if self.has_page:
            return row | _told(self.grade) | ({"stays": self.stays} if self.stays else {})
        hidden = ("score", "score_before_late", "late", "final_score", "final_score_before_late")
        row |= dict.fromkeys(hidden, None)
        row["questions"] = [
            self._question(question, asked)
            for question, asked in zip(row["questions"], self.grade.questions, strict=True)
        ]
        return row

    def _question(self, row: dict[str, Any], question: QuestionGrade) -> dict[str, Any]:
        is_named = self.sight is Sight.NAMES
        return {
            "name": question.name,
            "status": question.status if is_named else None,
            "score": None,
            "max_score": row["max_score"],
            "misconceptions": question.misconceptions if is_named else [],
            "checks": [] if is_named else self._public_checks(question.name),
            "message": question.message if is_named and _tells(question) else None,
            "evidence": [],
        }

    def _public_checks(self, question: str) -> list[dict[str, Any]]:
        tried = () if self.public is None else self.public["questions"]
        return [
            {
                "name": check["name"],
                "passed": check["passed"],
                "score": None,
                "max_score": None,
                "message": " ".join(check["messages"]),
            }
            for one in tried
            if one["name"] == question
            for check in one["checks"]
        ]


def _previous(hand_in: HandIn, hand_ins: Sequence[HandIn]) -> HandIn | None:
    """The one of these, oldest first, directly before it; None: it is the first."""
    return next((one for one in reversed(hand_ins) if one.id < hand_in.id), None)


def before_of(
    hand_in: HandIn, hand_ins: Sequence[HandIn], where: Mapping[int, Whereabouts]
) -> Before | None:
    """What it is compared with, ``where`` having how far that is; None: it is the first."""
    before = _previous(hand_in, hand_ins)
    if before is None:
        return None
    at = where.get(before.id)
    return Before(before, None if at is None else at.attempt)


class Seeing:
    def __init__(self, store: Store) -> None:
        self._store = store

    def where(self, standing: Standing, hand_ins: Sequence[HandIn]) -> dict[int, Whereabouts]:
        """How far each of a student's hand-ins is, by its id, and what came of it last."""
        found = self._store.hand_ins.where([one.id for one in hand_ins])
        last = standing.graded_last
        return {
            id_: at if at.attempt is None else replace(at, attempt=last.get(at.attempt, at.attempt))
            for id_, at in found.items()
        }

    def seen(self, standing: Standing, hand_in: HandIn) -> tuple[Whereabouts, Shown | None]:
        """How far one of a student's hand-ins is, and what is shown of what came of it."""
        hand_ins = standing.hand_ins
        looked_at = [one for one in (hand_in, _previous(hand_in, hand_ins)) if one is not None]
        where = self.where(standing, looked_at)
        at = where.get(hand_in.id) or Whereabouts(State.WAITING)
        if at.attempt is None:
            return at, None
        before = before_of(hand_in, hand_ins, where)
        return at, self.of(standing, hand_in, at.attempt, before)

    def of(
        self, standing: Standing, hand_in: HandIn, attempt: int, before: Before | None = None
    ) -> Shown | None:
        """What is shown of the verdict that this attempt is; None: it is gone.

        ``attempt``: as :meth:`where` has it; ``before``: what it is compared with.
        """
        exercise = standing.exercise
        shown = self._of(exercise, hand_in, attempt)
        if shown is None:
            return None
        shown = self._promised(standing, hand_in, attempt, shown)
        shown = replace(shown, grade=_doubted(shown.grade))
        if before is None:
            return shown
        if before.hand_in.digest == hand_in.digest:
            same = self._same(standing, shown, before).format(number=before.hand_in.number)
            return replace(shown, same=same)
        return replace(shown, before=before)

    def _same(self, standing: Standing, shown: Shown, before: Before) -> str:
        """What is said of the same file again; nobody is told by it what points nobody is shown."""
        other = None
        if before.attempt is not None:
            other = self._of(standing.exercise, before.hand_in, before.attempt)
        if other is None:
            return WORDS.since_same_file
        version = {one.id: one.assignment_version for one in standing.lists.of(standing.student)}
        if version.get(other.attempt) != version.get(shown.attempt):
            return WORDS.since_same_but_changed
        has_points = shown.has_page and other.has_page
        if has_points and total_of(other.grade).score != total_of(shown.grade).score:
            return WORDS.since_same_but_late
        return WORDS.since_same_file

    def _of(self, exercise: Exercise, hand_in: HandIn, attempt: int) -> Shown | None:
        lists = exercise.register.now()
        zone = lists.standing.policies.zone
        student = lists.standing.student(hand_in.student, hand_in.whose)
        mine = {one.id: one for one in lists.of(student)}
        entry = mine.get(attempt)
        if entry is None:
            return None
        rows = [
            (row, mine[row.attempt])
            for row in reversed(lists.ledger.published_to(student))
            if row.attempt in mine and _stands_for(mine[row.attempt], entry)
        ]
        if rows:  # of this very hand-in, before what was of the same file another time
            row, source = min(rows, key=lambda one: one[1].handed_in != entry.handed_in)
            grade = self._as_published(lists, student, row, source, entry)
            return Shown(Sight.PUBLISHED, grade, row.attempt, zone)
        if lists.ledger.is_shown(student, hand_in.at):
            return Shown(Sight.ALL, self._grade(lists, entry), attempt, zone)
        sight = Sight(exercise.assignment.feedback.before_due)
        public = self._public(hand_in) if sight is Sight.PUBLIC else None
        return Shown(sight, self._grade(lists, entry), attempt, zone, public=public)

    def _promised(self, standing: Standing, hand_in: HandIn, attempt: int, shown: Shown) -> Shown:
        """With what is said of the answers that a person would read, by whether it counts."""
        if standing.is_out(hand_in, attempt):
            return self._out(standing, hand_in, replace(shown, is_out=True))
        shown = self._fixed(standing.exercise, shown)
        return shown if standing.counts(hand_in, attempt) else _if_counted(shown)

    def _out(self, standing: Standing, hand_in: HandIn, shown: Shown) -> Shown:
        """Of an attempt that does not count it is not said that a person gives points."""
        waiting = _waiting(shown.grade)
        is_read = bool(waiting) and self._is_read(standing, hand_in)
        return _with_messages(
            shown,
            {
                one.name: WRITTEN_UNCOUNTED if is_read or is_unanswered(one) else WRITTEN_OUT
                for one in waiting
            },
        )

    def _is_read(self, standing: Standing, hand_in: HandIn) -> bool:
        """Whether somebody reads what is in a file that does not count: it came again, or counts
        for a partner."""
        lists = standing.lists
        students = {standing.student}
        for one in self._store.hand_ins.shared(hand_in):
            students.add(lists.standing.student(one.student, one.whose))
        counted = (lists.counted(student) for student in students)
        return any(one is not None and one.entry.digest == hand_in.digest for one in counted)

    def _fixed(self, exercise: Exercise, shown: Shown) -> Shown:
        """Nor of an answer to a question whose points a person put in place of all others, as the
        student was shown: they count whatever file comes."""
        ledger, student = exercise.register.now().ledger, shown.grade.student
        waiting = [one for one in _waiting(shown.grade) if not is_unanswered(one)]
        fixed = {one.name for one in waiting if ledger.is_overridden(student, one.name)}
        row = ledger.published.get(student)
        if row is None or not fixed:
            return shown
        then = PublishedGrades(self._store, ledger).as_then(student, row)
        fixed &= {one.name for one in then.questions if one.override is not None}
        return _with_messages(shown, dict.fromkeys(fixed, WRITTEN_DECIDED))

    def published(self, standing: Standing) -> Grade | None:
        """What was published last to a student, with what its page shows; None: nothing.  Of an
        attempt that another one replaces no more is promised than on its own page."""
        grades = PublishedGrades(self._store, standing.lists.ledger, details=True)
        found = next(iter(grades.of([standing.student])), None)
        if found is None or standing.published is None:
            return None
        then = standing.published.attempt
        attempt, number = standing.graded_last.get(then, then), standing.number_of(then)
        hand_in = next((one for one in standing.hand_ins if one.number == number), None)
        if hand_in is not None:
            shown = Shown(Sight.PUBLISHED, found, attempt, standing.zone)
            found = self._promised(standing, hand_in, attempt, shown).grade
        return _doubted(found)

    def with_details(self, shown: Shown) -> Grade:
        """The grade with what its page shows."""
        full = next(self._store.grades([shown.attempt], details=True))
        if shown.sight is Sight.PUBLISHED:
            return with_details(shown.grade, full)
        questions = tuple(
            replace(detailed, **{name: getattr(q, name) for name in ("message", *_DECIDED)})
            for detailed, q in zip(full.questions, shown.grade.questions, strict=True)
        )
        return replace(shown.grade, questions=questions, printed=full.printed)

    def grade(self, attempt: int | None) -> Grade | None:
        """As it was judged, without its page's details."""
        return None if attempt is None else next(self._store.grades([attempt]))

    def before(self, exercise: Exercise, shown: Shown) -> Grade | None:
        """What it is compared with, and what being late takes off that."""
        if shown.before is None or shown.before.attempt is None:
            return None
        before = self._of(exercise, shown.before.hand_in, shown.before.attempt)
        return None if before is None else before.grade

    def changes(self, exercise: Exercise, shown: Shown) -> Sequence[str]:
        """What is new since the attempt before, as far as it is shown, a sentence each."""
        if shown.same:
            return (shown.same,)
        before = self.before(exercise, shown)
        if before is None or shown.sight is Sight.PUBLIC:
            return ()
        if shown.has_page:
            return changes(shown.grade, before, WORDS)
        return tuple(_names_changed(before, shown.grade))

    def _grade(self, lists: Lists, entry: Entry) -> Grade:
        grade = replace(next(self._store.grades([entry.id])), student=entry.student)
        return self._timed(lists, grade, entry)

    def _as_published(
        self, lists: Lists, student: str, row: Published, source: Entry, entry: Entry
    ) -> Grade:
        """What was published of the file of ``entry``; ``source``: the attempt that it was."""
        grade = PublishedGrades(self._store, lists.ledger).as_then(student, row)
        is_another = (source.file, source.handed_in) != (entry.file, entry.handed_in)
        if not is_another and grade.published:
            return grade
        if is_another:
            own = next(self._store.grades([entry.id]))
            message = own.message if own.status is grade.status else None
            return self._of_another(lists, replace(grade, message=message), own, entry)
        at = lists.ledger.at(row.deed).astimezone(lists.standing.policies.zone)
        message = " ".join(filter(None, (_REPLACED.format(at=at), grade.message)))
        return replace(grade, message=message)

    def _of_another(self, lists: Lists, published: Grade, own: Grade, entry: Entry) -> Grade:
        """What was published of a file, of the same file handed in another time: by that name and
        time, and without what was said of the other hand-in."""
        seen, earned = published.seen, published.score_before_late
        grade = replace(
            published,
            file=entry.file,
            score=published.score if earned is None else earned,
            notices=own.notices,
            seen=None if seen is None else replace(seen, changes=()),
        )
        timed = self._timed(lists, grade, entry)
        is_worth_the_same = (timed.score, timed.final) == (published.score, published.final)
        return timed if is_worth_the_same else replace(timed, seen=None)

    def _timed(self, lists: Lists, grade: Grade, entry: Entry) -> Grade:
        """With what the time of the hand-in costs."""
        policies = lists.standing.policies
        shown = apply_late(grade, entry.handed_in, policies)
        most = sum(question.max_score for question in shown.questions)
        at = counted_time(entry.handed_in, policies.late)
        return with_final(shown, most, at, policies)

    def _public(self, hand_in: HandIn) -> Any:
        kept = self._store.hand_ins.public_part(hand_in.id)
        return None if kept is None else json.loads(zlib.decompress(kept))


def _stands_for(published: Entry, entry: Entry) -> bool:
    """Whether what was published of one attempt is shown of another: it is of the same hand-in, or
    of the same file while the assignment is the same."""
    if published.digest != entry.digest:
        return False
    is_own = published.handed_in == entry.handed_in
    return is_own or published.assignment_version == entry.assignment_version


def _doubted(grade: Grade) -> Grade:
    """With a word first on a file that may be the wrong one."""
    if not lacks_all(grade):
        return grade
    return replace(grade, message=" ".join(filter(None, (WORDS.wrong_file, grade.message))))


def _waiting(grade: Grade) -> list[QuestionGrade]:
    """Questions whose answer a person would read."""
    return [
        one
        for one in grade.questions
        if one.status is QuestionStatus.PENDING and one.override is None
    ]


def _if_counted(shown: Shown) -> Shown:
    """Of an attempt that may count it is not said that a person reads its answer whatever comes of
    the others."""
    if shown.grade.status is not SubmissionStatus.GRADED:
        return shown
    read = [one for one in _waiting(shown.grade) if one.answer and not is_unread(one)]
    return _with_messages(shown, {one.name: WRITTEN_IF for one in read})


def _with_messages(shown: Shown, said: Mapping[str, str]) -> Shown:
    """With these sentences on some questions, by their names."""
    if not said:
        return shown
    questions = tuple(
        replace(one, message=said.get(one.name, one.message)) for one in shown.grade.questions
    )
    return replace(shown, grade=replace(shown.grade, questions=questions))


def _told(grade: Grade) -> dict[str, Any]:
    total = total_of(grade)
    if not total.is_so_far:
        return {"rest": total.rest()} if total.rest() else {}
    sums = {"score": tidy_number(total.score), "max_score": tidy_number(total.max_score)}
    return {"so_far": {**sums, "says": total.says}}


def _tells(question: QuestionGrade) -> bool:
    """Whether what the program says of a question is about no points."""
    told = (is_unwritten, is_unanswered, is_uncounted, is_read_if)
    return question.status in _TELLS or any(tells(question) for tells in told)


_DECIDED = ("by_person", "earlier_mark", "override", "comments", "requests")


def _names_changed(before: Grade, now: Grade) -> list[str]:
    earlier = {question.name: question for question in before.questions}
    written = rewritten(now, before, WORDS)
    lines = []
    for question in now.questions:
        old = earlier.get(question.name)
        if old is None:
            continue
        titles = {e.slug: e.title for q in (old, question) for e in q.explanations}
        gone = [s for s in old.misconceptions if s not in question.misconceptions]
        new = [s for s in question.misconceptions if s not in old.misconceptions]
        parts = []
        for slugs, sentence in ((gone, WORDS.since_found), (new, WORDS.since_new)):
            parts += [sentence.format(name=titles.get(s, s.replace("_", " "))) for s in slugs]
        if question.name in written:
            parts.append(written[question.name])
        is_read = is_for_person(old) or is_for_person(question)
        if not parts and not is_read and old.status != question.status:
            parts = [f"“{what_was_found(old)}” before, “{what_was_found(question)}” here"]
        if parts:
            lines.append(f"{question.title}: {'; '.join(parts)}.")
    return lines
