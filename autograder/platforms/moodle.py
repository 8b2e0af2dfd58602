"""Moodle: "Download all submissions" in, the grading worksheet and feedback files out.

In (``mod/assign/classes/downloader.php``)::

    {Full name}_{number}_assignsubmission_file[_]/...    in folders
    {Full name}_{number}_assignsubmission_file_{file}    flat
    Participant_{number}_assignsubmission_file_...       blind

The archive bears the time of the download.  When something came says the grading worksheet, where
it lies in or beside the class's folder: ``Last modified (submission)``, in the site's language and
without a zone.

Out (``feedback/offline/importgradeslib.php``): Moodle asks for ``Identifier``, ``Grade`` and ``Last
modified (grade)`` in the site's language; a row whose stored grade is newer than the worksheet's is
skipped, so the teacher's worksheet is filled in and everything else in it left as it is.  Feedback
files (``feedback/file/importziplib.php``) lie in ``{Full name}_{number}_assignfeedback_file_/``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from autograder.errors import UsageError
from autograder.formats.parts import (
    AssignmentInfo,
    CsvCell,
    Document,
    Export,
    csv_text,
    in_order,
    tidy_number,
)
from autograder.model import Grade, HandedIn, Identity, Source
from autograder.platforms import times
from autograder.platforms.entries import Entry
from autograder.platforms.level import Claim, Level, Owner, Read, Said, list_text
from autograder.platforms.roster import Roster, RosterKeys, match, parse_roster
from autograder.platforms.signature import Signature, of_grade
from autograder.platforms.wanted import Wanted, scale_notices
from autograder.text import counted

_NAME = re.compile(
    r"(?P<before>(?P<name>.+?)_(?P<user>\d+)_assignsubmission_(?P<kind>file|onlinetext))"
    r"(?:_(?P<file>.*))?",
    re.DOTALL,
)
_TYPED = "is a text typed into Moodle, and no file: hand in the notebook itself."
_BLIND = "participant"


# ------------------------------------------------------------------ in


def signature(name: str) -> Signature | None:
    """Of a file's or folder's name; nobody else writes such a one."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    number, spelled = found["user"], found["name"]
    person = f"{spelled} {number}" if spelled.casefold() == _BLIND else spelled
    return Signature(person, number, found["before"] + "_", found["file"] or "")


def signed(names: Collection[str]) -> set[str]:
    """Those of the names that Moodle wrote."""
    return {name for name in names if _NAME.fullmatch(name) is not None}


def claims(level: Level) -> Said:
    found = {name: sign for name in level.names if (sign := signature(name)) is not None}
    if not found:
        return Said()
    # Where files lie flat, a CSV that Moodle named is a student's, whatever is in it.
    lists = [entry for entry in level.lists(".csv") if entry.name not in found]
    sheets = [sheet for entry in lists if (sheet := _sheet(entry, level))]
    people = {number: owner for sheet in sheets for number, owner in sheet.people.items()}
    notices = tuple(dict.fromkeys(notice for sheet in sheets for notice in sheet.notices))
    made = tuple(_claim(name, sign, people.get(sign.number)) for name, sign in found.items())
    return Said(made, tuple(sheet.read for sheet in sheets), notices)


def _claim(name: str, sign: Signature, known: _Known | None) -> Claim:
    is_blind = sign.name.casefold().startswith(_BLIND + " ")
    whose = Identity(number=sign.number, name="" if is_blind else sign.name)
    at = None
    if known is not None:
        whose, at = known.whose, known.handed_in
    problem = _TYPED if "_assignsubmission_onlinetext" in name else None
    return Claim((name,), (Owner(sign.name, whose, at),), sign.file, problem=problem)


@dataclass(frozen=True)
class _Known:
    """A line of the worksheet."""

    whose: Identity
    handed_in: HandedIn


@dataclass(frozen=True)
class _Sheet:
    """A grading worksheet."""

    read: Read
    people: Mapping[str, _Known]
    """By the number that ends the ``Identifier``."""
    notices: tuple[str, ...] = field(default=())


_NO_ZONE = (
    "Moodle's worksheet gives times without a zone: they count once [late] timezone in "
    "assignment.toml says which."
)
_NOT_ENGLISH = (
    "The times in Moodle's worksheet are in another language than English and were not read: "
    "download it with English as your language, or give the times with --times."
)
_TIME = "Last modified (submission)"


def _sheet(entry: Entry, level: Level) -> _Sheet | None:
    """A CSV as a worksheet; None: it is none."""
    text = list_text(entry)
    if text is None:
        return None
    try:
        roster = parse_roster(text)
    except UsageError:
        return None
    identifier = roster.column("Identifier")
    if identifier is None:
        return None
    columns = {title: roster.column(title) for title in _KNOWN}
    told, people = [], {}
    for row in roster.rows:
        cells = {title: row[at].strip() for title, at in columns.items() if at is not None}
        time = cells.get(_TIME, "").strip("- ")
        told += [time] if time else []
        at = times.of_english(time, level.zone)
        number = _number(row[identifier])
        people[number] = _Known(
            Identity(
                login=cells.get("Username", ""),
                sis_id=cells.get("ID number", ""),
                email=cells.get("Email address", ""),
                number=number,
                name=cells.get("Full name", ""),
            ),
            HandedIn(at, Source.PLATFORM) if at is not None else HandedIn(),
        )
    notices = [_NO_ZONE] if told and level.zone is None else []
    if not all(map(times.is_english, told)):
        notices.append(_NOT_ENGLISH)
    return _Sheet(Read(entry, "Moodle's grading worksheet"), people, tuple(notices))


