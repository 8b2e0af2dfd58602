"""Whether the notebook of one assignment answers a question of another.

Students have all of a course's notebooks.  A function that one of them gives, to compare with, may
be what another asks for under another name.  So each is handed in for each of the others, to the
real grader: as it is, and then with every given function under the name of each function that is
asked for and that it could stand in for, because it needs no argument that this one is not given.
Code that a text shows counts as given, too.

An assignment may say that its students get it only when others are over (``[release] after``): then
it may show what answers those, as long as their due date is past.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path

from autograder.authoring.master import read_master
from autograder.course import Assignment, Course
from autograder.errors import LeakError
from autograder.grading import grade_submission
from autograder.model import Cell, Submission
from autograder.sandbox import Sandbox
from autograder.settings import Refused, among, shown

STUDENT = "release"
"""Whose hidden instances the notebooks are judged on."""

_FENCED = re.compile(r"^(`{3,}|~{3,})[ ]*python\b[^\n]*\n(.*?)^\1[ ]*$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Crossing:
    """Points of a question that another assignment's notebook earns."""

    cell: int
    """Of that notebook, counted from 1; 0: it cannot be said which."""
    function: str
    """The function given there."""
    asked: str
    """The name under which it earns them."""
    question: str
    score: float
    max_score: float

    def __str__(self) -> str:
        place = f"cell {self.cell}" if self.cell else "it"
        handed_in = f", handed in as {self.asked}," if self.asked != self.function else ""
        return (
            f"{place} answers {self.question}: {self.function}{handed_in} earns {self.score:g} of "
            f"{self.max_score:g} points"
        )


@dataclass(frozen=True)
class _Given:
    """A cell that students get, or code that its text shows."""

    cell: int
    source: str


def refuse_crossings(
    course: Course, slug: str, notebook: str, templates: Path, box: Sandbox
) -> None:
    """Refuse a students' notebook that answers another assignment, or is answered by one.

    ``notebook``: the text of the one that is to be released; the others are those in
    ``templates``, as far as they are there.

    Raises LeakError, with cell, question and points of each; AssignmentError where an order names
    no assignment.
    """
    refuse = _Refusing(course, box)
    refuse.unknown_names(slug)
    for other in course.assignments():
        if other != slug:
            refuse.where(slug, notebook, other)
            released = templates / other / f"{other}.ipynb"
            if released.is_file():
                refuse.where(other, released.read_text(encoding="utf-8"), slug)


class _Refusing:
    """Asks for one course what its notebooks earn."""

    def __init__(self, course: Course, box: Sandbox) -> None:
        self.course, self.box = course, box
        self.settings = course.rules()
        self.loaded: dict[str, Assignment] = {}

    def unknown_names(self, slug: str) -> None:
        for place, name in enumerate(self.settings[slug].release.after):
            if name == slug or name not in self.settings:
                others = [other for other in self.settings if other != slug]
                reason = f"is {shown(name)}, which is no other assignment; {among(name, others)}"
                path = self.course.folder / "assignments" / slug / "assignment.toml"
                raise Refused(("release", "after", place), reason).within(path)

    def where(self, giving: str, notebook: str, asking: str) -> None:
        """Raises LeakError where the notebook of ``giving`` answers ``asking`` too early."""
        due = self.settings[asking].late.due_at
        comes_after = asking in self.settings[giving].release.after
        if comes_after and (due is None or due < datetime.now(UTC)):
            return
        if asking not in self.loaded:
            self.loaded[asking] = self.course.load(asking)
        found = crossings(notebook, self.loaded[asking], self.box)
        if not found:
            return
        listed = "".join(f"\n  {crossing}" for crossing in found)
        until = (
            f"Release {giving} when {asking} is over: it is due on {due:%Y-%m-%d %H:%M} UTC."
            if comes_after and due
            else "Give it in another form; or, where students get this notebook only when "
            f'{asking} is over, write after = ["{asking}"] below [release] in '
            f"assignments/{giving}/assignment.toml."
        )
        raise LeakError(
            f"Not released: {giving}.ipynb answers questions of {asking}.{listed}\n{until}"
        )


