"""Grades as ``nbgrader export`` writes them (``plugins/export.py``)."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.formats.parts import AssignmentInfo, CsvCell, Document, Export, csv_text, in_order
from autograder.model import Grade

_HEADER = (
    *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
    *("raw_score", "late_submission_penalty", "score", "max_score"),
)


def to_nbgrader(grades: Sequence[Grade], info: AssignmentInfo) -> Export:
    """A row a student.  Dates and people's names, which are nbgrader's own, are left empty."""
    rows: list[list[CsvCell]] = [list(_HEADER)]
    for grade in in_order(grades):
        person: list[CsvCell] = [grade.student, None, None, None]
        scores: list[CsvCell] = [grade.score, 0, grade.score, grade.max_score]
        rows.append([info.slug, None, None, *person, *scores])
    return Export((Document("nbgrader.csv", csv_text(rows)),))
