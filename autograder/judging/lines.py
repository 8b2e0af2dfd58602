"""Which lines of a student's update rule do what: its syntax tree, read and never run.

A line is named only where there is one that can be meant: one that forms the step of w, one that
keeps a moment of it, one that corrects that, one that asks for its gradient.  Of code that is
written in another way (several lines of a kind, helpers, one name for both parameters) nothing is
said.
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

STARTS = {"w": "init_w", "b": "init_b"}
GRADIENTS = {"w": "grad_w", "b": "grad_b"}
MOST_CHARACTERS = 20_000
"""Of a function that is looked at."""


@dataclass(frozen=True)
class Assigned:
    """One name that is given a value."""

    name: str
    value: ast.expr
    line: int
    """Of the function's source, from 1."""
    loops: int
    """How many loops it stands in."""
    appended: bool = False
    """True: the value goes to the end of a list of that name."""

    @property
    def names(self) -> frozenset[str]:
        """Those in the value."""
        return _names(self.value)

    @property
    def of_itself(self) -> bool:
        """Whether the name occurs in its own value."""
        return self.name in self.names


@dataclass(frozen=True, eq=False)
class Reading:
    """What can be read off a function's syntax tree; lines are counted in its source, from 1."""

    assigned: tuple[Assigned, ...]

    def step(self, parameter: str) -> int | None:
        """The one line that moves a parameter; None: it cannot be told."""
        line = self._step(parameter)
        return None if line is None else line.line

    def gradient(self, parameter: str) -> int | None:
        """The one line that asks for a parameter's gradient."""
        calls = [a for a in self.assigned if a.loops and GRADIENTS[parameter] in a.names]
        return calls[0].line if len({a.line for a in calls}) == 1 else None

    def moment(self, parameter: str, *, divides: bool) -> int | None:
        """The one line that forms a moment of a parameter's gradients; ``divides``: the one by
        which the step is divided."""
        kept = [
            a for a in self._kept(parameter) if (a.name in self._divisors(parameter)) == divides
        ]
        return kept[0].line if len(kept) == 1 else None

    def correction(self, parameter: str, *, divides: bool) -> int | None:
        """The one line that divides a moment by ``1 - beta**t``."""
        kept = [a.name for a in self._kept(parameter)]
        kept = [name for name in kept if (name in self._divisors(parameter)) == divides]
        if len(kept) != 1:
            return None
        found = [a for a in self.assigned if a.loops and _corrects(a.value) and kept[0] in a.names]
        return found[0].line if len(found) == 1 else None

    def root(self, parameter: str) -> int | None:
        """The one line, apart from the step, that takes a root for it."""
        step = self._step(parameter)
        if step is None:
            return None
        names = self._reach(step.value)
        found = [a for n in names for a in self._in_loop.get(n, ()) if _roots(a.value)]
        return found[0].line if len(found) == 1 and not _roots(step.value) else None

    def given(self, argument: str) -> int | None:
        """The one line that gives an argument a value of its own."""
        found = [a for a in self.assigned if a.name == argument]
        return found[0].line if len(found) == 1 else None

    # ------------------------------------------------------------------ how they are found

    @cached_property
    def _in_loop(self) -> Mapping[str, tuple[Assigned, ...]]:
        found: dict[str, tuple[Assigned, ...]] = {}
        for one in self.assigned:
            if one.loops:
                found[one.name] = (*found.get(one.name, ()), one)
        return found

    @lru_cache(maxsize=16)  # noqa: B019 - few are asked at a time
    def _step(self, parameter: str) -> Assigned | None:
        start = STARTS[parameter]
        begun = [a for a in self.assigned if not a.loops and _starts(a.value) == {start}]
        names = {start, *(a.name for a in begun if not _is_list(a.value))}
        moved = [a for name in names for a in self._in_loop.get(name, ()) if not a.appended]
        if not moved:  # ws.append(ws[-1] - ...)
            lists = {a.name for a in begun}
            moved = [a for n in lists for a in self._in_loop.get(n, ()) if a.of_itself]
        if len(moved) != 1:
            return None
        (line,) = moved
        if isinstance(line.value, ast.Name):  # w = new_w
            before = self._in_loop.get(line.value.id, ())
            return before[0] if len(before) == 1 else None
        return line

    def _reach(self, value: ast.expr) -> frozenset[str]:
        """Every name that a value is made of, through what the loop assigns; of a gradient only
        its own name, whatever it is asked with."""
        seen: set[str] = set()
        left = list(_names(value))
        while left:
            name = left.pop()
            if name not in seen:
                seen.add(name)
                left += [n for a in self._in_loop.get(name, ()) for n in a.names]
        return frozenset(seen)

    @lru_cache(maxsize=16)  # noqa: B019
    def _kept(self, parameter: str) -> list[Assigned]:
        """Names that begin before the loop and are made of the gradient in it; those that are made
        of themselves, too, where there are any."""
        before = {a.name for a in self.assigned if not a.loops}
        other = GRADIENTS["b" if parameter == "w" else "w"]
        step = self._step(parameter)
        found = []
        for name, lines in self._in_loop.items():
            if name not in before or len(lines) != 1 or (step and name == step.name):
                continue
            (line,) = lines
            asks = line.names.intersection(GRADIENTS.values())
            reached = self._reach(line.value)
            if asks or other in reached or (line.appended and not line.of_itself):
                continue
            if GRADIENTS[parameter] in reached:
                found.append(line)
        return [line for line in found if line.of_itself] or found

    @lru_cache(maxsize=16)  # noqa: B019
    def _divisors(self, parameter: str) -> frozenset[str]:
        """Every name under the fraction bar of the step, or under a root."""
        step = self._step(parameter)
        if step is None:
            return frozenset()
        names: set[str] = set()
        made_of = [
            step.value,
            *(a.value for name in self._reach(step.value) for a in self._in_loop.get(name, ())),
        ]
        for value in made_of:
            for node in ast.walk(value):
                if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
                    names |= self._reach(node.right)
                if isinstance(node, ast.Call) and _called(node) == "sqrt":
                    names |= {n for argument in node.args for n in self._reach(argument)}
        return frozenset(names)


