"""``grades.json``: everything that was found, for other programs.

There is no time in it but those that count for the late policy, and nothing that depends on the
order of work: grading the same files again gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec

from autograder.formats.parts import AssignmentInfo, in_order, tidy_number
from autograder.model import Check, Grade, Lateness, QuestionGrade
from autograder.text import whole_throughout


def to_json(grades: Sequence[Grade], info: AssignmentInfo) -> str:
    """Sorted by student; ends with a newline."""
    return "".join(json_parts(in_order(grades), info))


def json_parts(grades: Iterable[Grade], info: AssignmentInfo) -> Iterator[str]:
    """The same in the order given, in parts, so that a large course need not be in memory."""
    points = _indented(tidy_number(info.max_score))
    yield f'{{\n "assignment": {_indented(info.slug)},\n "max_score": {points},'
    absent = _indented(list(info.not_handed_in)).replace("\n", "\n ")
    yield f'\n "not_handed_in": {absent},\n "submissions": ['
    end = "]\n}\n"
    before = "\n  "
    for grade in grades:
        # A line end within a text is written \n: those that are left are the layout's.
        yield before + _indented(_entry(grade)).replace("\n", "\n  ")
        before, end = ",\n  ", "\n ]\n}\n"
    yield end


def _indented(value: Any) -> str:
    try:
        text = msgspec.json.encode(value)
    except UnicodeEncodeError:
        text = msgspec.json.encode(whole_throughout(value))
    return msgspec.json.format(text, indent=1).decode()


def _entry(grade: Grade) -> dict[str, Any]:
    """One entry of ``submissions``."""
    return {
        "student": grade.student,
        "file": grade.file,
        "status": grade.status,
        "score": tidy_number(grade.score),
        "max_score": tidy_number(grade.max_score),
        "score_before_late": tidy_number(grade.score_before_late),
        "late": _late(grade.late),
        "handed_in": {"at": _time(grade.handed_in.at), "source": grade.handed_in.source},
        "extended_to": _time(grade.extended_to),
        "message": grade.message,
        "questions": [_question(question) for question in grade.questions],
    }


def _late(late: Lateness | None) -> dict[str, Any] | None:
    if late is None:
        return None
    points = tidy_number(late.points)
    return {
        "by_days": late.by_days,
        "points": points,
        "reason": late.reason,
        "covered_days": late.covered_days,
    }


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _question(question: QuestionGrade) -> dict[str, Any]:
    return {
        "name": question.name,
        "status": question.status,
        "score": tidy_number(question.score),
        "max_score": tidy_number(question.max_score),
        "misconceptions": question.misconceptions,
        "checks": [_check(check) for check in question.checks],
        "message": question.message,
        "evidence": question.evidence,
    }


def _check(check: Check) -> dict[str, Any]:
    return {
        "name": check.name,
        "passed": check.passed,
        "score": tidy_number(check.score),
        "max_score": tidy_number(check.max_score),
        "message": check.message,
    }
