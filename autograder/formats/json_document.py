"""``grades.json``: everything that was found, for other programs.

There is no time in it, and nothing that depends on the order of work: grading the same files again
gives the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from autograder.formats.parts import AssignmentInfo, in_order, tidy_number
from autograder.model import Check, Grade, QuestionGrade


def to_json(grades: Sequence[Grade], info: AssignmentInfo) -> str:
    """Sorted by student; ends with a newline."""
    document = {
        "assignment": info.slug,
        "max_score": tidy_number(info.max_score),
        "submissions": [grade_as_json(grade) for grade in in_order(grades)],
    }
    text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False)
    # Half a character, which a student's message may hold, cannot be written as UTF-8.
    return text.encode("utf-8", "replace").decode() + "\n"


def grade_as_json(grade: Grade) -> dict[str, Any]:
    """One entry of ``submissions``."""
    return {
        "student": grade.student,
        "file": grade.file,
        "status": str(grade.status),
        "score": tidy_number(grade.score),
        "max_score": tidy_number(grade.max_score),
        "message": grade.message,
        "questions": [_question(question) for question in grade.questions],
    }


def _question(question: QuestionGrade) -> dict[str, Any]:
    return {
        "name": question.name,
        "status": str(question.status),
        "score": tidy_number(question.score),
        "max_score": tidy_number(question.max_score),
        "misconceptions": list(question.misconceptions),
        "checks": [_check(check) for check in question.checks],
        "message": question.message,
    }


def _check(check: Check) -> dict[str, Any]:
    return {
        "name": check.name,
        "passed": check.passed,
        "score": tidy_number(check.score),
        "max_score": tidy_number(check.max_score),
        "message": check.message,
    }
