"""Canvas: "Download Submissions" in, a gradebook and feedback files out.

In (``lib/content_zipper.rb``)::

    {sortable name, small letters, no blanks}[_LATE]_{user}_{attachment}_{file}
    {sortable name}[_LATE]_{user}_text.html     a text typed in (_link.html: an address)
    [LATE_]anon_{anonymous id}_{attachment}_{file}

Canvas says that something is late, and never when it came.

Out (``lib/gradebook_importer.rb``): a CSV with ``Student`` (or ``LastName`` and ``FirstName``),
``ID`` and, last before the assignments, ``Section``; the second row gives the points possible.
Students are found by ID, then SIS id, login, name, the assignment by its column's title,
``Title (id)``; a title without a known id is offered as a new assignment.  Feedback files go back
in a zip, each found by the user's and the attachment's numbers, the first two parts of its name
between underscores that are numbers (``infer_comment_context_from_filename``).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from autograder.errors import UsageError
from autograder.formats.parts import CsvCell, Document, Export, csv_text, in_order
from autograder.model import Grade, HandedIn, Identity, Source
from autograder.platforms.level import Claim, Level, Owner, Said
from autograder.platforms.roster import Roster, RosterKeys, match
from autograder.platforms.signature import Signature, of_grade
from autograder.platforms.wanted import Wanted, scale_notices
from autograder.text import counted

_CERTAIN_DIGITS = 5
"""Of both of Canvas's numbers; in a large school they are longer."""
_NAME = re.compile(
    r"(?P<before>(?P<name>.+?)(?P<late>_LATE)?_(?P<user>\d+)_(?P<attachment>\d+)_)(?P<file>.+)",
    re.DOTALL,
)
_ANONYMOUS = re.compile(
    r"(?P<before>(?P<late>LATE_)?(?P<name>anon_(?P<user>[A-Za-z0-9]+))_(?P<attachment>\d+)_)"
    r"(?P<file>.+)",
    re.DOTALL,
)
_TYPED = re.compile(
    r"(?P<before>(?P<late>LATE_)?(?P<name>anon_(?P<user>[A-Za-z0-9]+))_)(?P<file>(text|link)\.html)"
    r"|(?P<before2>(?P<name2>.+?)(?P<late2>_LATE)?_(?P<user2>\d+)_)(?P<file2>(text|link)\.html)",
    re.DOTALL,
)
_OTTERS = re.compile(r"_\d{4}_\d\d_\d\dT\d\d_\d\d_\d\d_\d{6}(?=\.zip$)", re.IGNORECASE)
"""The time in a name of Otter's: its numbers are none of Canvas's."""
_PROBLEMS = {
    "text.html": "is a text typed into Canvas, and no file: hand in the notebook itself.",
    "link.html": "is an address typed into Canvas, and no file: hand in the notebook itself.",
}


# ------------------------------------------------------------------ in


def signature(name: str) -> Signature | None:
    """Of a file's name that has Canvas's form, perhaps by chance: ``hw_1_2_alice.ipynb`` has."""
    bare = _OTTERS.sub("", name)
    found = _ANONYMOUS.fullmatch(bare) or _NAME.fullmatch(bare)
    if found is None or len(found["attachment"]) > 18:
        return None
    return Signature(
        found["name"],
        found["user"],
        found["before"],
        name[len(found["before"]) :],
        int(found["attachment"]),
        found["late"] is not None,
    )


def _typed(name: str) -> Signature | None:
    """Of what Canvas made of a text or an address."""
    found = _TYPED.fullmatch(name)
    if found is None:
        return None
    end = "" if found["name"] is not None else "2"
    is_late = found[f"late{end}"] is not None
    name, user, before, file = (found[part + end] for part in ("name", "user", "before", "file"))
    return Signature(name, user, before, file, is_late=is_late)


def _signature_of_any(name: str) -> Signature | None:
    """Of whatever Canvas let somebody hand in: whose it is says also what was typed."""
    return signature(name) or _typed(name)


def signed(names: Collection[str]) -> set[str]:
    """Those of names side by side that Canvas wrote: all that have the form if most have it, and
    no two share an upload's number; else those whose numbers are long.

    ``hw_1_2_alice.ipynb`` and ``hw_1_2_bob.ipynb`` have the form by chance, and must not both
    become the student ``hw``.
    """
    formed = {name: found for name in names if (found := signature(name))}
    uploads = {found.attachment for found in formed.values()}
    owners = {(found.number, found.name) for found in formed.values()}
    users = {found.number for found in formed.values()}
    typed = {name for name in names if name not in formed and _typed(name)}
    if (
        len(uploads) == len(formed)
        and len(owners) == len(users)
        and 2 * (len(formed) + len(typed)) > len(names)
    ):
        return {*formed, *typed}
    return {name for name, found in formed.items() if _is_certain(found)}


def _is_certain(found: Signature) -> bool:
    return min(len(found.number), len(str(found.attachment))) >= _CERTAIN_DIGITS


def claims(level: Level) -> Said:
    ours = signed(level.names)
    return Said(tuple(_claim(name) for name in level.names if name in ours))


def _claim(name: str) -> Claim:
    found = _signature_of_any(name)
    assert found is not None  # it is signed
    is_anonymous = found.name.startswith("anon_") and not found.number.isdigit()
    owner = Owner(
        found.name,
        Identity(number=found.number, name="" if is_anonymous else found.name),
        # Where Canvas does not say late, it was in time: a file's own time is no word against that.
        HandedIn(None, Source.MARKED_LATE if found.is_late else Source.PLATFORM),
        found.attachment,
    )
    problem = None if found.attachment else _PROBLEMS.get(found.file)
    return Claim((name,), (owner,), found.file, problem=problem)


# ------------------------------------------------------------------ out

