"""Right programs, cut down to what one question takes: what is edited, and where it stands.

A program is read, never run.  Of its statements those are kept that the question's functions need,
however many steps away, so that an edit always concerns that question, and a run of it takes
milliseconds and not the time of the notebook's figures.
"""

from __future__ import annotations

import ast
import re
import symtable
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.authoring.master import MASTER, read_master
from autograder.course import Assignment
from autograder.model import Cell
from autograder.submission import read


@dataclass(frozen=True, eq=False)
class RightProgram:
    """The part of a right program that one question asks for."""

    file: str
    """Path within the assignment's folder."""
    statements: tuple[ast.stmt, ...]
    """Whole statements of the outermost level, in order."""
    edited: tuple[ast.stmt, ...]
    """Those among them that compute something the question asks for."""
    places: Mapping[ast.stmt, Mapping[int, str]]
    """For each statement, what people call its lines: file and number."""

    @property
    def source(self) -> str:
        """The program as it is now, as Python text."""
        return ast.unparse(ast.fix_missing_locations(ast.Module([*self.statements], [])))

    def place(self, statement: ast.stmt, line: int) -> str:
        """Where a line of one of the statements stands, such as ``notebook.md:120``."""
        return self.places[statement].get(line, self.file)


def right_programs(assignment: Assignment, functions: Sequence[str]) -> Iterator[RightProgram]:
    """All programs of the assignment that are right by its own word, cut down to these functions.

    They are the master's model answers, the right variants, and the samples named ``right_``.

    Raises:
        AssignmentError: the master cannot be read.
    """
    master = read_master(assignment.folder)
    numbers = [[line.number for line in lines] for lines in master.lines]
    programs = [(MASTER, _parsed(MASTER, master.cells, numbers), False)]
    for path in _files(assignment.folder):
        file = path.relative_to(assignment.folder).as_posix()
        cells = read(path, student=path.stem, file=file).cells
        whole = len(cells) == 1 and path.suffix == ".py"
        programs.append((file, _parsed(file, cells), whole))
    for file, parsed, whole in programs:
        defined = {name for statement, _ in parsed for name in _bound(statement)}
        if defined.issuperset(functions):
            yield _cut(file, parsed, functions, whole_file=whole)


def _files(folder: Path) -> Iterator[Path]:
    yield from sorted((folder / "right_variants").glob("*.py"))
    samples = (folder / "sample_submissions").glob("right_*")
    yield from sorted(path for path in samples if path.suffix in (".py", ".ipynb"))


_MAGIC = re.compile(r"^([ \t]*)[%!].*$", re.MULTILINE)
"""A line for the notebook's machinery, which is no Python."""
_Parsed = list[tuple[ast.stmt, dict[int, str]]]


def _parsed(
    file: str, cells: Sequence[Cell], numbers: Sequence[Sequence[int]] | None = None
) -> _Parsed:
    """All statements of all cells that are plain Python, each with the places of its lines;
    ``numbers`` are those of each cell's lines in the file."""
    found: _Parsed = []
    for index, cell in enumerate(cells):
        try:
            tree = ast.parse(_MAGIC.sub(r"\1pass", cell.source))
        except SyntaxError:  # such a cell is not edited, and defines nothing here
            continue
        for statement in tree.body:
            lines = range(statement.lineno, (statement.end_lineno or statement.lineno) + 1)
            if numbers is not None:
                places = {n: f"{file}:{numbers[index][n - 1]}" for n in lines}
            elif cell.number == 0:
                places = {n: f"{file}:{n}" for n in lines}
            else:
                places = {n: f"{file}, cell {cell.number}, line {n}" for n in lines}
            found.append((statement, places))
    return found


def _cut(file: str, parsed: _Parsed, functions: Sequence[str], *, whole_file: bool) -> RightProgram:
    """Keep the statements that these functions need."""
    needed, kept = set(functions), set[ast.stmt]()
    grown = True
    while grown:
        grown = False
        for statement, _ in parsed:
            if statement not in kept and (_bound(statement) & needed or _is_future(statement)):
                kept.add(statement)
                needed |= _used(statement)
                grown = True
    if whole_file:  # settings such as sys.setrecursionlimit
        imported = {
            name: statement
            for statement, _ in parsed
            if isinstance(statement, ast.Import | ast.ImportFrom)
            for name in _bound(statement)
        }
        for statement, _ in parsed:
            used = _used(statement)
            if isinstance(statement, ast.Expr) and used and used <= set(imported):
                kept |= {statement, *(imported[name] for name in used)}
    statements = tuple(statement for statement, _ in parsed if statement in kept)
    defined = {name for s in statements if _defines(s) for name in _bound(s)}
    edited = tuple(s for s in statements if _defines(s) or _makes_a_function(s, defined))
    return RightProgram(file, statements, edited, {s: p for s, p in parsed if s in kept})


def _is_future(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.ImportFrom) and statement.module == "__future__"


def _defines(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.FunctionDef | ast.ClassDef)


def _makes_a_function(statement: ast.stmt, defined: set[str]) -> bool:
    """Whether it binds something made of functions, such as ``partial(run, kind)``."""
    if not isinstance(statement, ast.Assign | ast.AnnAssign):
        return False
    has_lambda = any(isinstance(node, ast.Lambda) for node in ast.walk(statement))
    return has_lambda or bool(_used(statement) & defined)


def _bound(statement: ast.stmt) -> set[str]:
    """Names that a statement of the outermost level binds, or whose value it changes."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return {statement.name}
    names: set[str] = set()
    for node in ast.walk(statement) if not isinstance(statement, ast.Expr) else ():
        if isinstance(node, ast.Import | ast.ImportFrom):
            names |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store):
            names |= {n.id for n in ast.walk(node.value) if isinstance(n, ast.Name)}
    return names


def _used(statement: ast.stmt) -> set[str]:
    """Names of the outermost level that a statement looks up, then or when it is called."""
    tables = [symtable.symtable(ast.unparse(statement), "a statement", "exec")]
    names: set[str] = set()
    while tables:
        table = tables.pop()
        tables += table.get_children()
        outermost = table.get_type() == "module"
        names |= {
            symbol.get_name()
            for symbol in table.get_symbols()
            if symbol.is_referenced() and (outermost or symbol.is_global())
        }
    return names
