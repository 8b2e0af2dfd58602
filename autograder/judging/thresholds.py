"""Numbers in a student's code at which it may begin to do something else.

``if len(X) > 128``, ``np.clip(dw, -1e4, 1e4)``, ``min(t, 200)``, ``X[:300]``: code that is right
nearly everywhere and wrong beyond some number mostly says so, as the number stands in it.  Whether
it is wrong there no text can tell (a sigmoid that is kept from overflowing has such a number too);
only calls that lead to it can.  Here the numbers are found, in the text of a function and of
whatever it is made of; the text is read and never run.

Nearly all code has none, and that has to be seen in no time: where a text holds no numbers but the
plainest, and the customary defaults of a signature, no syntax tree is made of it.
"""

from __future__ import annotations

import ast
import math
import operator
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

from autograder.model import Outcome, Trace

PLAIN = frozenset({0.0, 1.0, 2.0})
"""Numbers that stand in every formula, and that ordinary calls lie on both sides of."""
CUSTOMARY = frozenset({"0.1", "0.01", "0.001", "0.9", "0.99", "0.999", "1e-8", "1e-08"})
"""Numbers, as they are written, that are no thresholds where a name is given them as a default."""
_CUSTOMARY_VALUES = frozenset(map(float, CUSTOMARY))
LEAST, MOST = 1e-24, 1e16
"""Beyond these a number only guards against what no call can lead to."""
MOST_NUMBERS = 8
"""Of one function; whoever has more has a table."""
MOST_CHARACTERS = 40_000
"""Of a cell that is looked at."""
MOST_PLACES = 20
"""To which anything is rounded."""


@dataclass(frozen=True, order=True)
class Threshold:
    """One number, without its sign."""

    value: float
    counts: bool = False
    """Whether something may be counted by it: epochs, points, entries."""
    sizes: bool = False
    """Whether a size may be measured by it."""


def declined(trace: Trace | None) -> bool:
    """Whether code refuses a call by a ``raise`` or an ``assert`` of its own, or takes too long for
    it: neither is a wrong answer to what an ordinary call asks.  None: it was not made yet."""
    if trace is None:
        return False
    code = trace.fault.code.lstrip() if trace.fault is not None and trace.fault.code else ""
    return trace.outcome is Outcome.TIMED_OUT or code.startswith(("raise", "assert"))


def thresholds(function: str, cells: Sequence[str]) -> tuple[Threshold, ...]:
    """The thresholds in a function, and in what it is made of, in order of size.

    ``cells``: the text of all cells.
    """
    if not any(map(_is_odd, cells)):
        return ()
    blocks = _reached(function, _by_name(tuple(cell for cell in cells if _can_be_read(cell))))
    if not any(_is_odd(block.text) for block in blocks):
        return ()
    try:
        return _in_blocks(tuple(block.text for block in blocks))
    except RecursionError:  # nobody's own expressions are nested that deep
        return ()


@lru_cache(maxsize=1024)
def _in_blocks(texts: tuple[str, ...]) -> tuple[Threshold, ...]:
    trees = [tree for text in texts if (tree := _parsed(text)) is not None]
    named = {name: value for tree in trees for name, value in _constants(tree)}
    found: dict[float, Threshold] = {}
    for tree in trees:
        for one in _in_tree(tree, named):
            value = abs(one.value)
            if value in PLAIN or not LEAST <= value <= MOST:
                continue
            before = found.get(value, one)
            found[value] = Threshold(value, one.counts or before.counts, one.sizes or before.sizes)
    return tuple(sorted(list(found.values())[:MOST_NUMBERS]))


# --------------------------------------------------------------------- what a function is made of


@dataclass(frozen=True, eq=False)
class _Block:
    """A statement that stands at the margin, with everything that is indented below it."""

    text: str

    @cached_property
    def defines(self) -> tuple[str, ...]:
        each = (match.group(1) or match.group(2) for match in _DEFINED.finditer(self.text))
        return tuple(name.strip() for names in each for name in names.split(","))

    @cached_property
    def is_code(self) -> bool:
        """Whether it defines a function, or a constant, or a name by what it was before."""
        return bool(_CODE.search(self.text)) or any(
            name in self.names_used for name in self.defines
        )

    @cached_property
    def names_used(self) -> frozenset[str]:
        """Those behind the first equals sign."""
        return frozenset(_NAME.findall(self.text.partition("=")[2]))

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset(_NAME.findall(self.text))


