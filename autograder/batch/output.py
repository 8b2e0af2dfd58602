"""The files of an ``--out`` folder: where they lie, and how they come about."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, overload

from autograder.acts import (
    Asked,
    Book,
    Files,
    Ledger,
    Requests,
    requests_by_subject,
    with_acts,
    with_final,
    with_seen,
)
from autograder.batch.files import whole_file
from autograder.course import Assignment
from autograder.formats import AssignmentInfo, csv_parts, json_parts
from autograder.model import Grade, Lateness
from autograder.people import (
    Counted,
    Standing,
    apply_late,
    counted_time,
    counting,
    lateness,
    unknown_time,
)
from autograder.store import Entry
from autograder.submission import safe_name

if TYPE_CHECKING:
    from autograder.store.decided import Acts
    from autograder.store.hand_ins import HandIn, HandIns


@dataclass(frozen=True)
class OutFolder:
    """Names of what ``grade`` writes (they are relied upon: keep them)."""

    path: Path

    @property
    def store(self) -> Path:
        return self.path / "grades.db"

    @property
    def csv(self) -> Path:
        return self.path / "grades.csv"

    @property
    def json(self) -> Path:
        return self.path / "grades.json"

    @property
    def index(self) -> Path:
        """The instructor's page; not for students."""
        return self.path / "index.html"

    @property
    def feedback(self) -> Path:
        return self.path / "feedback"

    def page(self, student: str) -> Path:
        return self.feedback / f"{safe_name(student, folds_case=self._folds_case)}.html"

    @cached_property
    def _folds_case(self) -> bool:
        """Whether the disk takes ``Alice.html`` and ``alice.html`` for one file."""
        with (
            contextlib.suppress(OSError),
            tempfile.NamedTemporaryFile(prefix=".probe.", suffix=".part", dir=self.path) as probe,
        ):
            lower = Path(probe.name)
            return lower.with_name(lower.name.upper()).exists()
        return False


_FEW = 500
"""Grades that are kept in memory."""


class Grades(Protocol):
    """What is read of a store."""

    @property
    def acts(self) -> Acts: ...

    @property
    def hand_ins(self) -> HandIns: ...

    def entries(self, assignment: str) -> list[Entry]: ...

    def grades(self, ids: Sequence[int], *, details: bool = False) -> Iterator[Grade]: ...


