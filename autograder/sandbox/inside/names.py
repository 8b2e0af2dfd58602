"""Names that a later line has taken from a function, and whom they belong to when calls are made.

``f, ax = plt.subplots()`` below ``def f``, ``with open(...) as f``, ``sum = 0``: in the notebook
as it was written the function worked, because it was called before.  Here it is called after all
cells have run.  So such a name is given back to the function that had it, where that is what the
notebook means by it: a function that is asked for, or one (or a builtin) that functions of the
notebook only ever call by this name; a module of which they only read what the other thing has not
(``math = 92``); a function that they call with as many arguments as the later one cannot take.
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
        """And modules."""
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
            if isinstance(value, types.ModuleType) or (
                callable(value) and type(value) not in _STANDINS
            ):
                if value is before:
                    continue
                if before is None or not (
                    _is_of_another_use(value, before)
                    or _went_through(tree, line, name, value, before)
                ):
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
        asked, uses = frozenset(asked), None
        for name, (cell, line) in self._taken.items():
            before = self._functions.get(name, _ABSENT)
            value = self._in_place[name]
            rewritten = isinstance(value, types.FunctionType) and _is_of_another_use(value, before)
            if name not in asked or rewritten:
                uses = _Uses.of(trees()) if uses is None else uses
                if not uses.mean(name, before, value):
                    continue
            if before is not _ABSENT:
                self._namespace[name] = before
            else:
                self._namespace.pop(name, None)  # Python's own is below
            yield name, cell, line


def _is_of_another_use(value: object, before: object) -> bool:
    """Whether what used a name as it was cannot use it as it is now: a module that became none or
    the reverse, a function that cannot be called with as many arguments."""
    if isinstance(before, types.ModuleType) or isinstance(value, types.ModuleType):
        return type(before) is not type(value)
    if isinstance(before, types.FunctionType) and isinstance(value, types.FunctionType):
        return not any(_takes(value, count) for count in range(_LARGEST) if _takes(before, count))
    return False


_LARGEST = 20
"""Arguments that a call is thought to have at most."""


def _takes(function: object, count: int) -> bool:
    """Whether a function of the notebook can be called with so many arguments."""
    if not isinstance(function, types.FunctionType):
        return False
    code, many = function.__code__, 0x04  # CO_VARARGS
    least = code.co_argcount - len(function.__defaults__ or ())
    return least <= count and (count <= code.co_argcount or bool(code.co_flags & many))


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
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            given = node.name
        if given == name:
            found.append(getattr(node, "lineno", line))
    return max(found)


class _Uses:
    """How the functions of a notebook use names."""

    def __init__(self) -> None:
        self._counts: dict[str, set[int]] = {}
        """With how many arguments they are called; -1: who knows."""
        self._read: dict[str, set[str]] = {}
        """What is read of them, as in ``math.pi``."""
        self._other: set[str] = set()

    @classmethod
    def of(cls, trees: Iterable[ast.Module]) -> _Uses:
        uses = cls()
        for tree in trees:
            for function in ast.walk(tree):
                if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
                    uses._look(function)
        return uses

    def _look(self, function: ast.AST) -> None:
        nodes = list(ast.walk(function))
        own = {node.arg for node in nodes if isinstance(node, ast.arg)}
        own |= {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        heads = set()
        for node in nodes:
            head = getattr(node, "func", getattr(node, "value", None))
            if not isinstance(head, ast.Name) or head.id in own:
                continue
            if isinstance(node, ast.Call):
                plain = not node.keywords and not any(isinstance(a, ast.Starred) for a in node.args)
                count = len(node.args) if plain else -1
                self._counts.setdefault(head.id, set()).add(count)
                heads.add(id(head))
            elif isinstance(node, ast.Attribute):
                self._read.setdefault(head.id, set()).add(node.attr)
                heads.add(id(head))
        loaded = (n for n in nodes if isinstance(n, ast.Name) and id(n) not in heads)
        self._other |= {node.id for node in loaded if node.id not in own}

    def mean(self, name: str, before: object, value: object) -> bool:
        """Whether all uses of a name mean what it named before, and not what it names now."""
        counts, read = self._counts.get(name, set()), self._read.get(name, set())
        if name in self._other:
            return False
        if isinstance(before, types.ModuleType):
            has_all = all(hasattr(before, attribute) for attribute in read)
            return bool(read) and not counts and has_all and not _has(value, read)
        if not counts or read:
            return False
        if _is_of_another_use(value, before) and not isinstance(value, types.ModuleType):
            return all(_takes(before, count) and not _takes(value, count) for count in counts)
        return True


def _has(value: object, attributes: Iterable[str]) -> bool:
    return all(hasattr(value, attribute) for attribute in attributes)