_FILE = "canvas.csv"
_POINTS = "    Points Possible"
_IDENTITIES = ("ID", "SIS User ID", "SIS Login ID", "Integration ID")
_NEW = "new"
_EXCUSED = "EX"


def export(grades: Sequence[Grade], wanted: Wanted) -> Export:
    """A row a student.  The roster: the gradebook as exported from Canvas, for ids and title.

    A student without a score has an empty cell, which Canvas leaves as it was.  Raises UsageError
    where the gradebook has no column of the title that is wanted.
    """
    roster = wanted.roster
    if roster is None:
        return _without_roster(grades, wanted)
    roster.required("ID", "Canvas")
    width = roster.required("Section", "Canvas") + 1
    names = _name_columns(roster)
    column = _column(roster.header[width:], wanted)
    title = (wanted.info.label if column is None else roster.header[width + column]).strip()
    points = [row for row in roster.rows if _is_points(row, names)]
    people = Roster(roster.header, tuple(row for row in roster.rows if not _is_points(row, names)))
    keys = _keys(people, names)
    found = match(in_order(grades), people, keys, _signature_of_any, wanted.known)
    header: list[CsvCell] = [*roster.header[:width], title]
    possible: CsvCell = wanted.most
    notices = found.notices
    if column is not None and points:
        theirs = points[0][width + column].strip()
        possible = theirs or wanted.most
        notices += scale_notices(wanted, [theirs], f'"{title}" in Canvas')
    rows: list[list[CsvCell]] = [header, [_POINTS, *[None] * (width - 1), possible]]
    excused = []
    for number, grade in sorted(found.by_row.items()):
        cells = people.rows[number]
        is_excused = column is not None and cells[width + column].strip().upper() == _EXCUSED
        excused += [grade.student] if is_excused else []
        rows.append([*cells[:width], _EXCUSED if is_excused else wanted.points(grade)])
    if excused:
        notices += (f"Excused in Canvas, and left so: {', '.join(excused)}.",)
    return Export((Document(_FILE, csv_text(rows)),), notices + _anonymous(grades))


def _name_columns(roster: Roster) -> list[int]:
    """The column ``Student``, or those of the first and the last name."""
    split = [roster.column("LastName"), roster.column("FirstName")]
    columns = [column for column in split if column is not None]
    return columns if len(columns) == 2 else [roster.required("Student", "Canvas")]


def _column(titles: Sequence[str], wanted: Wanted) -> int | None:
    """Which of the assignments' columns; None: a new one is wanted."""
    asked = wanted.column.strip()
    if asked.casefold() == _NEW:
        return None
    for name in (asked,) if asked else (wanted.info.label, wanted.info.slug):
        fitting = [at for at, title in enumerate(titles) if _fits(title, name)]
        if len(fitting) > 1:
            raise UsageError(
                f'The gradebook has {len(fitting)} columns "{name}": choose one by its number, '
                f"with --column. {_listed(titles)}"
            )
        if fitting:
            return fitting[0]
    raise UsageError(
        f'The gradebook has no column "{asked or wanted.info.label}": choose one with --column '
        f'TITLE or NUMBER, or have Canvas make "{wanted.info.label}" with --column new. '
        f"{_listed(titles)}"
    )


def _fits(title: str, name: str) -> bool:
    """Whether a column is called so: by its title, the number behind it, or both."""
    title = title.strip()
    found = re.search(r"\((\d+)\)\Z", title)
    spellings = {title.casefold()}
    if found is not None:
        spellings |= {title[: found.start()].strip().casefold(), found[1]}
    return name.strip().casefold() in spellings


def _listed(titles: Sequence[str]) -> str:
    there = [title.strip() for title in titles if title.strip()]
    return f"There are: {'; '.join(there)}." if there else "There is none yet."


def _anonymous(grades: Sequence[Grade]) -> tuple[str, ...]:
    hidden = [grade for grade in grades if grade.student.startswith("anon_")]
    if not hidden:
        return ()
    return (
        f"{counted(len(hidden), 'submission')} handed in anonymously: a gradebook has no such "
        "names. Download the submissions again once Canvas shows whose they are.",
    )


def _without_roster(grades: Sequence[Grade], wanted: Wanted) -> Export:
    title = wanted.column if wanted.column.casefold() not in ("", _NEW) else wanted.info.label
    header: list[CsvCell] = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", title]
    rows: list[list[CsvCell]] = [header, [_POINTS, None, None, None, None, wanted.most]]
    for grade in in_order(grades):
        found = of_grade(grade, _signature_of_any, wanted.known)
        known = found is not None and found.number.isdigit()
        user, login = (found.number, None) if found and known else (None, grade.student)
        rows.append([grade.student, user, None, login, None, wanted.points(grade)])
    notice = (
        f'Canvas will offer "{title}" as a new assignment unless the number of one stands behind '
        "it, and look for students without an ID by their login: give the gradebook exported from "
        "Canvas as the roster to fill both."
    )
    return Export((Document(_FILE, csv_text(rows)),), (notice, *_anonymous(grades)))


def _is_points(row: Sequence[str], names: Sequence[int]) -> bool:
    return any(row[at].strip().casefold() == "points possible" for at in (0, *names))


def _keys(roster: Roster, names: Sequence[int]) -> RosterKeys:
    columns = [roster.column(title) for title in _IDENTITIES]
    identities = [column for column in columns if column is not None]
    return RosterKeys([row[identities[0]].strip() for row in roster.rows], identities, names)


def feedback_name(grade: Grade, wanted: Wanted) -> str | None:
    """How a student's page is called for Canvas to find whose it is; None: it cannot."""
    found = of_grade(grade, signature, wanted.known)
    return None if found is None else f"{found.before}feedback.html"