class CurrentGrades(Sequence[Grade]):
    """The grades that count, by student, late policy applied; read from the store as needed.

    Of a large course it holds no grades: iterating reads a few at a time, so that exporting takes
    no more memory than for a small one, whose grades are read once and kept.
    """

    def __init__(
        self,
        store: Grades,
        standing: Standing,
        *,
        final_max_score: float = 0.0,
        details: bool = False,
        decided: bool = True,
    ) -> None:
        """``final_max_score``: points of all questions, of which a submission that could not be
        graded has none; ``decided``: with what people decided."""
        self._store = store
        self._details = details
        self._decided = decided
        self._final_max_score = final_max_score
        self.standing = standing
        self.stored: tuple[Entry, ...] = tuple(store.entries(standing.assignment))
        """All attempts as the store has them, oldest first."""
        entries = self.attempts = standing.joined(self.stored)
        self.counted: Mapping[str, Counted] = counting(entries, standing.policies)
        self.entries: tuple[Entry, ...] = tuple(each.entry for each in self.counted.values())
        newest = {entry.student: entry.id for entry in entries}
        self.not_newest = frozenset(e.student for e in self.entries if newest[e.student] != e.id)
        """Students of whom an attempt counts that was not graded last."""

    def with_details(self) -> CurrentGrades:
        """The same grades with what feedback pages show."""
        fuller = copy(self)
        fuller.__dict__.pop("_few", None)
        fuller._details = True
        return fuller

    def decided_since(self, ledger: Ledger) -> CurrentGrades:
        """The same attempts, with what people have decided by now."""
        newer = copy(self)
        for name in ("_requests", "_few"):
            newer.__dict__.pop(name, None)
        newer.__dict__["ledger"] = ledger
        return newer

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[Grade]:
        return iter(self._few) if len(self) <= _FEW else self._read(self.entries)

    @cached_property
    def _few(self) -> tuple[Grade, ...]:
        return tuple(self._read(self.entries))

    @overload
    def __getitem__(self, index: int) -> Grade: ...
    @overload
    def __getitem__(self, index: slice) -> list[Grade]: ...
    def __getitem__(self, index: int | slice) -> Grade | list[Grade]:
        if isinstance(index, slice):
            return list(self._read(self.entries[index]))
        return next(self._read([self.entries[index]]))

    def of(self, students: Container[str]) -> Iterator[Grade]:
        """The grades of these students only (names as the store has them)."""
        if isinstance(students, set | frozenset):  # a few of many are found at once
            chosen = sorted(students & self.counted.keys())
            return self._read([self.counted[student].entry for student in chosen])
        return self._read([entry for entry in self.entries if entry.student in students])

    def judged(self, attempt: int) -> Grade:
        """Any attempt, by its id, as the program judged it and lateness has it."""
        entry = next(entry for entry in self.attempts if entry.id == attempt)
        (grade,) = self._store.grades([attempt], details=self._details)
        told = replace(grade, student=entry.student)
        return apply_late(told, entry.handed_in, self.standing.policies)

    def _read(self, entries: Sequence[Entry]) -> Iterator[Grade]:
        grades = self._store.grades([entry.id for entry in entries], details=self._details)
        for entry, grade in zip(entries, grades, strict=True):
            said = (grade.message, *self.counted[entry.student].notices)
            message = " ".join(filter(None, said)) or None
            joined = grade
            if (grade.student, grade.message) != (entry.student, message):
                joined = replace(grade, student=entry.student, message=message)
            yield self._shown(apply_late(joined, entry.handed_in, self.standing.policies), entry)

    def _shown(self, grade: Grade, entry: Entry) -> Grade:
        """With what people decided, and with what its student was shown of it."""
        if not self._decided:
            return grade
        policies = self.standing.policies
        files = Files(entry.digest, self._by_id)
        decided = with_acts(grade, self.ledger, self._requests, files)
        most = sum(question.max_score for question in grade.questions) or self._final_max_score
        at = counted_time(entry.handed_in, policies.late)
        final = with_final(decided, most, at, policies)
        return with_seen(final, self.ledger, lambda one: next(self._store.acts.shown([one])))

    def handed_in(self, people: Collection[int] | None = None) -> list[HandIn]:
        """What people of these numbers handed in at the portal, oldest first; None: all of it."""
        hand_ins, assignment = self._store.hand_ins, self.standing.assignment
        return hand_ins.all(assignment) if people is None else hand_ins.of(people, assignment)

    @cached_property
    def _by_id(self) -> Mapping[int, Entry]:
        return {entry.id: entry for entry in self.stored}

    @cached_property
    def ids(self) -> Mapping[str, int]:
        """Of the attempts that count, by student, in their order."""
        return {entry.student: entry.id for entry in self.entries}

    @cached_property
    def ledger(self) -> Ledger:
        """What people decided, when it was asked for first."""
        acts = self._store.acts.of(self.standing.assignment)
        published = self._store.acts.published(self.standing.assignment) if acts else ()
        return Ledger(acts, self.standing, published)

    @cached_property
    def _requests(self) -> Requests:
        return requests_by_subject(self.ledger.requests())

    @cached_property
    def late(self) -> Mapping[str, Lateness]:
        """By student, of those who are late: what it takes off what counts."""
        policies = self.standing.policies
        found = {
            e.student: lateness(
                e.student, counted_time(e.handed_in, policies.late), e.score, policies
            )
            for e in self.entries
        }
        late = {student: cost for student, cost in found.items() if cost is not None}
        if not (self._decided and self.ledger.acts):
            return late
        return {one.student: one.late for one in self.of(late.keys()) if one.late is not None}

    @cached_property
    def without_time(self) -> tuple[Entry, ...]:
        """Attempts of which it cannot be said if they were late: nothing is taken off."""
        late = self.standing.policies.late
        return tuple(entry for entry in self.entries if unknown_time(entry.handed_in, late))

    @cached_property
    def not_handed_in(self) -> tuple[str, ...]:
        """Students who are known to take the course and have no attempt."""
        people = self.standing.not_handed_in(entry.student for entry in self.entries)
        return tuple(person.id for person in people)


def write_results(grades: Iterable[Grade], info: AssignmentInfo, out: OutFolder) -> None:
    """Write ``grades.csv`` and ``grades.json`` in the order given, each whole or not at all.

    Goes through the grades twice, and holds none of them.
    """
    for path, parts in ((out.csv, csv_parts), (out.json, json_parts)):
        with whole_file(path) as file:
            file.writelines(part.encode() for part in parts(grades, info))


def info_of(assignment: Assignment, grades: CurrentGrades | None = None) -> AssignmentInfo:
    """What the formats need to know of an assignment."""
    return AssignmentInfo(
        slug=assignment.slug,
        max_score=assignment.max_score,
        questions=tuple(question.name for question in assignment.questions),
        title=assignment.title,
        not_handed_in=() if grades is None else grades.not_handed_in,
    )


def book_of(assignment: Assignment, grades: CurrentGrades) -> Book:
    """What people may decide on."""
    return Book(
        assignment=assignment.slug,
        asked={
            question.name: Asked(
                question.name,
                question.points,
                question.by_person,
                question.rubric if changed is None else changed,
            )
            for question in assignment.questions
            for changed in (grades.ledger.rubric(question.name),)
        },
        faults=assignment.faults,
        ledger=grades.ledger,
        attempts=grades.stored,
        counting=grades.ids,
        grades=grades.of,
        handed_in=grades.handed_in,
    )
