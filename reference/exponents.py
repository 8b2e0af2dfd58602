"""Whether a student's function raises something to the power of a count that starts at 0.

Where 1 - beta**t is 0 in the first epoch, all that follows is NaN, or the call raises: the path
cannot tell that from other ways to divide by zero.  The text of the function can.
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator
from functools import lru_cache

LONGEST = 20_000
"""Characters of a function that is looked at."""


@lru_cache(maxsize=64)
def exponent_starts_at_zero(source: str) -> bool:
    """Whether some ``1 - beta**t`` is there whose t is 0 when it is first reached.

    ``source`` is read, never run.
    """
    try:
        tree = ast.parse(textwrap.dedent(source[:LONGEST]))
        uses: dict[str, int] = {}
        for node in ast.walk(tree):
            for name in _exponent(node):
                line: int = node.lineno  # type: ignore[attr-defined]
                uses[name] = min(line, uses.get(name, line))
        return any(_is_zero_at(tree, name, line) for name, line in uses.items())
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


def _is_zero_at(tree: ast.AST, name: str, line: int) -> bool:
    """Whether a name is 0 when this line is first reached, or a copy (``t = epoch``) of one that
    is."""
    names = [name]
    while (copied := _copied(tree, names[-1])) is not None and copied not in names:
        names.append(copied)
    return _from_zero(tree, names[-1]) and not any(
        _changed_before(tree, each, line, is_copy=each != names[-1]) for each in names
    )


def _copied(tree: ast.AST, name: str) -> str | None:
    """The name whose value this one is given, where it is given no other."""
    given = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and name in _names(node.targets)
    ]
    return given[0].id if len(given) == 1 and isinstance(given[0], ast.Name) else None


def _exponent(node: ast.AST) -> Iterator[str]:
    """The name t, and nothing else, in ``1 - something**t`` or ``1 - pow(something, t)``."""
    if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub)):
        return
    if not (isinstance(node.left, ast.Constant) and node.left.value == 1):
        return
    power, exponent = node.right, None
    if isinstance(power, ast.BinOp) and isinstance(power.op, ast.Pow):
        exponent = power.right
    elif isinstance(power, ast.Call) and len(power.args) == 2:
        exponent = power.args[1]
    if isinstance(exponent, ast.Name):
        yield exponent.id


def _from_zero(tree: ast.AST, name: str) -> bool:
    return any(
        (isinstance(node, ast.For) and name in _names_from_zero(node.target, node.iter))
        or (isinstance(node, ast.Assign) and _is_zero(node.value) and name in _names(node.targets))
        for node in ast.walk(tree)
    )


def _names_from_zero(target: ast.expr, values: ast.expr) -> list[str]:
    """Those that a loop gives 0 in its first round."""
    if not (isinstance(values, ast.Call) and isinstance(values.func, ast.Name)):
        return []
    called, given = values.func.id, values.args
    if called == "enumerate" and len(given) == 1 and not values.keywords:
        first = target.elts[:1] if isinstance(target, ast.Tuple) else []
        return _names(first)
    starts = called == "range" and (len(given) == 1 or (len(given) > 1 and _is_zero(given[0])))
    return _names([target]) if starts else []


def _changed_before(tree: ast.AST, name: str, line: int, *, is_copy: bool) -> bool:
    """Whether the count goes up (``t += 1``) in an earlier line; to be given what it is a copy of
    is no change."""
    return any(
        node.lineno < line
        for node in ast.walk(tree)
        if (isinstance(node, ast.AugAssign) and name in _names([node.target]))
        or (
            (isinstance(node, ast.Assign) and name in _names(node.targets))
            and not is_copy
            and not _is_zero(node.value)
        )
    )


def _is_zero(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) in (int, float) and node.value == 0


def _names(nodes: list[ast.expr]) -> list[str]:
    return [
        part.id
        for node in nodes
        for part in (node.elts if isinstance(node, ast.Tuple) else [node])
        if isinstance(part, ast.Name)
    ]
