"""The instructor's page: everyone's scores in a table to order, and what the class got wrong."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from autograder.model import Grade, QuestionGrade, QuestionStatus, SubmissionStatus
from autograder.report.figure import draw
from autograder.report.html import render
from autograder.report.marks import found, seen, shows_final
from autograder.report.statistics import (
    check_counts,
    counts_and_average,
    misconception_counts,
    question_names,
    score_picture,
    worth_of,
)
from autograder.report.words import WORDS, Words


@dataclass(frozen=True)
class Row:
    """A submission in the table, with its place in each of the three orders."""

    grade: Grade
    cells: tuple[QuestionGrade | None, ...]
    found: str
    final: float | None
    seen: str
    """In a word."""
    link: str
    """Address of the feedback page; empty: none."""
    by_student: int
    by_total: int
    by_found: int


def index_page(
    grades: Sequence[Grade],
    *,
    assignment_title: str,
    pages: Mapping[str, str] | None = None,
    remarks: Sequence[str] = (),
    words: Words = WORDS,
) -> str:
    """An HTML document over all grades, for the instructor only: keep it away from students.

    ``pages`` gives the path of a student's page relative to this one, by student;
    ``remarks`` are sentences on people and times.
    """
    names = question_names(grades)
    picture = score_picture(grades, words)
    return render(
        "index.html.j2",
        w=words,
        title=assignment_title,
        names=[(name, worth_of(name, grades)) for name in names],
        rows=_rows(grades, names, pages or {}, words),
        summary=counts_and_average(grades, words),
        remarks=remarks,
        attention=[grade for grade in grades if _needs_a_look(grade)],
        misconceptions=misconception_counts(grades),
        checks=check_counts(grades),
        submissions=len(grades),
        shows_final=shows_final(grades),
        picture=picture,
        drawing=draw(picture, "scores", words=words) if picture else None,
    )


def _rows(
    grades: Sequence[Grade], names: Sequence[str], pages: Mapping[str, str], words: Words
) -> list[Row]:
    said = [found(grade, words) for grade in grades]

    def places(order: Callable[[int], tuple[Any, ...]]) -> dict[int, int]:
        return {i: rank for rank, i in enumerate(sorted(range(len(grades)), key=order))}

    by_student = places(lambda i: (grades[i].student.casefold(), grades[i].file))
    by_total = places(lambda i: (_score_or_least(grades[i]), by_student[i]))
    by_found = places(lambda i: (said[i] == "", said[i], by_student[i]))
    rows = []
    for i in by_student:
        questions = {question.name: question for question in grades[i].questions}
        rows.append(
            Row(
                grade=grades[i],
                cells=tuple(questions.get(name) for name in names),
                found=said[i],
                final=final.score if (final := grades[i].final) is not None else None,
                seen=words.seen[seen(grades[i])],
                link=_address(pages.get(grades[i].student, "")),
                by_student=by_student[i],
                by_total=by_total[i],
                by_found=by_found[i],
            )
        )
    return rows


def _score_or_least(grade: Grade) -> float:
    return grade.score if grade.score is not None else -1.0


def _needs_a_look(grade: Grade) -> bool:
    """No score through our fault, a file nobody can read, a question that was not judged."""
    return grade.status is not SubmissionStatus.GRADED or any(
        question.score is None and question.status is not QuestionStatus.PENDING
        for question in grade.questions
    )


def _address(path: str) -> str:
    """A relative path as a link that can be nothing else (no other host, no script)."""
    return quote(os.fsencode(path.lstrip("/"))) if path else ""
