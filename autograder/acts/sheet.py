"""Written answers as a spreadsheet, and the points that come back in it.

Nothing in it is a formula to a spreadsheet: text that looks like one has an apostrophe in front,
and so has text that begins with such an apostrophe; reading takes one away.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.acts.book import Answer, Book
from autograder.acts.deciding import mark, within
from autograder.acts.ledger import Subject
from autograder.csv_file import read_csv
from autograder.errors import UsageError
from autograder.model import PersonMark
from autograder.store import Act, Mark
from autograder.text import INVISIBLE
from autograder.text import points as shown

COLUMNS = ("student", "question", "answer", "points", "rubric", "comment", "group", "attempt")
_NEEDED = ("student", "question", "points")
_MOST_ANSWER = 30_000
"""Characters of an answer; a cell of a spreadsheet holds 32,767."""
_FORMULA = re.compile(r"'*[=+\-@＝＋－＠\t\r\n]")
_QUOTED = re.compile(r'[",;|\t\r\n]|^\s|\s$')
_COMMA = re.compile(r"[+-]?\d+,\d+")
_MOST_REFUSED = 50


def sheet(answers: Iterable[Answer]) -> Iterator[str]:
    """The table as CSV, line by line, its heading first."""
    yield table_line(COLUMNS)
    for answer in answers:
        given = answer.question.by_person
        yield table_line(
            (
                answer.student,
                answer.question.name,
                _shortened(answer.question.answer),
                "" if given is None else f"{given.points:.10g}",
                "" if given is None else " ".join(_names(given)),
                "" if given is None else given.comment,
                str(answer.group),
                str(answer.attempt),
            )
        )


def table_line(cells: Iterable[str]) -> str:
    """Cells as a line of CSV.  Those that a spreadsheet might split at a separator of its own are
    quoted: ``a;=1+1`` must not become two, the second a formula."""
    return ",".join(map(_cell, cells)) + "\n"


def _cell(text: str) -> str:
    shown = safe(INVISIBLE.sub(" ", text.replace("\r\n", "\n")))
    return '"' + shown.replace('"', '""') + '"' if _QUOTED.search(shown) else shown


def _shortened(text: str) -> str:
    more = len(text) - _MOST_ANSWER
    return text if more <= 0 else f"{text[:_MOST_ANSWER]} … ({more} more characters)"


def safe(text: str) -> str:
    """Text that a spreadsheet takes for text; :func:`unsafe` gives it back."""
    return f"'{text}" if _FORMULA.match(text) else text


def unsafe(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


# ------------------------------------------------------------------ coming back


@dataclass(frozen=True)
class SheetRow:
    """A line of the table."""

    line: int
    cells: Mapping[str, str]
    """By column; without those that the table does not have."""

    @property
    def place(self) -> str:
        return f"line {self.line} ({self.cells['student']}, {self.cells['question']})"


def read_sheet(path: Path) -> list[SheetRow]:
    """The lines that have points or words; raises UsageError where a column is missing."""
    header, *rest = read_csv(path)
    names = [name.strip().casefold() for name in header.cells]
    for name in _NEEDED:
        if name not in names:
            raise UsageError(f"{path} has no column {name!r} in its first line.")
    rows = []
    for row in rest:
        cells = {
            name: unsafe(cell.replace("\r\n", "\n").strip())
            for name, cell in zip(names, row.cells, strict=False)
        }
        whole = {**dict.fromkeys(_NEEDED, ""), **cells}
        if whole["points"] or whole.get("comment") or whole.get("rubric"):
            rows.append(SheetRow(row.line, whole))
    return rows


@dataclass(frozen=True)
class Marked:
    """What a table asks for."""

    acts: tuple[Act, ...]
    unchanged: int
    """How many lines say what is stored already."""
    without_points: tuple[int, ...]
    """Lines with a comment or a rubric and no points: left alone, and nobody sees their words."""
    apart: tuple[str, ...]
    """Where these marks leave partners with different points for one piece of work: question and
    who has what."""


def mark_sheet(book: Book, rows: Sequence[SheetRow], by: str, name: str) -> Marked:
    """The marks that are new; raises UsageError, with a reason for each line that is refused.

    ``name``: what the table is called.
    """
    without = tuple(row.line for row in rows if not row.cells["points"])
    rows = [row for row in rows if row.cells["points"]]
    refused: list[tuple[int, str]] = []
    acts: list[Act] = []
    found: dict[str, str] = {}
    for row in rows:
        try:
            found.setdefault(row.cells["student"], book.find(row.cells["student"]))
        except UsageError as error:
            refused.append((row.line, f"{row.place}: {error}"))
    partners = {one for student in found.values() for one in book.works.get(student, ())}
    answers = {
        (a.student, a.question.name): a for a in book.answers(partners.union(found.values()))
    }
    seen: dict[tuple[str, str], int] = {}
    for row in rows:
        student = found.get(row.cells["student"])
        if student is None:
            continue
        try:
            subject = student, book.question(row.cells["question"]).name
            first = seen.setdefault(subject, row.line)
            if first != row.line:
                raise UsageError(f"is in line {first} as well")
            act = _row_act(book, row, student, answers.get(subject), by)
        except UsageError as error:
            refused.append((row.line, f"{row.place}: {error}"))
        else:
            acts += [] if act is None else [act]
    if refused:
        raise UsageError(_refusal(name, [reason for _, reason in sorted(refused)]))
    return Marked(tuple(acts), len(rows) - len(acts), without, tuple(_apart(book, acts, answers)))


def _apart(book: Book, acts: Iterable[Act], answers: Mapping[Subject, Answer]) -> Iterator[str]:
    subjects = {book.ledger.subject(act): act.what for act in acts}

    def worth(answer: Answer) -> float | None:
        said = answer.question
        new = subjects.get((answer.student, said.name))
        return new.points if isinstance(new, Mark) and not said.override else said.final_points

    told: set[Subject] = set()
    for student, question in subjects:
        mine = answers[student, question]
        group = [answers.get((one, question)) for one in book.works.get(student, ())]
        work = [one for one in group if one is not None and one.group == mine.group]
        worths = {one.student: points for one in work if (points := worth(one)) is not None}
        if len(set(worths.values())) > 1 and (student, question) not in told:
            told |= {(one, question) for one in worths}
            has = (f"{INVISIBLE.sub(' ', one)} {shown(points)}" for one, points in worths.items())
            yield f"{question}: {', '.join(has)}"


def _refusal(name: str, refused: Sequence[str]) -> str:
    more = len(refused) - _MOST_REFUSED
    lines = [*refused[:_MOST_REFUSED], *([f"and {more} more"] if more > 0 else [])]
    told = [INVISIBLE.sub(" ", line) for line in lines]
    return "\n  ".join([f"Nothing was stored, for {name} has what cannot be:", *told])


def _row_act(book: Book, row: SheetRow, student: str, answer: Answer | None, by: str) -> Act | None:
    """None: that is what is stored."""
    asked = book.question(row.cells["question"])
    if not asked.by_person:
        raise UsageError(
            "is not marked by a person (`autograder override` puts points in place of its own)"
        )
    if answer is None:
        raise UsageError("there is no answer to this question that could be marked")
    points = points_of(row.cells["points"])
    within(points, asked.points)
    attempt = row.cells.get("attempt", "")
    if attempt and not book.means(student, attempt):
        raise UsageError(
            f"attempt {attempt} is outdated, or not one of {student}: the one to mark is "
            f"{answer.attempt} (`autograder answers` has its answer)"
        )
    before = answer.question.by_person
    rubric = row.cells.get("rubric")
    names = _names(before) if rubric is None else re.split(r"[\s;,]+", rubric.strip())
    comment = row.cells.get("comment", "" if before is None else before.comment)
    wanted = [name for name in names if name]
    act = mark(book, student, answer.question, points, by, comment=comment, rubric=wanted)
    return None if before is not None and _same(before, act) else act


def _same(before: PersonMark, act: Act) -> bool:
    given = act.what
    return (getattr(given, "points", None), getattr(given, "comment", None)) == (
        before.points,
        before.comment,
    ) and {item.name for item in getattr(given, "rubric", ())} == set(_names(before))


def _names(mark: PersonMark | None) -> list[str]:
    return [] if mark is None else [item.name for item in mark.rubric]


def points_of(text: str) -> float:
    """A number as people write it, also with a comma; raises UsageError for what is none."""
    try:
        return float(text.replace(",", ".") if _COMMA.fullmatch(text) else text)
    except ValueError:
        raise UsageError(f"points {text!r}, which is no number") from None
