"""Lists of people, as a course keeps them and as learning platforms export them.

===========  =======================================================================
roster       ``id`` and, if it has them, ``name email section role login sis_id number``;
             ``E-Mail`` or ``Mail address`` are ``email``, too
canvas       the gradebook: ``Student ID SIS User ID SIS Login ID Section`` ...
moodle       the grading worksheet: ``Identifier Full name Email address`` ...,
             or participants: ``First name Last name Email address ID number`` ...
gradescope   the roster: ``First Name Last Name SID Email Role Section``
nbgrader     ``id first_name last_name email``
===========  =======================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.csv_file import read_csv, read_table
from autograder.errors import UsageError
from autograder.model import Identity
from autograder.people.names import key
from autograder.store import PersonRecord
from autograder.text import INVISIBLE

ROLES = ("student", "ta", "instructor")
_ROLES_ELSEWHERE = {
    "teacher": "instructor",
    "manager": "instructor",
    "owner": "instructor",
    "non-editing teacher": "ta",
    "teaching assistant": "ta",
    "grader": "ta",
    "reader": "ta",
}

_ROSTER = ("id", "name", "email", "section", "role", "login", "sis_id", "number")
_SPELT = {part.replace("_", ""): part for part in _ROSTER}
_SPELT |= dict.fromkeys(("emailaddress", "mail", "mailaddress"), "email")
"""Columns of a roster, by the letters of their titles."""
_TAKEN = f"A roster has the columns {', '.join(_ROSTER)}."
_MOST_NAMED = 20

Cells = Mapping[str, str]
"""A line of the file, by lower-case title of the column; what is missing is empty."""


@dataclass(frozen=True)
class Listed:
    """A line of a list."""

    line: int
    """Where it ends in the file, counted from 1."""
    record: PersonRecord


@dataclass(frozen=True)
class PeopleList:
    """A list that was recognised and read."""

    path: Path
    kind: str
    """``roster``, ``canvas``, ``moodle``, ``gradescope`` or ``nbgrader``."""
    people: tuple[Listed, ...]
    notices: tuple[str, ...] = ()
    """Sentences on what of it was not taken."""


@dataclass(frozen=True)
class _Format:
    kind: str
    columns: Sequence[frozenset[str]]
    """All of one of these sets are in its first line."""
    read: Callable[[Cells], PersonRecord | None]
    """None: the line is nobody."""
    needed: tuple[str, ...] = ()
    """Columns of which no cell may be empty."""


def read_people(path: Path) -> PeopleList:
    """The people on a list; raises UsageError where it is none that is known, naming file and
    line where one of them cannot be meant."""
    rows = [
        (line, _Cells((column, _shown(cell)) for column, cell in cells.items()))
        for line, cells in read_table(path, ())
    ]
    titles = [title.strip() for title in read_csv(path)[0].cells]
    header = {title.casefold() for title in titles}
    found = next(
        (f for f in _FORMATS if any(columns <= header for columns in f.columns)),
        None,
    )
    if found is None:
        raise UsageError(
            f"{path} is no list of people that is known: it should have a column id (and name, "
            "email, section, role), or be the gradebook of Canvas, a grading worksheet or "
            "participants of Moodle, the roster of Gradescope or students of nbgrader, in English."
        )
    people = []
    for line, cells in rows:
        for column in found.needed:
            if not cells[column]:
                raise UsageError(f"{path}, line {line}: the {column} is missing.")
        try:
            record = found.read(cells)
        except ValueError as error:
            raise UsageError(f"{path}, line {line}: {error}.") from None
        if record is not None and record.identity != Identity():
            people.append(Listed(line, record))
    if not people:
        raise UsageError(f"There is nobody on {path}.")
    _refuse_twice(path, people)
    # What platforms export has columns that are about nobody, and are no news.
    notices = _not_taken(titles) if found.kind == "roster" else ()
    return PeopleList(path, found.kind, tuple(people), notices)


def _not_taken(titles: Sequence[str]) -> tuple[str, ...]:
    """Columns of a roster that say nothing here, in a sentence; none where all of them do."""
    others = [f"“{_shown(title)}”" for title in titles if title and _part_of(title) is None]
    if not others:
        return ()
    more = len(others) - _MOST_NAMED
    named = ", ".join(others[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
    return (f"Not taken: the column{'s' if len(others) > 1 else ''} {named}. {_TAKEN}",)


def _part_of(title: str) -> str | None:
    """What a column of a roster is, however it is spelt; None: nothing that is taken."""
    return _SPELT.get("".join(letter for letter in key(title) if letter.isalnum()))


def _shown(cell: str) -> str:
    """Without what a terminal would obey: on a platform people name themselves."""
    return " ".join(INVISIBLE.sub(" ", cell).split())


class _Cells(dict[str, str]):
    def __missing__(self, column: str) -> str:
        return ""


def _refuse_twice(path: Path, people: Sequence[Listed]) -> None:
    """No two lines may be one person."""
    seen: dict[tuple[str, str], int] = {}
    for listed in people:
        identity = listed.record.identity
        for part in ("id", "login", "sis_id", "email", "number"):
            text = key(getattr(identity, part))
            before = seen.setdefault((part, text), listed.line)
            if text and before != listed.line:
                raise UsageError(
                    f"{path}, line {listed.line}: {getattr(identity, part)!r} is on the list "
                    f"twice, in line {before} as well."
                )


# ------------------------------------------------------------------ line by line


def _of_roster(columns: Cells) -> PersonRecord | None:
    cells = _Cells()
    for title, cell in columns.items():
        part = _part_of(title)
        if part is not None:
            cells[part] = cells[part] or cell  # of two columns for one, the first that is filled
    role = key(cells["role"])
    if role and role not in ROLES:
        raise ValueError(f"the role {cells['role']!r} should be student, ta or instructor")
    identity = Identity(
        id=cells["id"],
        login=cells["login"],
        sis_id=cells["sis_id"],
        email=cells["email"],
        number=cells["number"],
        name=cells["name"],
    )
    return PersonRecord(identity, cells["section"], role, "roster")


def _of_canvas(cells: Cells) -> PersonRecord | None:
    name = cells["student"] or _full_name(cells["firstname"], cells["lastname"])
    login, sis_id = cells["sis login id"], cells["sis user id"]
    if not cells["id"] or (key(name) == "student, test" and not sis_id):
        return None  # the points that are possible; the student whom Canvas makes up
    identity = Identity(login=login, sis_id=sis_id, number=cells["id"], name=name)
    return PersonRecord(identity, cells["section"], "", "canvas")


def _of_moodle(cells: Cells) -> PersonRecord | None:
    number = cells["identifier"].split()[-1] if cells["identifier"] else ""
    last_name = cells["last name"] or cells["surname"]
    name = cells["full name"] or _full_name(cells["first name"], last_name)
    identity = Identity(
        login=cells["username"],
        sis_id=cells["id number"],
        email=cells["email address"],
        number=number,
        name=name,
    )
    section = cells["group"] or cells["groups"]
    return PersonRecord(identity, section, _role(cells["roles"]), "moodle")


def _of_gradescope(cells: Cells) -> PersonRecord | None:
    name = cells["name"] or _full_name(cells["first name"], cells["last name"])
    identity = Identity(sis_id=cells["sid"], email=cells["email"], name=name)
    section = cells["section"] or cells["sections"]
    return PersonRecord(identity, section, _role(cells["role"]), "gradescope")


def _of_nbgrader(cells: Cells) -> PersonRecord | None:
    name = _full_name(cells["first_name"], cells["last_name"])
    identity = Identity(
        id=cells["id"], email=cells["email"], number=cells["lms_user_id"], name=name
    )
    return PersonRecord(identity, "", "", "nbgrader")


def _full_name(first: str, last: str) -> str:
    return f"{last}, {first}" if first and last else first or last


def _role(text: str) -> str:
    role = key(text.split(",")[0])
    return role if role in ROLES else _ROLES_ELSEWHERE.get(role, "")


_FORMATS = (
    _Format(
        "canvas",
        (
            frozenset({"student", "id", "section"}),
            frozenset({"student", "id", "sis login id"}),
            frozenset({"lastname", "firstname", "id", "section"}),
        ),
        _of_canvas,
    ),
    _Format("moodle", (frozenset({"identifier", "full name"}),), _of_moodle, ("identifier",)),
    _Format("gradescope", (frozenset({"sid", "email"}),), _of_gradescope),
    _Format("nbgrader", (frozenset({"id", "first_name", "last_name"}),), _of_nbgrader, ("id",)),
    _Format(
        "moodle",
        tuple(
            frozenset({"first name", last, other})
            for last in ("last name", "surname")
            for other in ("email address", "id number", "username")
        ),
        _of_moodle,
    ),
    _Format("roster", (frozenset({"id"}),), _of_roster, ("id",)),
)
"""The first that fits is taken."""