_CODE = re.compile(r"\b(?:def|class|lambda)\b|^\w+ *= *[-+*\d.eE_ ]+(?:#.*)?$", re.MULTILINE)
_BEGINS = re.compile(r"^(?=[^\s#)\]}])", re.MULTILINE)
_DEFINED = re.compile(
    r"^[ \t]*(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)"
    r"|^(\w+(?:[ \t]*,[ \t]*\w+)*)[ \t]*(?::[^=\n]+)?=(?!=)",
    re.MULTILINE,
)
_NAME = re.compile(r"[^\W\d]\w*")
_NUMBER = re.compile(r"[0-9](?<!\w[0-9])[0-9_]*(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?")
_DEFAULT = re.compile(r"[\w\]] ?= ?$")
_PLAIN = frozenset(f"{value:.0f}{end}" for value in PLAIN for end in ("", ".", ".0"))


def _can_be_read(cell: str) -> bool:
    return len(cell) <= MOST_CHARACTERS


@lru_cache(maxsize=4096)
def _is_odd(text: str) -> bool:
    """Whether a text holds a number that is not plain, nor the customary default of something."""
    if not _can_be_read(text):
        return False
    for match in _NUMBER.finditer(text):
        number = match.group()
        if number in _PLAIN:
            continue
        before = text[max(0, match.start() - 4) : match.start()]
        if number not in CUSTOMARY or not _DEFAULT.search(before):
            return True
    return False


@lru_cache(maxsize=1024)
def _blocks(cell: str) -> tuple[_Block, ...]:
    starts = [match.start() for match in _BEGINS.finditer(cell)]
    found, decorators = [], ""
    for start, end in pairwise([*starts, len(cell)]):
        text = decorators + cell[start:end]
        if text.startswith("@") and cell[start] == "@":
            decorators = text
            continue
        decorators = ""
        found.append(_Block(text))
    return tuple(found)


@lru_cache(maxsize=64)
def _by_name(cells: tuple[str, ...]) -> Mapping[str, tuple[_Block, ...]]:
    found: dict[str, tuple[_Block, ...]] = {}
    for cell in cells:
        for block in _blocks(cell):
            for name in block.defines:
                found[name] = (*found.get(name, ()), block)
    return found


def _reached(function: str, by_name: Mapping[str, tuple[_Block, ...]]) -> list[_Block]:
    """The blocks that define a function, and those that define whatever these name: functions and
    constants, and not the data that a notebook begins with."""
    found: list[_Block] = []
    names, left = {function}, [function]
    while left:
        name = left.pop()
        for block in by_name.get(name, ()):
            if block not in found and (name == function or block.is_code):
                found.append(block)
                new = (block.names & by_name.keys()) - names
                names |= new
                left += sorted(new)
    return found


@lru_cache(maxsize=1024)
def _parsed(text: str) -> ast.Module | None:
    try:
        return ast.parse(textwrap.dedent(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


# ------------------------------------------------------------------------------- what is a line

_BOTH = frozenset({"min", "max", "fmin", "fmax", "minimum", "maximum", "isclose"})
_SIZES = frozenset({"clip", "where", "select", "searchsorted", "digitize"})
_DIGITS = frozenset({"round", "around", "round_"})
_COUNTS = frozenset({"range", "arange", "islice"})
_FOLDED: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: math.pow,
}


def _in_tree(tree: ast.AST, named: Mapping[str, float]) -> Iterator[Threshold]:
    """Every number that something is compared with, bounded by, cut at or counted by."""
    for node in _that_computes(tree):
        match node:
            case ast.Compare():
                yield from _both(_values([node], named))
            case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test):
                yield from _both(_values([test], named))
            case ast.MatchValue(value=value):
                yield from _both(_values([value], named))
            case ast.Slice():
                yield from _counted(_values(ast.iter_child_nodes(node), named))
            case ast.BinOp(left=left, op=ast.Mod() | ast.FloorDiv(), right=right):
                if not (isinstance(left, ast.Constant | ast.JoinedStr)):
                    yield from _counted(_values([right], named))
            case ast.Call():
                yield from _in_call(node, named)


