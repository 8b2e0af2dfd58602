"""A class with one computed question and one that a person marks, without grading anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from autograder.acts import Asked, Book, decide
from autograder.batch.output import CurrentGrades
from autograder.model import (
    Grade,
    HandedIn,
    Identity,
    QuestionGrade,
    QuestionStatus,
    RubricItem,
    Source,
    SubmissionStatus,
    Usage,
)
from autograder.people import Rules, import_people, read_people, standing_of
from autograder.settings import Attempts, Late
from autograder.store import Act, Attempt, Store, to_row

DUE = datetime(2025, 3, 14, 18, tzinfo=UTC)
RUBRIC = (
    RubricItem("sums", "says that squares are summed", 4.0),
    RubricItem("stops", "says that steps get small", 6.0),
    RubricItem("long", "is too long", -2.0),
)


@dataclass
class SmallClass:
    """Who handed in what, and what is decided of it; every look is a new one at the store."""

    store: Store
    late: Late = field(default_factory=lambda: Late(due=DUE, policy="share_per_day", share=0.1))
    written_points: float = 10.0

    def hand_in(
        self,
        student: str,
        answer: str = "It stops.",
        adam: float | None = 18.0,
        *,
        days_late: int = 0,
        version: str = "v1",
        digest: str | None = None,
        misconceptions: tuple[str, ...] = (),
        **identity: str,
    ) -> None:
        computed = QuestionGrade(
            "adam", "Adam", QuestionStatus.PARTIAL, adam, 90.0, misconceptions=misconceptions
        )
        written = QuestionGrade(
            "why", "Why", QuestionStatus.PENDING, None, self.written_points, answer=answer
        )
        status = SubmissionStatus.GRADED
        questions = (computed, written)
        grade = Grade(
            student,
            f"{student}.py",
            status,
            adam,
            90.0,
            questions=questions,
            usage=Usage(cpu_seconds=float(version.removeprefix("v"))),
        )
        attempt = Attempt(
            assignment="rates",
            assignment_version=version,
            digest=f"{student} {answer} {adam}" if digest is None else digest,
            grade=grade,
            graded_at="2025-03-15T00:00:00+00:00",
            circumstances={},
            handed_in=HandedIn(DUE + timedelta(days=days_late, hours=-1), Source.PLATFORM),
            whose=Identity(**identity),
        )
        self.store.append([to_row(attempt)])

    def people(self, path: Path, text: str) -> None:
        path.write_text(text, encoding="utf-8")
        import_people(self.store, read_people(path))

    @property
    def grades(self) -> CurrentGrades:
        standing = standing_of(self.store, Rules("rates", Attempts(), self.late))
        return CurrentGrades(self.store, standing, final_max_score=100.0)

    @property
    def book(self) -> Book:
        grades = self.grades
        return Book(
            assignment="rates",
            asked={
                "adam": Asked("adam", 90.0, False),
                "why": Asked(
                    "why", self.written_points, True, grades.ledger.rubric("why") or RUBRIC
                ),
            },
            faults=frozenset({"correction_missing", "moment_overwritten"}),
            ledger=grades.ledger,
            attempts=grades.stored,
            counting={entry.student: entry.id for entry in grades.entries},
            grades=grades.of,
            handed_in=grades.handed_in,
        )

    def decide(self, *acts: Act) -> str:
        return decide(self.store, self.book.ledger, acts)

    def grade(self, student: str) -> Grade:
        return next(self.grades.of({student}))

    def question(self, student: str, name: str = "why") -> QuestionGrade:
        found = {question.name: question for question in self.grade(student).questions}
        return found[name]

    def final(self, student: str) -> float | None:
        final = self.grade(student).final
        assert final is not None
        return final.score
