"""Grades as a CSV that Canvas's gradebook imports.

Canvas asks for ``Student``, ``ID`` and, last before the assignments, ``Section``; the second row
gives the points possible.  It finds students by ID, then SIS id, login, name, and the assignment by
its column's title, ``Title (id)``; a title without a known id is offered as a new assignment
(``lib/gradebook_importer.rb``).
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
)
from autograder.formats.roster import Roster, RosterKeys, lms_name_of, match
from autograder.model import Grade

_FILE = "canvas.csv"
_POINTS = "    Points Possible"
_IDENTITIES = ("ID", "SIS User ID", "SIS Login ID", "Integration ID")


def to_canvas(
    grades: Sequence[Grade], info: AssignmentInfo, roster: Roster | None = None
) -> Export:
    """A row a student.  ``roster``: the gradebook as exported from Canvas, for ids and title.

    A student without a score has an empty cell, which Canvas leaves as it was.
    """
    if roster is None:
        return _without_roster(grades, info)
    roster.required("ID", "Canvas")
    width = roster.required("Section", "Canvas") + 1
    student = roster.required("Student", "Canvas")
    people = Roster(
        roster.header, tuple(row for row in roster.rows if not _is_points(row, student))
    )
    found = match(in_order(grades), people, _keys(people, student))
    header: list[CsvCell] = [*roster.header[:width], _title(roster.header[width:], info)]
    rows: list[list[CsvCell]] = [header, [_POINTS, *[None] * (width - 1), info.max_score]]
    for number, grade in sorted(found.by_row.items()):
        rows.append([*people.rows[number][:width], grade.score])
    return Export((Document(_FILE, csv_text(rows)),), found.notices)


def _without_roster(grades: Sequence[Grade], info: AssignmentInfo) -> Export:
    header: list[CsvCell] = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", info.label]
    rows: list[list[CsvCell]] = [header, [_POINTS, None, None, None, None, info.max_score]]
    for grade in in_order(grades):
        lms = lms_name_of(grade)
        known = lms is not None and lms.system == "canvas" and lms.user.isdigit()
        user, login = (lms.user, None) if lms and known else (None, grade.student)
        rows.append([grade.student, user, None, login, None, grade.score])
    notice = (
        f'Canvas will offer "{info.label}" as a new assignment and look for students without an '
        "ID by their login: give the gradebook exported from Canvas as the roster to fill both."
    )
    return Export((Document(_FILE, csv_text(rows)),), (notice,))


def _is_points(row: Sequence[str], student: int) -> bool:
    return row[student].strip().casefold() == "points possible"


def _keys(roster: Roster, student: int) -> RosterKeys:
    columns = [roster.column(title) for title in _IDENTITIES]
    identities = [column for column in columns if column is not None]
    return RosterKeys([row[identities[0]].strip() for row in roster.rows], identities, [student])


def _title(titles: Sequence[str], info: AssignmentInfo) -> str:
    """The column's title in Canvas, with its id, where the roster has the assignment already."""
    for wanted in (info.label, info.slug):
        for title in titles:
            bare = re.sub(r"\(\d+\)$", "", title.strip()).strip()
            if bare.casefold() == wanted.casefold():
                return title
    return info.label