def _that_computes(tree: ast.AST) -> Iterator[ast.AST]:
    """All of a tree but what only decides when something is printed, such as every tenth epoch."""
    left = [tree]
    while left:
        node = left.pop()
        if not (isinstance(node, ast.If) and _only_prints(node)):
            yield node
            left.extend(ast.iter_child_nodes(node))


def _only_prints(node: ast.If) -> bool:
    prints = all(
        isinstance(line, ast.Expr)
        and isinstance(line.value, ast.Call)
        and isinstance(line.value.func, ast.Name)
        and line.value.func.id == "print"
        for line in node.body
    )
    named = any(isinstance(part, ast.NamedExpr) for part in ast.walk(node))
    return prints and not node.orelse and not named


def _in_call(node: ast.Call, named: Mapping[str, float]) -> Iterator[Threshold]:
    called = node.func
    name = getattr(called, "id", getattr(called, "attr", ""))
    arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
    if name in _BOTH:
        yield from _both(_values(arguments, named))
    elif name in _SIZES:
        yield from (Threshold(value, sizes=True) for value in _values(arguments, named))
    elif name in _COUNTS:
        yield from _counted(_values(arguments, named))
    elif name in _DIGITS:
        for places in _values(arguments[1:], named):
            if -MOST_PLACES <= places <= MOST_PLACES:
                yield Threshold(float(10.0**-places), sizes=True)


def _both(values: Iterable[float]) -> Iterator[Threshold]:
    return (Threshold(value, counts=True, sizes=True) for value in values)


def _counted(values: Iterable[float]) -> Iterator[Threshold]:
    return (Threshold(value, counts=True) for value in values)


def _values(nodes: Iterable[ast.AST], named: Mapping[str, float]) -> Iterator[float]:
    """The numbers in expressions; what is made of numbers only is one number."""
    none: set[ast.AST] = set()
    left = [*nodes][::-1]
    while left:
        node = left.pop()
        value = _folded(node, named, none)
        if value is not None:
            yield value
        else:
            left.extend([*ast.iter_child_nodes(node)][::-1])


def _folded(node: ast.AST, named: Mapping[str, float], none: set[ast.AST]) -> float | None:
    """``none``: what is known to be no number; else a long sum would be tried from every term."""
    if node in none:
        return None
    match node:
        case ast.Constant(value=bool()):
            return None
        case ast.Constant(value=int() | float() as value):
            return float(value) if abs(value) <= MOST else None
        case ast.Name(id=name):
            return named.get(name)
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
            if (folded := _folded(operand, named, none)) is not None:
                return folded  # signs do not matter
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _FOLDED:
            one, other = _folded(left, named, none), _folded(right, named, none)
            if one is not None and other is not None:
                with suppress(ArithmeticError, ValueError):
                    return _FOLDED[type(op)](one, other)
    none.add(node)
    return None


def _constants(tree: ast.AST) -> Iterator[tuple[str, float]]:
    """Names that are given a number once for all (``LIMIT = 300``), or where no call says otherwise
    (``def rule(..., limit=300)``)."""
    given = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    for node in ast.walk(tree):
        match node:
            case ast.arguments():
                yield from _defaults(node)
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                number = _folded(value, {}, set())
                if number is not None and name not in given:
                    yield name, number


def _defaults(signature: ast.arguments) -> Iterator[tuple[str, float]]:
    """Parameters with a number for a default, but for the customary ones: those are what a rule is
    given, and on both sides of them lie ordinary calls."""
    takes = [*signature.posonlyargs, *signature.args]
    last = takes[len(takes) - len(signature.defaults) :]
    pairs = [
        *zip(last, signature.defaults, strict=True),
        *zip(signature.kwonlyargs, signature.kw_defaults, strict=True),
    ]
    for parameter, default in pairs:
        number = None if default is None else _folded(default, {}, set())
        if number is not None and number not in _CUSTOMARY_VALUES:
            yield parameter.arg, number
