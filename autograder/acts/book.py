"""What there is to decide on, and by whom it is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from autograder.acts.ledger import Asking, Ledger
from autograder.errors import UsageError
from autograder.model import Grade, QuestionGrade, RubricItem, Source
from autograder.people import (
    AttemptNumber,
    Directory,
    Named,
    Standing,
    came_of,
    hand_in_of,
    numbered,
)
from autograder.store import Entry
from autograder.text import INVISIBLE

if TYPE_CHECKING:
    from autograder.store.hand_ins import HandIn

_MOST_TOGETHER = 10
"""More who handed in the same file at once are no partners: it may be the one they were given."""


def _nothing(people: Collection[int] | None) -> Iterable[HandIn]:
    return ()


@dataclass(frozen=True)
class Asked:
    """A question, as far as people decide on it."""

    name: str
    points: float
    by_person: bool
    rubric: tuple[RubricItem, ...] = ()


@dataclass(frozen=True)
class Answer:
    """A written answer of the attempt that counts."""

    student: str
    question: QuestionGrade
    """With what was decided of it."""
    attempt: AttemptNumber
    """As :meth:`Book.number`."""
    group: int
    """The same for equal answers to the question."""
    version: int
    """As :meth:`Ledger.version`."""


@dataclass(frozen=True)
class AskedOf:
    """The attempt that a request is of."""

    attempt: int
    """Its id."""
    number: AttemptNumber
    counts: AttemptNumber | None
    """Number of the attempt that counts by now, where that is another."""

    @property
    def says(self) -> str:
        by_now = "" if self.counts is None else f" (attempt {self.counts} counts by now)"
        return f"attempt {self.number}{by_now}"


@dataclass(frozen=True)
class Book:
    """One assignment, read at one moment."""

    assignment: str
    asked: Mapping[str, Asked]
    """By name, in the assignment's order."""
    faults: frozenset[str]
    """Every misconception that may be named."""
    ledger: Ledger
    attempts: tuple[Entry, ...]
    """All of them as the store has them, oldest first."""
    counting: Mapping[str, int]
    """Id of the attempt that counts, by what the course calls its student, in their order."""
    grades: Callable[[Container[str]], Iterator[Grade]]
    """Reads the grades of these students, with all that was decided."""
    handed_in: Callable[[Collection[int] | None], Iterable[HandIn]] = _nothing
    """Reads what people of these numbers handed in at the portal, oldest first; None: all of it."""

    def knowing(self, before: Book) -> Book:
        """The same, with what was looked up in one of the same attempts, before something was
        decided."""
        for name in (
            *("_by_id", "_by_student", "_directory", "_hand_ins", "_named", "_by_sight"),
            *("works", "forgotten"),
        ):
            if name in before.__dict__:
                self.__dict__[name] = before.__dict__[name]
        return self

    @property
    def standing(self) -> Standing:
        return self.ledger.standing

    @cached_property
    def _by_id(self) -> Mapping[int, Entry]:
        return {entry.id: entry for entry in self.attempts}

    @cached_property
    def _directory(self) -> Directory:
        named = ((entry.student, entry.whose) for entry in self.attempts)
        return self.standing.directory.and_strangers(named)

    @cached_property
    def _hand_ins(self) -> Mapping[str, Sequence[HandIn]]:
        return self.standing.by_student(self.handed_in(None))

    @cached_property
    def _by_student(self) -> Mapping[str, Sequence[Entry]]:
        by_student: dict[str, list[Entry]] = {}
        for entry in self.attempts:
            student = self.standing.student(entry.student, entry.whose)
            by_student.setdefault(student, []).append(entry)
        return by_student

    @cached_property
    def _named(self) -> Mapping[str, Named]:
        return {
            student: Named(entries, self._hand_ins.get(student, ()))
            for student, entries in self._by_student.items()
        }

    @cached_property
    def _by_sight(self) -> Mapping[str, str]:
        """Students by their names as tables show them."""
        return {INVISIBLE.sub(" ", student).strip(): student for student in self.counting}

    def entry(self, student: str) -> Entry:
        """The attempt that counts, as the store has it."""
        return self._by_id[self.counting[student]]

    @cached_property
    def works(self) -> Mapping[str, tuple[str, ...]]:
        """Whose attempts that count are the same file, handed in at the same moment, as partners
        do, by each of them: it is one piece of work."""
        works: dict[tuple[str, datetime], list[str]] = {}
        for student in self.counting:
            entry = self.entry(student)
            at = entry.handed_in.at
            if at is not None and entry.handed_in.source is Source.PLATFORM:
                works.setdefault((entry.digest, at), []).append(student)
        groups = (tuple(group) for group in works.values() if 1 < len(group) <= _MOST_TOGETHER)
        return {student: group for group in groups for student in group}

    @cached_property
    def forgotten(self) -> frozenset[str]:
        """Whose answers are gone, and wait for nobody."""
        return frozenset(one for one in self.counting if self.entry(one).is_forgotten)

    def number(self, student: str) -> AttemptNumber:
        """What names the attempt that counts, in tables."""
        return self._named[student].of(self.entry(student))

    def called(self, attempt: int | None) -> str:
        """The same of any attempt, by its id; empty: there is none."""
        entry = None if attempt is None else self._by_id.get(attempt)
        if entry is None:
            return ""
        return str(self._named[self.standing.student(entry.student, entry.whose)].of(entry))

    def means(self, student: str, attempt: str) -> bool:
        """Whether what a table has for an attempt of theirs is the file that counts."""
        return self._named[student].means(attempt, self.entry(student))

    def numbered(self, student: str) -> list[tuple[AttemptNumber, Entry]]:
        """All attempts of a student as they came, each with its number."""
        return numbered(self._by_student[student], self._came(student))

    def which(self, student: str) -> str:
        """Which of their attempts counts, as people number them: ``attempt 2 of 3``."""
        every = self.numbered(student)
        number = next(number for number, entry in every if entry.id == self.counting[student])
        if not isinstance(number, int):  # of a file that did not come at the portal
            return f"attempt {number}"
        graded = [one for one, _ in every if isinstance(one, int)]
        return f"attempt {number} of {max(graded + [one.number for one in self._came(student)])}"

    def asked_of(self, asking: Asking) -> AskedOf | None:
        """None: nobody knows, or it is gone."""
        asked = None if asking.attempt is None else self._by_id.get(asking.attempt)
        if asked is None or asking.student not in self.counting:
            return None
        now = self.entry(asking.student)
        numbers = {entry.id: number for number, entry in self.numbered(asking.student)}
        if asked.id not in numbers:
            return None
        if hand_in_of(asked) == hand_in_of(now):  # which may have been graded again
            return AskedOf(now.id, numbers[now.id], None)
        return AskedOf(asked.id, numbers[asked.id], numbers[now.id])

    def sent_by(self, student: str) -> Mapping[int, str]:
        """Who sent their attempts, by the ids of these; empty: they themselves, or nobody knows."""
        entries = self._by_student[student]
        came = came_of(entries, self._came(student))
        others = {id_: one.by for id_, one in came.items() if one.by != one.student}
        return {entry.id: others.get(entry.id, "") for entry in entries}

    def _came(self, student: str) -> Sequence[HandIn]:
        """What they handed in at the portal; of a large class all of it takes a while to read."""
        person = self.standing.directory.called(student)
        if person is None or "_hand_ins" in self.__dict__:
            return self._hand_ins.get(student, ())
        return self.standing.by_student(self.handed_in(person.numbers)).get(student, [])

    def find(self, who: str) -> str:
        """What the course calls somebody who handed in; raises UsageError where an identifier
        fits nobody, or several."""
        people = self._directory.find(who)
        if len(people) > 1:
            rivals = ", ".join(person.id for person in people)
            raise UsageError(f"{who!r} fits more than one person: {rivals}")
        # What no list can tell apart is still found by what its file was called.
        called = people[0].id if people else self._by_sight.get(who, who)
        if called in self.counting:
            return called
        if people:
            raise UsageError(f"{called} has not handed in")
        raise UsageError(f"nobody is known as {who!r}")

    def question(self, name: str) -> Asked:
        """Raises UsageError where there is none."""
        if name not in self.asked:
            raise UsageError(f"there is no question {name!r}, but {', '.join(self.asked)}")
        return self.asked[name]

    def grade(self, student: str) -> Grade:
        return next(self.grades({student}))

    def answers(self, students: Iterable[str] | None = None) -> Iterator[Answer]:
        """Every answer that a person marks, by question and then by student."""
        names = [asked.name for asked in self.asked.values() if asked.by_person]
        chosen = self.counting.keys() if students is None else set(students)
        found: dict[str, list[tuple[str, QuestionGrade]]] = {name: [] for name in names}
        for grade in self.grades(chosen - self.forgotten):
            for question in grade.questions:
                if question.name in found:
                    found[question.name].append((grade.student, question))
        groups: dict[tuple[str, str], int] = {}
        for name in names:
            for student, question in found[name]:
                text = " ".join(question.answer.split())
                group = groups.setdefault((name, text), len(groups) + 1)
                version = self.ledger.version(student, name)
                yield Answer(student, question, self.number(student), group, version)
