"""Otter: what ``grader.export()`` gives a student to hand in, and grades as Otter writes them.

In: ``{notebook}_{2025_10_31T20_04_05_123456}.zip`` with the notebook in it, a ``.OTTER_LOG`` and
perhaps a PDF.  The name is the notebook's, so whose it is says a folder or a platform around it;
only where names differ is each taken for a person's.  The time is the student's clock's.

Out: ``final_grades.csv`` as ``otter grade`` writes it (``otter/grade/utils.py``).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, tzinfo

from autograder.formats.parts import CsvCell, Document, Export, csv_text
from autograder.model import Grade, Identity, SubmissionStatus
from autograder.platforms import times
from autograder.platforms.level import Claim, Level, Owner, Said
from autograder.platforms.wanted import Wanted
from autograder.submission.names import clean
from autograder.submission.naming import likeness

_NAME = re.compile(
    r"(?P<name>.+)_(?P<stamp>\d{4}_\d\d_\d\dT\d\d_\d\d_\d\d)_\d{6}\.zip", re.DOTALL | re.IGNORECASE
)


def is_export(name: str) -> bool:
    """Whether Otter wrote a name."""
    return _NAME.fullmatch(name) is not None


def time_in(name: str, zone: tzinfo | None) -> datetime | None:
    """When a student exported this, as the archive's name says; None: it says nothing."""
    found = _NAME.fullmatch(name)
    return None if found is None else times.of_numbers(found["stamp"], zone)


def claims(level: Level) -> Said:
    found = {name: match for name in level.files if (match := _NAME.fullmatch(name))}
    counts = Counter(match["name"] for match in found.values())
    made = []
    for name, match in found.items():
        person = match["name"]
        if likeness(person, level.assignment) or counts[person] == len(found) > 1:
            person = name[: -len(".zip")]  # the notebook's name: all that differs is the time
        number = int(re.sub(r"\D", "", match["stamp"]))
        owner = Owner(person, Identity(id=clean(person).strip()), attempt=number)
        made.append(Claim((name,), (owner,), name, is_upload=False))
    return Said(tuple(made))


# ------------------------------------------------------------------ out

_POINTS = "points-per-question"


def export(grades: Sequence[Grade], wanted: Wanted) -> Export:
    """A row a submission, by file, the first with the points there are.

    A question that has no score yet is an empty cell, where Otter has a 0; and so is what depends
    on one.
    """
    most = {question.name: question.max_score for grade in grades for question in grade.questions}
    names = sorted(wanted.info.questions)
    total = sum(most.get(name, 0.0) for name in names)
    rows: list[list[CsvCell]] = [
        ["file", *names, "total_points_earned", "percent_correct", "grading_status"],
        [_POINTS, *(most.get(name) for name in names), total, 1, "--"],
    ]
    for grade in sorted(grades, key=lambda grade: grade.file):
        scores = {question.name: question.score for question in grade.questions}
        # Nobody could read it: then that is what every question is worth.
        nothing = 0 if grade.status is SubmissionStatus.UNREADABLE else None
        cells = [scores.get(name, nothing) for name in names]
        share = None if grade.score is None or not total else grade.score / total
        graded = grade.status is SubmissionStatus.GRADED
        status = "Completed" if graded else grade.message or str(grade.status)
        rows.append([grade.file, *cells, grade.score, share, status])
    return Export((Document("final_grades.csv", csv_text(rows)),))
