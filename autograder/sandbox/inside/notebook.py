"""Runs the cells of a notebook in one namespace, as Jupyter would.

The namespace is that of a real module called ``__main__``, so that classes, dataclasses and
``inspect.getsource`` work.  A cell is run piece by piece (:mod:`.statements`), and the trusted
side is told before each that may hang: if the process hangs or ends, it knows where, and a fresh
child can run everything but that.

A statement that raises costs what depends on it: the next one is run all the same.  Only an exit
ends its cell.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import linecache
import re
import sys
import types
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from autograder.sandbox.inside import standins
from autograder.sandbox.inside.awaiting import ALLOWED, Awaiting
from autograder.sandbox.inside.names import Names
from autograder.sandbox.inside.shown import Shown
from autograder.sandbox.inside.statements import (
    Piece,
    first_line,
    future,
    pieces,
    pieces_after,
)
from autograder.sandbox.inside.transform import CellReader
from autograder.sandbox.inside.wire import NOWHERE

_LINES = re.compile(r".*(?:\r\n|\r|\n)|.+")

Announce = Callable[[int, int, int], None]
"""Told the cell, the number of the piece, and its line."""


@dataclass
class Where:
    """An exception, and where in the student's code it came from."""

    kind: str
    message: str
    cell: int
    """Index of the cell, or ``NOWHERE``."""
    line: int
    """Line within the cell, from 1; 0: none."""


class Notebook:
    """The student's namespace and what running the cells into it left behind."""

    def __init__(
        self,
        reader: CellReader,
        files: list[str],
        modules: frozenset[str] | None = None,
        *,
        shows: bool = False,
    ) -> None:
        """``shows``: whether cells may ask for what an earlier one has shown (:mod:`.shown`)."""
        self._reader = reader
        self._files = {name: index for index, name in enumerate(files)}
        self._files_by_index = files
        self._sources: dict[int, str] = {}
        module = types.ModuleType("__main__")
        module.__dict__["__file__"] = "submission.py"
        sys.modules["__main__"] = module
        self.namespace: dict[str, object] = module.__dict__
        self._awaiting = Awaiting()
        self._future = 0
        """What cells have imported from ``__future__``, for those that follow."""
        self._shown = Shown() if shows else None
        self.namespace.update(standins.install(self._run_once, modules))
        self._names = Names(self.namespace)

    def _run_once(self, source: str) -> None:
        """The body of a magic such as ``%time``."""
        tree, flags = self._reader.parse(source, "<magic>"), self._future | ALLOWED
        code = compile(tree, "<magic>", "exec", flags=flags, dont_inherit=True)
        self._awaiting.run(code, self.namespace)

    def run_cell(self, index: int, source: str, stop: int, announce: Announce) -> Iterator[Where]:
        """Run one cell up to piece ``stop``; the exceptions in it, as they come."""
        name = self._files_by_index[index]
        self._sources[index] = source
        linecache.cache[name] = (len(source), None, _LINES.findall(source), name)
        try:
            kept = "" if self._shown is None else self._shown.begin(source)
            waiting = deque(pieces(self._reader, source, name, self._future, kept))
        except BaseException as error:
            yield self.where(error)
            return
        if waiting:
            self._future |= future(waiting[-1].code)
        number = 0
        while waiting and number < stop:
            piece = waiting.popleft()
            if piece.line:
                announce(index, number, piece.line)
            number += 1
            try:
                self._awaiting.run(piece.code, self.namespace)
            except BaseException as error:
                yield self.where(error)
                if not isinstance(error, Exception):
                    return
                if not piece.alone:
                    waiting = deque(self._after(error, piece, index))
            self._names.look(piece.code, index, piece.line, lambda: self._tree(index))
        self._awaiting.rest()
        if self._shown is not None:
            self._shown.end(index, self.namespace)

    def _after(self, error: BaseException, piece: Piece, index: int) -> Sequence[Piece]:
        """What follows the statement of the piece that raised."""
        trace = error.__traceback__
        while trace is not None and trace.tb_frame.f_code is not piece.code:
            trace = trace.tb_next
        line = trace.tb_lineno if trace is not None else piece.line
        name = self._files_by_index[index]
        return pieces_after(self._reader, self._sources[index], name, line, piece.code)

    def _tree(self, index: int) -> ast.Module:
        return self._reader.parse(self._sources[index], self._files_by_index[index])

    def give_names_back(self, asked: list[str]) -> list[tuple[str, int, int]]:
        """Let functions have their names again; each with cell and line of what took it."""
        return list(self._names.give_back(asked, self._all_trees))

    def _all_trees(self) -> Iterator[ast.Module]:
        for index in self._sources:
            with contextlib.suppress(SyntaxError, ValueError):
                yield self._tree(index)

    def where(self, error: BaseException) -> Where:
        """Describe an exception; whatever its methods do, it gets described."""
        kind, message, place = "Exception", "", (NOWHERE, 0)
        try:
            kind = "MemoryError" if isinstance(error, MemoryError) else str(type(error).__name__)
            place = self._place(error)
            message = str(error.msg if isinstance(error, SyntaxError) else error)[:2000]
        except BaseException:  # it resists: what is known by now has to do
            return Where(kind[:100], message, *place)
        return Where(kind[:100], message, *place)

    def _place(self, error: BaseException) -> tuple[int, int]:
        cell, line = NOWHERE, 0
        trace = error.__traceback__
        while trace is not None:
            index = self._files.get(trace.tb_frame.f_code.co_filename)
            if index is not None:
                cell, line = index, trace.tb_lineno or 0
            trace = trace.tb_next
        if isinstance(error, SyntaxError) and error.filename in self._files:
            cell, line = self._files[error.filename], error.lineno or 0
        return cell, max(0, line)

    def source_of(self, name: str) -> tuple[int, int, int] | None:
        """Cell index, first and last line of a function, if it was written in a cell."""
        try:
            code = _code_of(self.namespace.get(name))
            index = None if code is None else self._files.get(code.co_filename)
            if code is None or index is None:
                return None
            return index, code.co_firstlineno, self._last_line(code, index)
        except BaseException:  # an object that resists being looked at
            return None

    def _last_line(self, code: types.CodeType, index: int) -> int:
        """The last line of the innermost statement that begins where ``code`` does."""
        first, lines = code.co_firstlineno, _LINES.findall(self._sources[index])
        last = _last_that_is_further_right(code, lines)
        cut = "".join(lines[first - 1 : last])
        through_text = cut.count("'''") % 2 or cut.count('"""') % 2
        if through_text or cut.lstrip().startswith("@"):  # then lines alone do not show it
            return _last_in_tree(self._tree(index), first)
        return last


