"""``grades.csv``: a row a student, a column a question; last who has not handed in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from autograder.formats.parts import AssignmentInfo, csv_text, in_order, late_of_score
from autograder.model import Grade

_FINAL = (
    *("final_score", "final_max_score", "published", "published_score", "overrides"),
    "overrides_of_another_file",
)
_TIMES = (
    *("score_before_late", "late_days", "late_points", "late_reason"),
    *("handed_in", "handed_in_source", "extended_to"),
)


def to_csv(grades: Sequence[Grade], info: AssignmentInfo) -> str:
    """Sorted by student.  A score that is None (pending, or could not be judged) is empty."""
    return "".join(csv_parts(in_order(grades), info))


def csv_parts(grades: Iterable[Grade], info: AssignmentInfo) -> Iterator[str]:
    """The same in the order given, row by row."""
    yield csv_text([["student", "file", "status", "score", "max_score", *info.questions,
                     "misconceptions", "message", *_TIMES, *_FINAL]])  # fmt: skip
    for grade in grades:
        yield csv_text([_row(grade, info)])
    nothing = [None] * (len(info.questions) + 2 + len(_TIMES) + len(_FINAL))
    for student in info.not_handed_in:
        yield csv_text([[student, None, "not_handed_in", None, info.max_score, *nothing]])


def _row(grade: Grade, info: AssignmentInfo) -> list[str | float | None]:
    by_name = {question.name: question for question in grade.questions}
    scores = [by_name[name].score if name in by_name else None for name in info.questions]
    named = [f"{q.name}:{slug}" for q in grade.questions for slug in q.misconceptions]
    return [
        *(grade.student, grade.file, str(grade.status), grade.score, grade.max_score),
        *scores,
        *(" ".join(named), grade.message),
        *_times(grade),
        *_final(grade),
    ]


def _final(grade: Grade) -> list[str | float | None]:
    final, seen = grade.final, grade.seen
    overrides = [
        (f"{question.name}:{question.override.points:.10g}", question.override.made_for)
        for question in grade.questions
        if question.override is not None
    ]
    return [
        *((None, None) if final is None else (final.score, final.max_score)),
        # "no" too where something has changed since: the score beside it tells.
        "yes" if grade.published else "no",
        None if seen is None else seen.score,
        " ".join(told for told, _ in overrides),
        " ".join(told for told, made_for in overrides if made_for is not None),
    ]


def _times(grade: Grade) -> list[str | float | None]:
    late, at, own_due = late_of_score(grade), grade.handed_in.at, grade.extended_to
    return [
        grade.score_before_late,
        *((None, None, None) if late is None else (late.by_days, late.points, late.reason)),
        None if at is None else at.isoformat(),
        str(grade.handed_in.source),
        None if own_due is None else own_due.isoformat(),
    ]
