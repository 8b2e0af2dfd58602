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
        exponents = {name for node in ast.walk(tree) for name in _exponent(node)}
        return any(
            _from_zero(tree, name) for name in exponents if not _changed_before_use(tree, name)
        )
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


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


def _changed_before_use(tree: ast.AST, name: str) -> bool:
    """Whether the count goes up (``t += 1``) in an earlier line than the power is taken in."""
    counts = [
        node.lineno
        for node in ast.walk(tree)
        if (isinstance(node, ast.AugAssign) and name in _names([node.target]))
        or (
            (isinstance(node, ast.Assign) and name in _names(node.targets))
            and not _is_zero(node.value)
        )
    ]
    uses = [node.lineno for node in ast.walk(tree) if name in _exponent(node)]  # type: ignore[attr-defined]
    return bool(counts) and min(counts) < min(uses)


def _is_zero(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) in (int, float) and node.value == 0


def _names(nodes: list[ast.expr]) -> list[str]:
    return [
        part.id
        for node in nodes
        for part in (node.elts if isinstance(node, ast.Tuple) else [node])
        if isinstance(part, ast.Name)
    ]