def crossings(notebook: str, asking: Assignment, box: Sandbox) -> tuple[Crossing, ...]:
    """What a students' notebook of another assignment earns, a line a function of a question.

    Raises SandboxError where it could not be run.
    """
    given = _given(json.loads(notebook))
    functions = {name: (cell, wants) for cell, name, wants in _functions(given)}
    wanted = dict(_asked(asking))
    stand_ins = {
        asked: [name for name, (_, wants) in functions.items() if wants <= takes]
        for asked, takes in wanted.items()
    }
    found: dict[tuple[str, str], Crossing] = {}
    for handed_in in ({}, *_rounds(stand_ins)):
        for crossing in _earned(given, handed_in, functions, asking, box):
            found.setdefault((crossing.question, crossing.function), crossing)
    return tuple(found.values())


def _rounds(stand_ins: Mapping[str, Sequence[str]]) -> Iterator[dict[str, str]]:
    """Each stand-in once: questions are judged apart, so one submission tries one for each."""
    for names in zip_longest(*stand_ins.values()):
        yield {asked: name for asked, name in zip(stand_ins, names, strict=True) if name}


def _earned(
    given: Sequence[_Given],
    handed_in: Mapping[str, str],
    functions: Mapping[str, tuple[int, frozenset[str]]],
    asking: Assignment,
    box: Sandbox,
) -> Iterator[Crossing]:
    cells = [Cell(one.cell, one.source) for one in given]
    if handed_in:
        names = ", ".join(handed_in)
        found = ", ".join(f"globals().get({name!r})" for name in handed_in.values())
        cells.append(Cell(len(cells) + 1, f"({names},) = ({found},)\n"))
    submission = Submission(STUDENT, f"{STUDENT}.ipynb", tuple(cells))
    grade = grade_submission(submission, asking, box)
    for question, asked in zip(grade.questions, asking.questions, strict=True):
        if not question.score:
            continue
        # Without another name it is the function of this name, if one is defined by that name.
        names_of = [name for name in asked.kind.functions if name in handed_in] or [
            name for name in asked.kind.functions if name in functions
        ]
        for name in names_of or asked.kind.functions[:1]:
            function = handed_in.get(name, name)
            cell = functions[function][0] if function in functions else 0
            yield Crossing(cell, function, name, question.name, question.score, question.max_score)


# ------------------------------------------------------------------ what is given, what is asked


def _given(notebook: Mapping[str, Sequence[Mapping[str, str | list[str]]]]) -> tuple[_Given, ...]:
    """All code cells, and then the code in texts, so that this changes nothing of the cells."""
    cells, shown = [], []
    for number, cell in enumerate(notebook["cells"], start=1):
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            cells.append(_Given(number, source))
        elif cell["cell_type"] == "markdown":
            shown += [_Given(number, code) for _, code in _FENCED.findall(source)]
    return (*cells, *shown)


def _functions(given: Sequence[_Given]) -> Iterator[tuple[int, str, frozenset[str]]]:
    """Each function that is not a stub: its cell, its name, and the arguments that it needs."""
    for one in given:
        for definition in _definitions(one.source):
            if not _is_stub(definition):
                yield one.cell, definition.name, _needs(definition.args)


def _asked(asking: Assignment) -> Iterator[tuple[str, frozenset[str]]]:
    """Each function that is asked for, and the arguments that it is called with."""
    for cell in read_master(asking.folder).cells:
        for definition in _definitions(cell.source):
            if definition.name in asking.functions:
                named = (*definition.args.args, *definition.args.kwonlyargs)
                yield definition.name, frozenset(one.arg for one in named)


def _definitions(source: str) -> Iterator[ast.FunctionDef]:
    with suppress(SyntaxError, ValueError):  # such as a magic: it defines nothing
        yield from (node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef))


def _is_stub(definition: ast.FunctionDef) -> bool:
    """Only a docstring and dots, as students get it to fill in."""
    return all(
        isinstance(line, ast.Pass)
        or (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant))
        for line in definition.body
    )


def _needs(arguments: ast.arguments) -> frozenset[str]:
    """The names of those that have no default."""
    positional = [*arguments.posonlyargs, *arguments.args]
    needed = positional[: len(positional) - len(arguments.defaults)]
    named = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    needed += [one for one, default in named if default is None]
    return frozenset(one.arg for one in needed)
