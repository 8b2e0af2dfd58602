"""Cuts a cell into pieces that are run one after the other, and compiles them.

The trusted side is told before each piece that may hang, so a piece ends where the next such
statement begins.  Where statements begin can mostly be seen from the lines: one that starts at
the margin.  If it cannot, because a text or a bracket goes over several lines there, a piece is
cut through and does not compile: no part of an unfinished statement does.  Only then, and where a
cell holds more than Python, a syntax tree is made, which takes three times as long.
"""

from __future__ import annotations
import __future__

import ast
import re
import types
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from autograder.sandbox.inside.transform import CellReader

_FUTURE = __future__.annotations.compiler_flag | __future__.barry_as_FLUFL.compiler_flag

_MAY_HANG = re.compile(
    r"""
    ^(?!  [ \t\f#)\]}\n]                              # what goes on, or is no statement
        | (?:else|elif|except|finally) \b             # a part of one
        | def \b                                      # what cannot hang by itself
        | (?:import|from) \b [^;#\n]* (?:\#.*)? (?:\n|\Z)
    ) .
    """,
    re.MULTILINE | re.VERBOSE,
)
_MANY = 1000
"""Pieces; with more, what goes before each of them to keep its line would be the longest part."""


class Piece(NamedTuple):
    """Statements of a cell, of which only the first may hang."""

    line: int
    """Where it begins; 0: not even the first may."""
    code: types.CodeType


def pieces(reader: CellReader, source: str, name: str) -> Sequence[Piece]:
    """All of a cell, compiled; raises what ``compile`` raises.

    ``name`` is what the cell is called in a traceback.
    """
    try:
        return list(_compiled(_by_lines(source), name))
    except (SyntaxError, ValueError):
        return list(_compiled(_by_tree(reader.parse(source, name)), name))


def _by_lines(source: str) -> Iterator[tuple[int, str]]:
    if "\r" in source:
        raise ValueError("where lines end is left to the parser")
    starts = [match.start() for match in _MAY_HANG.finditer(source)]
    if len(starts) > _MANY:
        raise ValueError("a cell of so many statements is left to the parser")
    line, at = 0, 0
    for start in [*starts, len(source)]:
        if at < start:
            yield line, "\n" * (line - 1) + source[at:start]
        line = max(line, 1) + source.count("\n", at, start)
        at = start


def _by_tree(tree: ast.Module) -> Iterator[tuple[int, ast.Module]]:
    for statement in tree.body:
        first = (getattr(statement, "decorator_list", None) or [statement])[0]
        line = 0 if _cannot_hang(statement) else first.lineno
        yield line, ast.Module([statement], [])


def _compiled(parts: Iterator[tuple[int, str | ast.Module]], name: str) -> Iterator[Piece]:
    flags = 0
    for line, part in parts:
        code = compile(part, name, "exec", flags=flags, dont_inherit=True)
        flags |= code.co_flags & _FUTURE
        yield Piece(line, code)


def _cannot_hang(statement: ast.stmt) -> bool:
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return True
    return isinstance(statement, ast.FunctionDef) and not statement.decorator_list
