"""What students are shown: what was published last, as it was then."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, overload

from autograder.acts.book import Book
from autograder.acts.deciding import decide, on_all
from autograder.acts.ledger import Ledger, moment_of_publishing
from autograder.acts.scores import as_shown, digest_of_shown, without_questions
from autograder.errors import UsageError
from autograder.model import Grade, QuestionGrade, Seen, Source, SubmissionStatus
from autograder.people import Standing, key
from autograder.report.total import Total, total_of
from autograder.settings import among
from autograder.store import Entry, Publication, Published, Shown, deflated
from autograder.store.forms import QuestionDetails
from autograder.text import counted, ended, points

if TYPE_CHECKING:
    from autograder.store import Store


@dataclass(frozen=True)
class Change:
    """That a publication would newly show something to a student."""

    student: str
    is_first: bool
    """Nothing is published to them yet."""
    sentences: tuple[str, ...] = ()
    """What is new for somebody who saw the publication before."""


@dataclass(frozen=True)
class Preview:
    """What a publication would do, or did."""

    section: str
    """Empty: all."""
    new: tuple[Change, ...]
    """Who would see a grade for the first time, or another one than now."""
    same: int
    """How many see it as it is already."""
    waiting: tuple[str, ...]
    """Who has no final score yet."""
    left_out: tuple[str, ...]
    """Whose work could not be graded, through no fault of theirs: there is nothing to show."""
    since: tuple[str, ...] = ()
    """Who handed in since results were published to them last ..."""
    later: tuple[str, ...] = ()
    """... and who of these are shown all of those attempts only then."""
    earlier: tuple[str, ...] = ()
    """Of whom an override counts that was made for another file."""
    in_time: int = 0
    """Students who can still hand in in time, and would know what is published."""


_Take = Callable[[Change, Grade], None]
"""Is handed what is new for a student, and the grade as it would be shown."""


def is_shown_results(entry: Entry, standing: Standing) -> bool:
    """Whether results are published to whoever handed this in: not to staff, who may have been
    students before, and not to somebody who was forgotten."""
    person = standing.directory.whose(entry.student, entry.whose).person
    return not entry.is_forgotten and (person is None or person.role == "student")


def audience(book: Book) -> frozenset[str]:
    """To whom results are published."""
    return frozenset(
        one for one in book.counting if is_shown_results(book.entry(one), book.standing)
    )


def preview(store: Store, book: Book, section: str = "") -> Preview:
    """What publishing would do now; raises UsageError for a section that there is not."""
    return preview_of(store, book, _in_section(book, section), section)


def preview_of(store: Store, book: Book, students: Collection[str], section: str = "") -> Preview:
    """What publishing would do for these students only."""
    return _gone_through(store, book, students, section, lambda change, grade: None)


def publish(store: Store, book: Book, by: str, section: str = "") -> Preview:
    """Show students how things stand in ``book``; returns what was new, and no act is kept where
    nothing is.

    Attempts that came since it was published last are then shown, too.

    Raises :class:`autograder.store.Conflict` where anything was decided since.
    """
    shown: list[tuple[Published, bytes]] = []

    def take(change: Change, grade: Grade) -> None:
        entry = book.entry(change.student)
        row = Published(
            deed="",
            student=entry.student,
            whose=entry.whose,
            attempt=entry.id,
            final_score=None if grade.final is None else grade.final.score,
            digest=digest_of_shown(grade),
        )
        shown.append((row, deflated(Shown(grade, change.sentences))))

    found = _gone_through(store, book, _in_section(book, section), section, take)
    if found.new or found.later:
        act = replace(on_all(book, Publication(section), by), at=moment_of_publishing())
        decide(store, book.ledger, [act], shown=shown, alone=True)
    return found


def _gone_through(
    store: Store, book: Book, students: Collection[str], section: str, take: _Take
) -> Preview:
    """Read a few grades at a time, and keep none: of a large class they fill the memory, and
    Python looks through them all again and again for what is left over."""
    last = book.ledger.published
    new: list[Change] = []
    same, waiting, left_out, earlier = 0, [], [], []
    for grade in book.grades(students):
        if has_earlier_override(grade):
            earlier.append(grade.student)
        if grade.status is SubmissionStatus.NOT_GRADED:
            left_out.append(grade.student)
            continue
        if grade.final is None or grade.final.score is None:
            waiting.append(grade.student)
        if grade.published:
            same += 1
            continue
        shown, before = as_shown(grade), last.get(grade.student)
        sentences: tuple[str, ...] = ()
        if before is not None:
            sentences = tuple(_changes(next(store.acts.shown([before])).grade, shown))
        new.append(Change(grade.student, before is None, sentences))
        take(new[-1], shown)
    return Preview(
        section,
        tuple(new),
        same,
        tuple(waiting),
        tuple(left_out),
        handed_in_since(book, students),
        later_than_shown(book, students),
        tuple(earlier),
        still_in_time(book.standing, book.counting, section),
    )


def has_earlier_override(grade: Grade) -> bool:
    """Whether an override counts that was made for another file."""
    return any(q.override is not None and q.override.made_for is not None for q in grade.questions)


def handed_in_since(book: Book, students: Collection[str]) -> tuple[str, ...]:
    """Who of these has handed in since results were published to them last."""
    return tuple(sorted({student for student, _ in _came_since(book, students)}))


def later_than_shown(book: Book, students: Collection[str]) -> tuple[str, ...]:
    """Who of these has handed in since then what they are not shown all of yet."""
    found = {
        student
        for student, at in _came_since(book, students)
        if not book.ledger.is_shown(student, at)
    }
    return tuple(sorted(found))


def _came_since(book: Book, students: Collection[str]) -> Iterator[tuple[str, datetime]]:
    """Whose attempts came since results were published to them last, and when."""
    ledger, standing, wanted = book.ledger, book.standing, set(students)
    if not ledger.published:
        return
    # Whose an attempt is takes a while to say; most came before anything was published.
    first = min(ledger.at(deed) for deed in {one.deed for one in ledger.published.values()})
    for entry in book.attempts:
        at = entry.handed_in.at
        if entry.handed_in.source is not Source.PLATFORM or at is None or at <= first:
            continue
        student = standing.student(entry.student, entry.whose)
        until = ledger.shown_until(student) if student in wanted else None
        if until is not None and at >= until:
            yield student, at


BEFORE_DUE = {
    "public": "what came of the public examples",
    "names": "the names of misconceptions",
    "all": "everything",
}
"""What students see of what is not published, by ``[feedback] before_due``."""


def warning(in_time: int, before_due: str, is_published: bool = False) -> str:
    """What to know before publishing, or after it, in a sentence; empty: everybody's time is over.

    ``in_time``: as :func:`still_in_time`.
    """
    if not in_time:
        return ""
    know = ("knows" if in_time == 1 else "know") if is_published else "would know"
    can = f"{counted(in_time, 'student')} can still hand in in time, and {know} what is shown"
    return f"{can}; of later attempts they see {BEFORE_DUE[before_due]} until you publish again."


def still_in_time(standing: Standing, known: Collection[str], section: str = "") -> int:
    """How many students, of a section, can still hand in in time; ``known``: who they are where no
    list of people says it."""
    people = [one for one in standing.directory.people if one.role == "student"]
    chosen = [one.id for one in people if not section or key(one.section) == key(section)]
    policies, now = standing.policies, datetime.now(UTC)
    students = chosen if people else known
    return sum(
        policies.due_for(student) is not None and not policies.is_late(student, now)
        for student in students
    )


def _in_section(book: Book, section: str) -> set[str]:
    students = set(audience(book))
    if not section:
        return students
    people = book.standing.directory.people
    known = {person.section.casefold(): person.section for person in people if person.section}
    if section.casefold() not in known:
        there = among(section, known.values()) if known else "no list of people names any"
        raise UsageError(ended(f"There is no section {section!r}; {there}"))
    members = {p.id for p in people if p.section.casefold() == section.casefold()}
    return members & students


def _changes(before: Grade, after: Grade) -> Iterator[str]:
    """What is new, in sentences, of which there is at least one."""
    before, after = without_questions(before), without_questions(after)
    told = [*_other_points(before, after)] or [*_other_words(before, after)]
    yield from told or [f"the page{_OTHER_WORDS}"]


def _other_points(before: Grade, after: Grade) -> Iterator[str]:
    if before.file != after.file:
        yield f"another file counts: {after.file}"
    known = {question.name: question for question in before.questions}
    for question in after.questions:
        then = known.get(question.name)
        if then is None:
            yield f"{question.title}: new"
        elif then.final_points != question.final_points:
            yield f"{question.title}: {_points(then)}, now {_points(question)}"
        elif then != question:
            yield f"{question.title}{_OTHER_WORDS}"
    if _final(before) != _final(after):
        yield f"in all: {_in_all(before, after)}"
    elif _final(after) is None and before.score != after.score:
        # Lateness alone changes no question.
        yield f"by the program: {points(before.score)} points, now {points(after.score)} points"


def _other_words(before: Grade, after: Grade) -> Iterator[str]:
    """What of the grade as a whole is said otherwise."""
    if (before.late, before.extended_to) != (after.late, after.extended_to):
        yield f"lateness{_OTHER_WORDS}"
    if before.handed_in != after.handed_in:
        yield f"when it was handed in{_OTHER_WORDS}"
    if (before.message, _notices(before)) != (after.message, _notices(after)):
        yield f"what is said of the whole file{_OTHER_WORDS}"


def _notices(grade: Grade) -> list[str]:
    """Without what is said of lateness."""
    return [said for said in grade.notices if grade.late is None or said != grade.late.reason]


_OTHER_WORDS = ": other words, the same points"
_NO_SCORE = "no score yet"


def _points(question: QuestionGrade) -> str:
    worth = question.final_points
    return "not marked yet" if worth is None else f"{points(worth)} points"


def _final(grade: Grade) -> float | None:
    return None if grade.final is None else grade.final.score


def _in_all(before: Grade, after: Grade) -> str:
    """Where an answer waits, or waited, of how many points says more than the sum alone."""
    was, now = total_of(before), total_of(after)
    if not any(one.is_so_far or one.rest() for one in (was, now)):
        return f"{_sum(was)}, now {_sum(now)}"
    return f"{_of(was)}, now {_of(now)}"


def _sum(total: Total) -> str:
    return _NO_SCORE if total.score is None else f"{points(total.score)} points"


def _of(total: Total) -> str:
    """``81 of 90 so far``."""
    if total.score is None:
        return _NO_SCORE
    sum_ = f"{points(total.score)} of {points(total.max_score)}"
    return " ".join(filter(None, (sum_, total.stands_briefly())))


# ------------------------------------------------------------------ what students are shown


class PublishedGrades(Sequence[Grade]):
    """The last publication, by student, read from the store as needed.

    With ``details`` the grades hold what a feedback page shows.
    """

    def __init__(self, store: Store, ledger: Ledger, *, details: bool = False) -> None:
        self._store = store
        self._ledger = ledger
        self._details = details
        self.students: tuple[str, ...] = tuple(sorted(ledger.published))

    def __len__(self) -> int:
        return len(self.students)

    def __iter__(self) -> Iterator[Grade]:
        return self._read(self.students)

    @overload
    def __getitem__(self, index: int) -> Grade: ...
    @overload
    def __getitem__(self, index: slice) -> list[Grade]: ...
    def __getitem__(self, index: int | slice) -> Grade | list[Grade]:
        if isinstance(index, slice):
            return list(self._read(self.students[index]))
        return next(self._read([self.students[index]]))

    def of(self, students: Iterable[str]) -> Iterator[Grade]:
        """Of these students only, those to whom nothing is published left out."""
        wanted = set(students)
        return self._read([student for student in self.students if student in wanted])

    def as_then(self, student: str, row: Published) -> Grade:
        """What a publication showed to a student, also where others followed."""
        return next(self._read([student], [row]))

    def _read(
        self, students: Sequence[str], rows: Sequence[Published] | None = None
    ) -> Iterator[Grade]:
        """``rows``: what is read of each; None: the last of theirs."""
        if rows is None:
            rows = [self._ledger.published[student] for student in students]
        shown = self._store.acts.shown(rows)
        if not self._details:
            for student, row, one in zip(students, rows, shown, strict=True):
                yield self._shown(student, row, one)
            return
        attempts = self._store.grades([row.attempt for row in rows], details=True)
        for student, row, one, attempt in zip(students, rows, shown, attempts, strict=True):
            yield with_details(self._shown(student, row, one), attempt)

    def _shown(self, student: str, row: Published, shown: Shown) -> Grade:
        at, is_last = self._ledger.at(row.deed), row == self._ledger.published[student]
        seen = Seen(at, row.final_score, is_last, shown.changes if is_last else ())
        return replace(shown.grade, student=student, seen=seen)


def with_details(grade: Grade, attempt: Grade) -> Grade:
    """With what only a feedback page shows of the attempt that it was made of."""
    details = {question.name: question for question in attempt.questions}
    questions = tuple(
        replace(q, **{name: getattr(d, name) for name in QuestionDetails.__dataclass_fields__})
        if (d := details.get(q.name)) is not None
        else q
        for q in grade.questions
    )
    return replace(grade, questions=questions, printed=attempt.printed)


def as_returned(grade: Grade) -> Grade:
    """With what counts in place of what was computed, as learning platforms are told it."""
    final = grade.final
    if final is None:
        return grade
    questions = tuple(
        replace(question, score=question.final_points) for question in grade.questions
    )
    return replace(
        grade,
        score=final.score,
        max_score=final.max_score,
        score_before_late=final.before_late,
        late=None if final.score is None else grade.late,
        questions=questions,
    )
