"""A ``results.json`` for each submission, as Gradescope reads it (``docs/specs.md``)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from autograder.formats.parts import AssignmentInfo, Document, Export, in_order, tidy_number
from autograder.model import Check, Grade, QuestionGrade, QuestionStatus
from autograder.submission.names import safe_name


def to_gradescope(grades: Sequence[Grade], info: AssignmentInfo) -> Export:
    """A folder a student.  A submission that was not graded through our fault has no score:
    Gradescope then reports that the autograder failed, instead of a 0."""
    return Export(
        tuple(
            Document(f"gradescope/{safe_name(grade.student)}/results.json", to_results(grade))
            for grade in in_order(grades)
        )
    )


def to_results(grade: Grade) -> str:
    """One ``results.json``; all tests are visible, since one hidden test hides the total."""
    said = "\n".join([*([grade.message] if grade.message else []), *grade.notices])
    results: dict[str, Any] = {"output": said, "output_format": "text"}
    score = tidy_number(grade.score)
    if score is not None:
        results |= {
            "score": score,
            "visibility": "visible",
            "stdout_visibility": "hidden",
            "tests": [_test(number, q) for number, q in enumerate(grade.questions, 1)],
        }
    text = json.dumps(results, indent=1, ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", "replace").decode() + "\n"


def _test(number: int, question: QuestionGrade) -> dict[str, Any]:
    test: dict[str, Any] = {
        "name": question.title or question.name,
        "number": str(number),
        "max_score": tidy_number(question.max_score),
        "output": "\n".join(_lines(question)),
        "output_format": "text",
        "visibility": "visible",
        "extra_data": {
            "question": question.name,
            "question_status": str(question.status),
            "misconceptions": list(question.misconceptions),
        },
    }
    score = tidy_number(question.score)
    if score is not None:
        test["score"] = score
        test["status"] = "passed" if question.status is QuestionStatus.FULL else "failed"
    return test


def _lines(question: QuestionGrade) -> list[str]:
    lines = [question.message] if question.message else []
    if question.status is QuestionStatus.PENDING and not lines:
        lines.append("A person grades this question.")
    lines += [_line(check) for check in question.checks]
    for explanation in question.explanations:
        lines.append(f"{explanation.title}: {explanation.what} {explanation.hint}")
    return lines


def _line(check: Check) -> str:
    mark = "✓" if check.passed else "✗"
    points = f"{tidy_number(check.score)}/{tidy_number(check.max_score)}"
    return f"{mark} {check.name} ({points}): {check.message}"
