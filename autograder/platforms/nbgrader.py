"""nbgrader: a course's ``submitted`` folder in, a gradebook out.

In: ``submitted/{student}/{assignment}/{notebook}.ipynb``, and beside it ``timestamp.txt``, which
nbgrader's ``collect`` writes over whatever the student handed in under that name.

Out: the rows that ``nbgrader export`` writes (``plugins/export.py``), and a program that puts them
into nbgrader's gradebook by nbgrader's own functions, since no command of its takes grades in.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC
from importlib import resources

from autograder.formats.parts import CsvCell, Document, Export, csv_text, in_order, tidy_number
from autograder.model import (
    Grade,
    HandedIn,
    Identity,
    QuestionStatus,
    Source,
    SubmissionStatus,
)
from autograder.platforms import times
from autograder.platforms.level import Claim, Level, Owner, Said, note_text
from autograder.platforms.wanted import Wanted
from autograder.text import whole_throughout

_SUBMITTED = "submitted"
_OTHERS = frozenset({"source", "release", "autograded", "feedback", "inbound", "exchange"})
"""Folders of a course of nbgrader's beside that."""
_TIME = "timestamp.txt"
_UNKNOWN = (
    "Some of nbgrader's timestamps are in a zone that is not known, or are no times: give these "
    "with --times."
)


# ------------------------------------------------------------------ in


def is_course(names: Sequence[tuple[str, ...]]) -> bool:
    """Whether places are a course's folder of nbgrader's and nothing else is in it."""
    return any(place[0] == _SUBMITTED and len(place) > 3 for place in names) and all(
        place[0] in {*_OTHERS, _SUBMITTED} for place in names if len(place) > 1
    )


def claims(level: Level) -> Said:
    places = [one.names for one in level.placed]
    if is_course(places):
        above: tuple[str, ...] = (_SUBMITTED,)
    elif level.folder == _SUBMITTED:
        above = ()
    else:
        return Said()
    depth = len(above)
    folders = {
        place[: depth + 2]: None
        for place in places
        if place[:depth] == above and len(place) > depth + 2
    }
    has_it = any(folder[-1] == level.assignment for folder in folders)
    made = []
    unknown = False
    for folder in folders:
        if has_it and folder[-1] != level.assignment:
            made.append(Claim(folder, reason="of another assignment"))
            continue
        handed_in = _time(level, folder)
        unknown |= handed_in is not None and handed_in.at is None
        student = folder[depth]
        made.append(Claim(folder, (Owner(student, Identity(id=student), handed_in),)))
    outside = "outside of nbgrader's folder submitted" if above else "outside of an assignment"
    made += [Claim((name,), reason=outside) for name in level.names]
    return Said(tuple(made), notices=(_UNKNOWN,) if unknown else ())


def _time(level: Level, folder: tuple[str, ...]) -> HandedIn | None:
    """None: nbgrader has written no time there."""
    entry = level.by_place.get((*folder, _TIME))
    if entry is None:
        return None
    at = times.of_stamp(note_text(entry) or "", UTC)  # as nbgrader takes one without a zone
    return HandedIn(at, Source.PLATFORM) if at is not None else HandedIn()


# ------------------------------------------------------------------ out

_HEADER = (
    *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
    *("raw_score", "late_submission_penalty", "score", "max_score"),
)
_PROGRAM = "into_gradebook.py"


def export(grades: Sequence[Grade], wanted: Wanted) -> Export:
    """``nbgrader.csv``, and what puts the grades into a gradebook: ``nbgrader.json`` and a program.

    Dates and names, which are nbgrader's own, are empty.  Who has no score is in none of them.
    """
    scored = [grade for grade in in_order(grades) if tidy_number(grade.score) is not None]
    program = resources.files("autograder.platforms").joinpath(_PROGRAM).read_text("utf-8")
    notice = (
        "No command of nbgrader's takes grades in: python into_gradebook.py, in the course's "
        "folder, puts them into its gradebook."
    )
    return Export(
        (
            Document("nbgrader.csv", csv_text(_rows(scored, wanted))),
            Document("nbgrader.json", _document(scored, wanted)),
            Document(_PROGRAM, program),
        ),
        (notice,),
    )


def _rows(grades: Sequence[Grade], wanted: Wanted) -> Iterator[list[CsvCell]]:
    yield list(_HEADER)
    for grade in grades:
        at = grade.handed_in.at
        time = None if at is None else f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
        person: list[CsvCell] = [grade.student, None, None, None]
        raw = grade.score if grade.score_before_late is None else grade.score_before_late
        scores: list[CsvCell] = [raw, _penalty(grade), grade.score, grade.max_score]
        yield [wanted.info.slug, None, time, *person, *scores]


def _penalty(grade: Grade) -> float:
    return 0.0 if grade.late is None else abs(grade.late.points)


def _document(grades: Sequence[Grade], wanted: Wanted) -> str:
    judged = [question for grade in grades for question in grade.questions]
    most = {question.name: question.max_score for question in judged}
    by_person = {q.name for q in judged if q.status is QuestionStatus.PENDING}
    document = {
        "assignment": wanted.info.slug,
        "questions": [
            {"name": name, "max_score": most.get(name, 0.0), "by_person": name in by_person}
            for name in wanted.info.questions
        ],
        "submissions": [
            {
                "student": grade.student,
                "handed_in": None if grade.handed_in.at is None else str(grade.handed_in.at),
                "late_submission_penalty": _penalty(grade),
                "scores": _scores(grade, wanted),
            }
            for grade in grades
        ],
    }
    return json.dumps(whole_throughout(document), indent=1, ensure_ascii=False) + "\n"


def _scores(grade: Grade, wanted: Wanted) -> dict[str, float | None]:
    """A file that nobody could read has 0 in each question."""
    if grade.status is SubmissionStatus.UNREADABLE:
        return dict.fromkeys(wanted.info.questions, 0.0)
    return {question.name: tidy_number(question.score) for question in grade.questions}