def read(source: str) -> Reading | None:
    """What a function's source says; None: it is no function that can be read."""
    if not 0 < len(source) <= MOST_CHARACTERS:
        return None
    try:
        tree = ast.parse(textwrap.dedent(source))
        body = tree.body[0] if len(tree.body) == 1 else None
        if not isinstance(body, ast.FunctionDef):
            return None
        return Reading(tuple(_assigned(body.body, 0)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _assigned(body: list[ast.stmt], loops: int) -> Iterator[Assigned]:
    for statement in body:
        match statement:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    yield from _pairs(target, value, statement.lineno, loops)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                yield Assigned(name, value, statement.lineno, loops)
            case ast.AugAssign(target=ast.Name(id=name) as target, op=op, value=value):
                whole = ast.BinOp(ast.Name(name, ast.Load()), op, value)
                yield Assigned(name, whole, statement.lineno, loops)
            case ast.Expr(
                value=ast.Call(
                    func=ast.Attribute(value=ast.Name(id=name), attr="append"), args=[value]
                )
            ):
                yield Assigned(name, value, statement.lineno, loops, appended=True)
            case ast.For() | ast.While():
                yield from _assigned(statement.body, loops + 1)
                yield from _assigned(statement.orelse, loops + 1)
            case ast.If():
                yield from _assigned(statement.body, loops)
                yield from _assigned(statement.orelse, loops)
            case ast.With() | ast.Try():
                yield from _assigned(statement.body, loops)


def _pairs(target: ast.expr, value: ast.expr, line: int, loops: int) -> Iterator[Assigned]:
    if isinstance(target, ast.Name):
        yield Assigned(target.id, value, line, loops)
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for one, its in zip(target.elts, value.elts, strict=False):
            yield from _pairs(one, its, line, loops)


@lru_cache(maxsize=1024)
def _names(value: ast.expr) -> frozenset[str]:
    """Names in an expression; of a call of a gradient only the gradient's."""
    found: set[str] = set()
    left: list[ast.expr] = [value]
    while left:
        match left.pop():
            case ast.Name(id=name):
                found.add(name)
            case ast.Call() as call if (gradient := _called(call)) in GRADIENTS.values():
                found.add(gradient)
            case node:
                for child in ast.iter_child_nodes(node):
                    match child:
                        case ast.expr():
                            left.append(child)
                        case ast.comprehension(iter=part) | ast.keyword(value=part):
                            left.append(part)
    return frozenset(found)


def _called(call: ast.Call) -> str:
    function = call.func
    if isinstance(function, ast.Name):
        return function.id
    return function.attr if isinstance(function, ast.Attribute) else ""


def _starts(value: ast.expr) -> frozenset[str]:
    return _names(value).intersection(STARTS.values())


def _is_list(value: ast.expr) -> bool:
    return isinstance(value, ast.List | ast.ListComp | ast.Tuple)


def _roots(value: ast.expr) -> bool:
    """Whether there is ``sqrt(...)`` or ``... ** 0.5`` in it."""
    for node in ast.walk(value):
        match node:
            case ast.Call() if _called(node) == "sqrt":
                return True
            case ast.BinOp(op=ast.Pow(), right=ast.Constant(value=0.5)):
                return True
    return False


def _corrects(value: ast.expr) -> bool:
    """Whether there is ``1 - beta**t`` in it."""
    for node in ast.walk(value):
        match node:
            case ast.BinOp(left=ast.Constant(value=1 | 1.0), op=ast.Sub(), right=ast.BinOp() as of):
                if isinstance(of.op, ast.Pow):
                    return True
            case ast.BinOp(
                left=ast.Constant(value=1 | 1.0), op=ast.Sub(), right=ast.Call() as call
            ):
                if _called(call) in ("power", "pow"):
                    return True
    return False
