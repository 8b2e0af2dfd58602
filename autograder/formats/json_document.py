"""``grades.json``: everything that was found, for other programs.

There is no time in it but those that count for the late policy, and nothing that depends on the
order of work: grading the same files again gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec

from autograder.formats.parts import AssignmentInfo, in_order, late_of_score, tidy_number
from autograder.model import (
    Check,
    Final,
    Grade,
    Lateness,
    OtherFile,
    Override,
    PersonMark,
    QuestionGrade,
    Said,
)
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
        yield before + _indented(json_row(grade)).replace("\n", "\n  ")
        before, end = ",\n  ", "\n ]\n}\n"
    yield end


def _indented(value: Any) -> str:
    try:
        text = msgspec.json.encode(value)
    except UnicodeEncodeError:
        text = msgspec.json.encode(whole_throughout(value))
    return msgspec.json.format(text, indent=1).decode()


def json_row(grade: Grade) -> dict[str, Any]:
    """One entry of ``submissions``, as plain data."""
    return {
        "student": grade.student,
        "file": grade.file,
        "status": grade.status,
        "score": tidy_number(grade.score),
        "max_score": tidy_number(grade.max_score),
        "score_before_late": tidy_number(grade.score_before_late),
        "late": _late(late_of_score(grade)),
        "handed_in": {"at": _time(grade.handed_in.at), "source": grade.handed_in.source},
        "extended_to": _time(grade.extended_to),
        "message": grade.message,
        "questions": [_question(question) for question in grade.questions],
        **_final(grade),
    }


def _final(grade: Grade) -> dict[str, Any]:
    """What it is worth in the end, and what of it the student sees."""
    final, seen = grade.final or Final(None, grade.max_score, None), grade.seen
    return {
        "final_score": tidy_number(final.score),
        "final_max_score": tidy_number(final.max_score),
        "final_score_before_late": tidy_number(final.before_late),
        "published": grade.published,
        "published_score": None if seen is None else tidy_number(seen.score),
        "published_at": None if seen is None else _time(seen.at.replace(microsecond=0)),
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
        **_decided(question),
    }


def _decided(question: QuestionGrade) -> dict[str, Any]:
    """What people decided of it; nothing where nobody did."""
    decided: dict[str, Any] = {}
    if question.by_person is not None:
        decided["by_person"] = _mark(question.by_person)
    if question.earlier_mark is not None:
        decided["earlier_mark"] = _mark(question.earlier_mark)
    if question.override is not None:
        decided["override"] = {
            "points": tidy_number(question.override.points),
            "reason": question.override.reason,
            **_by(question.override),
            **_made_for(question.override.made_for),
        }
    if question.comments:
        decided["comments"] = [
            {
                **_said(said),
                "misconception": said.misconception or None,
                **_made_for(said.made_for),
            }
            for said in question.comments
        ]
    if question.requests:
        decided["requests"] = [
            {
                "number": one.number,
                **_said(one.asked),
                "replies": [_said(said) for said in one.replies],
                "open": one.is_open,
            }
            for one in question.requests
        ]
    return decided


def _made_for(other: OtherFile | None) -> dict[str, Any]:
    """Nothing where it was made for the file that counts."""
    return {} if other is None else {"made_for": {"file": other.file, "digest": other.digest}}


def _mark(mark: PersonMark) -> dict[str, Any]:
    return {
        "points": tidy_number(mark.points),
        "comment": mark.comment,
        **_by(mark),
        "rubric": [
            {"name": item.name, "text": item.text, "points": tidy_number(item.points)}
            for item in mark.rubric
        ],
    }


def _said(said: Said) -> dict[str, Any]:
    return {"text": said.text, **_by(said)}


def _by(decided: PersonMark | Override | Said) -> dict[str, Any]:
    return {"by": decided.by, "at": _time(decided.at)}


def _check(check: Check) -> dict[str, Any]:
    return {
        "name": check.name,
        "passed": check.passed,
        "score": tidy_number(check.score),
        "max_score": tidy_number(check.max_score),
        "message": check.message,
    }
