"""Cuts a cell into pieces that are run one after the other, and compiles them.

The trusted side is told before each piece that may hang, so a piece ends where the next such
statement begins.  Where statements begin can mostly be seen from the lines: one that starts at
the margin.  If it cannot, because a text or a bracket goes over several lines there, a piece is
cut through and does not compile: no part of an unfinished statement does.  Only then, where a line
may hold several statements, and where a cell holds more than Python, a syntax tree is made, which
takes three times as long.
"""

from __future__ import annotations
import __future__

import ast
import re
import types
import warnings
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from autograder.sandbox.inside.awaiting import ALLOWED
from autograder.sandbox.inside.transform import CellReader

_FUTURE = __future__.annotations.compiler_flag | __future__.barry_as_FLUFL.compiler_flag

_MAY_HANG = re.compile(
    r"""
    ^(?!  [ \t#)\]}\n]                        # what goes on, or is no statement
        | (?:else|elif|except|finally) \b     # a part of one
        | (?:def|import|from) \b              # what cannot hang by itself
    ) .
    """,
    re.MULTILINE | re.VERBOSE,
)
_NOT_BY_LINES = re.compile(r"[;\r\f]")
"""Where these are, a line may hold two statements or begin with something else than it seems."""
_MANY = 1000
"""Pieces; with more, what goes before each of them to keep its line would be the longest part."""


class Piece(NamedTuple):
    """Statements of a cell, of which only the first may hang."""

    line: int
    """Where it begins; 0: not even the first may."""
    code: types.CodeType
    alone: bool
    """Whether it is known to be one statement."""


def pieces(
    reader: CellReader, source: str, name: str, flags: int = 0, shown: str = ""
) -> Sequence[Piece]:
    """All of a cell, compiled; raises what ``compile`` raises.

    ``name`` is what the cell is called in a traceback; ``flags``: what earlier cells have imported
    from ``__future__``; ``shown``: the name under which the value that the cell ends with is kept.
    """
    if shown:
        tree = _keeping(reader.parse(source, name), source, shown)
        return list(_compiled(_by_tree(tree), name, alone=True, flags=flags))
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "invalid ")  # the parser's own, as in reader.parse
            return list(_compiled(_by_lines(source), name, alone=False, flags=flags))
    except (SyntaxError, ValueError):
        tree = reader.parse(source, name)
        return list(_compiled(_by_tree(tree), name, alone=True, flags=flags))


def future(code: types.CodeType) -> int:
    """What the code has imported from ``__future__``, which holds for what is compiled later."""
    return code.co_flags & _FUTURE


def _keeping(tree: ast.Module, source: str, shown: str) -> ast.Module:
    """With the value that Jupyter would show given a name; a semicolon says not to show it."""
    last = tree.body[-1] if tree.body else None
    if isinstance(last, ast.Expr) and not source.rstrip().endswith(";"):
        kept = ast.Assign([ast.Name(shown, ast.Store())], last.value)
        tree.body[-1] = ast.fix_missing_locations(ast.copy_location(kept, last))
    return tree


def pieces_after(
    reader: CellReader, source: str, name: str, line: int, before: types.CodeType
) -> Sequence[Piece]:
    """The statements of a cell that begin below a line, one by one; ``before`` is code above."""
    tree = reader.parse(source, name)
    tree.body = [statement for statement in tree.body if first_line(statement) > line]
    return list(_compiled(_by_tree(tree), name, alone=True, flags=future(before)))


def first_line(node: ast.AST) -> int:
    """The line of a node's first character or decorator."""
    decorators = getattr(node, "decorator_list", None) or (node,)
    line: int = getattr(decorators[0], "lineno", 1 << 30)
    return line


def _by_lines(source: str) -> Iterator[tuple[int, str]]:
    starts = [match.start() for match in _MAY_HANG.finditer(source)]
    if _NOT_BY_LINES.search(source) or len(starts) > _MANY:
        raise ValueError("this cell is left to the parser")
    line, at = 0, 0
    for start in [*starts, len(source)]:
        if at < start:
            yield line, "\n" * (line - 1) + source[at:start]
        line = max(line, 1) + source.count("\n", at, start)
        at = start


def _by_tree(tree: ast.Module) -> Iterator[tuple[int, ast.Module]]:
    for statement in tree.body:
        line = 0 if _cannot_hang(statement) else first_line(statement)
        yield line, ast.Module([statement], [])


def _compiled(
    parts: Iterator[tuple[int, str | ast.Module]], name: str, alone: bool, flags: int = 0
) -> Iterator[Piece]:
    for line, part in parts:
        code = compile(part, name, "exec", flags=flags | ALLOWED, dont_inherit=True)
        flags |= future(code)
        yield Piece(line, code, alone)


def _cannot_hang(statement: ast.stmt) -> bool:
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return True
    return isinstance(statement, ast.FunctionDef) and not statement.decorator_list
