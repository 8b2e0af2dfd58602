"""``grades.csv``: a row a student, a column a question."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from autograder.formats.parts import AssignmentInfo, csv_text, in_order
from autograder.model import Grade


def to_csv(grades: Sequence[Grade], info: AssignmentInfo) -> str:
    """Sorted by student.  A score that is None (pending, or could not be judged) is empty."""
    return "".join(csv_parts(in_order(grades), info))


def csv_parts(grades: Iterable[Grade], info: AssignmentInfo) -> Iterator[str]:
    """The same in the order given, row by row."""
    yield csv_text([["student", "file", "status", "score", "max_score", *info.questions,
                     "misconceptions", "message"]])  # fmt: skip
    for grade in grades:
        yield csv_text([_row(grade, info)])


def _row(grade: Grade, info: AssignmentInfo) -> list[str | float | None]:
    by_name = {question.name: question for question in grade.questions}
    scores = [by_name[name].score if name in by_name else None for name in info.questions]
    named = [f"{q.name}:{slug}" for q in grade.questions for slug in q.misconceptions]
    return [
        *(grade.student, grade.file, str(grade.status), grade.score, grade.max_score),
        *scores,
        *(" ".join(named), grade.message),
    ]
