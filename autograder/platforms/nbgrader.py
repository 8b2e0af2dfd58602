"""nbgrader: a course's ``submitted`` folder in, a gradebook out.

In: ``submitted/{student}/{assignment}/{notebook}.ipynb``, and beside it ``timestamp.txt``, which
nbgrader's ``collect`` writes over whatever the student handed in under that name.

Out: the rows that ``nbgrader export`` writes (``plugins/export.py``), and a program that puts them
into nbgrader's gradebook by nbgrader's own functions, since no command of its takes grades in.
"""

from __future__ import annotations

from collections.abc import Sequence

from autograder.formats.parts import CsvCell, Document, Export, csv_text, in_order
from autograder.model import Grade, HandedIn, Identity, Source
from autograder.platforms import times
from autograder.platforms.level import Claim, Level, Owner, Said, note_text
from autograder.platforms.wanted import Wanted

_SUBMITTED = "submitted"
_OTHERS = frozenset({"source", "release", "autograded", "feedback", "inbound", "exchange"})
"""Folders of a course of nbgrader's beside that."""
_TIME = "timestamp.txt"
_ZONELESS = (
    "Some of nbgrader's timestamps are without a zone that is known: they count once [late] "
    "timezone in assignment.toml says which."
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
    zoneless = False
    for folder in folders:
        if has_it and folder[-1] != level.assignment:
            made.append(Claim(folder, reason="of another assignment"))
            continue
        handed_in = _time(level, folder)
        zoneless |= handed_in is not None and handed_in.at is None
        student = folder[depth]
        made.append(Claim(folder, (Owner(student, Identity(id=student), handed_in),)))
    outside = "outside of nbgrader's folder submitted" if above else "outside of an assignment"
    made += [Claim((name,), reason=outside) for name in level.names]
    return Said(tuple(made), notices=(_ZONELESS,) if zoneless else ())


def _time(level: Level, folder: tuple[str, ...]) -> HandedIn | None:
    """None: nbgrader has written no time there."""
    entry = level.by_place.get((*folder, _TIME))
    if entry is None:
        return None
    at = times.of_stamp(note_text(entry) or "", level.zone)
    return HandedIn(at, Source.PLATFORM) if at is not None else HandedIn()


# ------------------------------------------------------------------ out

_HEADER = (
    *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
    *("raw_score", "late_submission_penalty", "score", "max_score"),
)


def export(grades: Sequence[Grade], wanted: Wanted) -> Export:
    """A row a student, and the program.  Dates and names, which are nbgrader's own, are empty."""
    rows: list[list[CsvCell]] = [list(_HEADER)]
    for grade in in_order(grades):
        person: list[CsvCell] = [grade.student, None, None, None]
        scores: list[CsvCell] = [grade.score, 0, grade.score, grade.max_score]
        rows.append([wanted.info.slug, None, None, *person, *scores])
    return Export((Document("nbgrader.csv", csv_text(rows)),))