_KNOWN = ("Full name", "Email address", "ID number", "Username", _TIME)


def _number(identifier: str) -> str:
    """The digits that end ``Participant 123``."""
    text = identifier.strip()
    return text[len(text.rstrip("0123456789")) :]


# ------------------------------------------------------------------ out

_FILE = "moodle.csv"
_HEADER = (
    *("Identifier", "Full name", "Email address", "Status", "Grade", "Maximum Grade"),
    *("Grade can be changed", "Last modified (submission)", "Last modified (grade)"),
    "Feedback comments",
)


def export(grades: Sequence[Grade], wanted: Wanted) -> Export:
    """The roster: the grading worksheet downloaded from Moodle; its rows keep their order.

    Without it, rows are made for those whose number Moodle wrote into their file's name.
    """
    if wanted.roster is None:
        return _without_roster(grades, wanted)
    return _filled_in(grades, wanted, wanted.roster)


def comment(grade: Grade) -> str:
    """The points of each question, for a cell; nothing in it is the student's own text."""
    parts = []
    for question in grade.questions:
        score, most = tidy_number(question.score), tidy_number(question.max_score)
        parts.append(f"{question.name} {question.status if score is None else score}/{most}")
    if grade.late is not None and grade.late.points:
        parts.append(f"late {tidy_number(grade.late.points)}")
    return ", ".join(parts)


def _filled_in(grades: Sequence[Grade], wanted: Wanted, roster: Roster) -> Export:
    identifier = roster.required("Identifier", "Moodle")
    score = roster.required("Grade", "Moodle")
    roster.required("Last modified (grade)", "Moodle")
    found = match(in_order(grades), roster, _keys(roster, identifier), signature, wanted.known)
    comments, maximum = roster.column("Feedback comments"), roster.column("Maximum Grade")
    rows: list[list[CsvCell]] = [list(roster.header)]
    kept = 0
    for number, known in enumerate(roster.rows):
        row: list[CsvCell] = list(known)
        grade = found.by_row.get(number)
        points = None if grade is None else wanted.points(grade)
        if grade is not None and points is not None:
            row[score] = points
            if comments is not None and _is_ours(known[comments], wanted.info):
                row[comments] = comment(grade)
            elif comments is not None:
                kept += 1
        rows.append(row)
    notices = found.notices
    if kept:
        notices += (f"{counted(kept, 'comment')} that a person wrote in Moodle: left as they are.",)
    if maximum is not None:
        theirs = {row[maximum] for row in roster.rows}
        notices += scale_notices(wanted, theirs, "The assignment in Moodle")
    return Export((Document(_FILE, csv_text(rows)),), notices)


def _is_ours(text: str, info: AssignmentInfo) -> bool:
    """Whether a comment is empty or one of :func:`comment`'s, perhaps of an earlier export."""
    bare = re.sub(r"<[^<>]{0,100}>", "", text).strip()  # Moodle gives it back as a paragraph
    if not bare:
        return True
    parts = [re.fullmatch(r"(\w+) [\w.]+/[\d.]+|(late) -[\d.]+", part) for part in bare.split(", ")]
    names = {part[1] or part[2] for part in parts if part is not None}
    return None not in parts and names <= {*info.questions, "late"}


def _keys(roster: Roster, identifier: int) -> RosterKeys:
    name = roster.column("Full name")
    end = roster.column("Status") or roster.required("Grade", "Moodle")
    identities = [i for i in range(end) if i != name]  # which, the site decides
    return RosterKeys(
        [_number(row[identifier]) for row in roster.rows],
        identities,
        [] if name is None else [name],
    )


def _without_roster(grades: Sequence[Grade], wanted: Wanted) -> Export:
    rows: list[list[CsvCell]] = [list(_HEADER)]
    notices = []
    for grade in in_order(grades):
        found = of_grade(grade, signature, wanted.known)
        if found is None:
            notices.append(
                f"{grade.student} ({grade.file}) has no number of Moodle's in its name: "
                "not exported; give Moodle's grading worksheet as the roster."
            )
            continue
        row: list[CsvCell] = [f"Participant {found.number}", found.name, None, None]
        row += [wanted.points(grade), wanted.most, "Yes", None, "-", comment(grade)]
        rows.append(row)
    return Export((Document(_FILE, csv_text(rows)),), tuple(notices))


def feedback_name(grade: Grade, wanted: Wanted) -> str | None:
    """Where a student's page lies for Moodle to find whose it is; None: it cannot."""
    found = of_grade(grade, signature, wanted.known)
    if found is not None:
        return _feedback_place(found.name, found.number)
    roster = wanted.roster
    if roster is None:
        return None
    identifier = roster.required("Identifier", "Moodle")
    rows = match([grade], roster, _keys(roster, identifier), signature, wanted.known).by_row
    for number in rows:
        name = roster.column("Full name")
        spelled = "" if name is None else roster.rows[number][name]
        return _feedback_place(spelled or "Participant", _number(roster.rows[number][identifier]))
    return None


def _feedback_place(name: str, number: str) -> str:
    # Moodle splits at underscores, and finds the person by the number alone.
    spelled = re.sub(r"[_/\\\x00-\x1f]+", " ", name).strip(" .~") or "Participant"
    return f"{spelled}_{number}_assignfeedback_file_/feedback.html"