def _last_that_is_further_right(code: types.CodeType, lines: list[str]) -> int:
    first = code.co_firstlineno
    margin = _indentation(lines[first - 1]) if first <= len(lines) else 0
    last = least = _last_that_runs(code)  # before that, a text may be further left
    for number, line in enumerate(lines[least:], least + 1):
        text = line.strip()
        if text and not text.startswith("#"):
            if _indentation(line) <= margin and text[0] not in ")]}":
                break
            last = number
    return last


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip())


def _last_that_runs(code: types.CodeType) -> int:
    last, seen, parts = code.co_firstlineno, set(), [code]
    while parts:
        part = parts.pop()
        if id(part) not in seen:
            seen.add(id(part))
            last = max(last, *(line for _, _, line in part.co_lines() if line is not None))
            parts += (inside for inside in part.co_consts if isinstance(inside, types.CodeType))
    return last


def _last_in_tree(tree: ast.AST | None, first: int) -> int:
    last = first
    while tree is not None:
        inside = (node for node in ast.iter_child_nodes(tree) if first_line(node) <= first)
        tree = next((node for node in inside if getattr(node, "end_lineno", 0) >= first), None)
        if isinstance(tree, ast.stmt):
            last = tree.end_lineno or first
            if first_line(tree) == first:
                break
    return last


_CALL = "__call__"


def _code_of(function: object) -> types.CodeType | None:
    """The code behind a function, a decorated one, a partial one, or a callable object."""
    for _ in range(10):
        if isinstance(function, functools.partial):
            function = function.func
        elif hasattr(function, "__wrapped__"):
            function = function.__wrapped__
    if not hasattr(function, "__code__"):
        function = next((vars(c)[_CALL] for c in type(function).__mro__ if _CALL in vars(c)), None)
    code = getattr(function, "__code__", None)
    return code if isinstance(code, types.CodeType) else None
