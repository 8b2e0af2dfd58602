"""Names that a later line has taken from a function, and whom they belong to when calls are made.

``f, ax = plt.subplots()`` below ``def f``, ``with open(...) as f``, ``sum = 0``: in the notebook
as it was written the function worked, because it was called before.  Here it is called after all
cells have run.  So such a name is given back to the function that had it, where that is what the
notebook means by it: a function that is asked for, or one (or a builtin) that functions of the
notebook only ever call by this name.
"""

from __future__ import annotations

import ast
import builtins
import types
from collections.abc import Callable, Iterable, Iterator

from autograder.sandbox.inside.progress import Passing
from autograder.sandbox.inside.standins import Anything

_ABSENT = object()
_STANDINS: tuple[type, ...] = (Anything, Passing)
"""May be called, and are no functions all the same."""
_BUILTINS = frozenset(name for name, value in vars(builtins).items() if callable(value))

Trees = Callable[[], Iterable[ast.Module]]


class Names:
    """The functions of one notebook by name, and what became of the names."""

    def __init__(self, namespace: dict[str, object]) -> None:
        self._namespace = namespace
        self._functions: dict[str, object] = {}
        self._taken: dict[str, tuple[int, int]] = {}
        """Cell index and line of what took the name."""
        self._in_place: dict[str, object] = {}
        """What the name stands for since."""

    def look(self, code: types.CodeType, cell: int, line: int, tree: Callable[[], ast.AST]) -> None:
        """See what running ``code`` has left under the names in it."""
        namespace, functions = self._namespace, self._functions
        for name in code.co_names:
            value = namespace.get(name, _ABSENT)
            if value is _ABSENT:
                continue
            before = functions.get(name)
            if value is self._in_place.get(name, _ABSENT):
                continue
            if callable(value) and type(value) not in _STANDINS:
                if value is before:
                    continue
                if before is None or not _went_through(tree, line, name, value, before):
                    functions[name] = value
                    self._taken.pop(name, None)
                    self._in_place.pop(name, None)
                    continue
            elif before is None and name not in _BUILTINS:
                continue
            self._in_place[name] = value
            if name not in self._taken:
                self._taken[name] = (cell, _line_that_sets(tree, line, name))

    def give_back(self, asked: Iterable[str], trees: Trees) -> Iterator[tuple[str, int, int]]:
        """Give names back to their functions; each name, with cell and line of what took it."""
        if not self._taken:
            return
        asked = frozenset(asked)
        doubtful = [name for name in self._taken if name not in asked]
        called = _only_called(doubtful, trees()) if doubtful else frozenset()
        for name, (cell, line) in self._taken.items():
            if name not in asked and name not in called:
                continue
            if name in self._functions:
                self._namespace[name] = self._functions[name]
            else:
                self._namespace.pop(name, None)  # Python's own is below
            yield name, cell, line


def _went_through(
    tree: Callable[[], ast.AST], line: int, name: str, value: object, before: object
) -> bool:
    """Whether the name only went through functions of other names: ``for f in (one, other):``."""
    own = getattr(before, "__name__", None) == name
    if not own or getattr(value, "__name__", name) == name:
        return False
    loops = (ast.For, ast.AsyncFor, ast.With, ast.AsyncWith)
    return any(
        isinstance(node, loops) and any(_sets(part, name) for part in _targets(node))
        for node in ast.walk(_statement(tree(), line))
    )


def _targets(node: ast.AST) -> list[ast.AST]:
    if isinstance(node, (ast.With, ast.AsyncWith)):
        return [item.optional_vars for item in node.items if item.optional_vars is not None]
    return [node.target] if isinstance(node, (ast.For, ast.AsyncFor)) else []


def _sets(node: ast.AST, name: str) -> bool:
    return any(
        isinstance(part, ast.Name) and part.id == name and isinstance(part.ctx, ast.Store)
        for part in ast.walk(node)
    )


def _statement(tree: ast.AST, line: int) -> ast.AST:
    """The outermost statement that begins at ``line``, or all of it."""
    found = (part for part in ast.iter_child_nodes(tree) if getattr(part, "lineno", 0) == line)
    return next(found, tree)


def _line_that_sets(tree: Callable[[], ast.AST], line: int, name: str) -> int:
    """The last line in the statement at ``line`` that gives the name to something."""
    found = [line]
    for node in ast.walk(_statement(tree(), line)):
        given = node.id if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) else None
        if isinstance(node, ast.alias):
            given = node.asname or node.name
        if given == name:
            found.append(getattr(node, "lineno", line))
    return max(found)


def _only_called(names: Iterable[str], trees: Iterable[ast.Module]) -> frozenset[str]:
    """Those that functions call, and that no function uses in another way."""
    called: set[str] = set()
    used: set[str] = set()
    for tree in trees:
        for function in ast.walk(tree):
            if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
                _uses(function, called, used)
    return frozenset(name for name in names if name in called and name not in used)


def _uses(function: ast.AST, called: set[str], used: set[str]) -> None:
    nodes = list(ast.walk(function))
    own = {node.arg for node in nodes if isinstance(node, ast.arg)}
    own |= {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    heads = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id not in own:
            (called if id(node) in heads else used).add(node.id)
