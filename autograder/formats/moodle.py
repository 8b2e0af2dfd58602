"""Grades as a worksheet that Moodle's assignment imports.

Moodle asks for ``Identifier``, ``Grade`` and ``Last modified (grade)`` in the site's language; a
row whose stored grade is newer than the worksheet's is skipped, so the teacher's worksheet is
filled in and everything else in it left as it is (``feedback/offline/importgradeslib.php``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from autograder.formats.parts import (
    AssignmentInfo,
    CsvCell,
    Document,
    Export,
    csv_text,
    in_order,
    tidy_number,
)
from autograder.formats.roster import Roster, RosterKeys, lms_name_of, match
from autograder.model import Grade

_FILE = "moodle.csv"
_HEADER = (
    *("Identifier", "Full name", "Email address", "Status", "Grade", "Maximum Grade"),
    *("Grade can be changed", "Last modified (submission)", "Last modified (grade)"),
    "Feedback comments",
)


def to_moodle(
    grades: Sequence[Grade], info: AssignmentInfo, roster: Roster | None = None
) -> Export:
    """``roster``: the grading worksheet downloaded from Moodle; its rows keep their order.

    Without it, rows are made for those whose number Moodle wrote into their file's name.
    """
    return _without_roster(grades, info) if roster is None else _filled_in(grades, info, roster)


def comment(grade: Grade) -> str:
    """The points of each question, for a cell; nothing in it is the student's own text."""
    parts = []
    for question in grade.questions:
        score, most = tidy_number(question.score), tidy_number(question.max_score)
        parts.append(f"{question.name} {question.status if score is None else score}/{most}")
    return ", ".join(parts)


def _filled_in(grades: Sequence[Grade], info: AssignmentInfo, roster: Roster) -> Export:
    identifier = roster.required("Identifier", "Moodle")
    score = roster.required("Grade", "Moodle")
    roster.required("Last modified (grade)", "Moodle")
    found = match(in_order(grades), roster, _keys(roster, identifier))
    comments, maximum = roster.column("Feedback comments"), roster.column("Maximum Grade")
    rows: list[list[CsvCell]] = [list(roster.header)]
    for number, known in enumerate(roster.rows):
        row: list[CsvCell] = list(known)
        grade = found.by_row.get(number)
        if grade is not None and tidy_number(grade.score) is not None:
            row[score] = grade.score
            if comments is not None and not known[comments].strip():
                row[comments] = comment(grade)
        rows.append(row)
    notices = found.notices
    if maximum is not None:
        notices += _maximum_differs({row[maximum] for row in roster.rows}, info)
    return Export((Document(_FILE, csv_text(rows)),), notices)


def _keys(roster: Roster, identifier: int) -> RosterKeys:
    numbers = [re.search(r"(?<!\d)\d*$", row[identifier].strip()) for row in roster.rows]
    name = roster.column("Full name")
    end = roster.column("Status") or roster.required("Grade", "Moodle")
    identities = [i for i in range(end) if i not in (identifier, name)]  # which, the site decides
    return RosterKeys(
        [found.group() if found else "" for found in numbers],
        identities,
        [] if name is None else [name],
    )


def _maximum_differs(maxima: set[str], info: AssignmentInfo) -> tuple[str, ...]:
    for text in sorted(maxima):
        try:
            differs = float(text.replace(",", ".")) != info.max_score
        except ValueError:
            continue  # a scale instead of points
        if differs:
            return (
                f"Moodle's maximum grade is {text}, the automatic part is out of "
                f"{tidy_number(info.max_score)}: grades were written as they are, not rescaled.",
            )
    return ()


def _without_roster(grades: Sequence[Grade], info: AssignmentInfo) -> Export:
    rows: list[list[CsvCell]] = [list(_HEADER)]
    notices = []
    for grade in in_order(grades):
        lms = lms_name_of(grade)
        if lms is None or lms.system != "moodle":
            notices.append(
                f"{grade.student} ({grade.file}) has no number of Moodle's in its name: "
                "not exported; give Moodle's grading worksheet as the roster."
            )
            continue
        row: list[CsvCell] = [f"Participant {lms.user}", lms.name, None, None]
        row += [grade.score, info.max_score, "Yes", None, "-", comment(grade)]
        rows.append(row)
    return Export((Document(_FILE, csv_text(rows)),), tuple(notices))
