"""Single edits of a program's syntax tree: what a slip of the hand or of the mind changes.

Each edit replaces one node, or some neighbouring statements, by others.  Nothing here knows what
the program computes; the kinds of edits are those of the common mutation testers, and some that
numerical code invites: a term that moves out of a call, an assignment that becomes one in place, a
line that moves into a loop.
"""

from __future__ import annotations

import ast
import copy
import difflib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeGuard

from autograder.authoring.mutants.programs import RightProgram


@dataclass(frozen=True, eq=False)
class Site:
    """A node, and where it is."""

    node: ast.AST
    parent: ast.AST
    field: str
    index: int | None
    """Within a list of the parent's; None: the field is the node itself."""
    outermost: ast.stmt
    statement: ast.stmt
    """The smallest statement around it, or itself."""
    function: ast.FunctionDef | ast.Lambda | None
    """The innermost one around it."""
    in_loop: bool


@dataclass(frozen=True, eq=False)
class Edit:
    """Nodes in the place of others."""

    kind: str
    """In a word or two, such as ``operator``; a choice of edits is spread over the kinds."""
    site: Site
    new: tuple[ast.AST, ...]
    count: int = 1
    """Neighbours that are replaced, from the site on; 0: nothing is."""
    further: str = ""
    """Lines behind the program's own."""
    shown: str = ""
    """What of these lines matters to who reads of the edit."""
    condition: str = ""
    """Only then the edited statement is run, or the edited body of a lambda, else the one that was
    there; empty: always."""


@dataclass(frozen=True)
class Mutant:
    """A program with one edit in it."""

    kind: str
    place: str
    """File and line."""
    before: str
    """The lines that were changed, as Python writes them; empty: something was added."""
    after: str
    source: str


def applied(program: RightProgram, edit: Edit) -> Mutant:
    """The edited program; the program itself is as it was before."""
    before = program.source
    site = edit.site
    if edit.count == 0:
        after = before
    elif edit.condition:
        with _edited_if(program, edit):
            after = program.source
    else:
        with _edited(edit):
            after = program.source
    lost, gained = changed_lines(before, after)
    place = program.place(site.outermost, site.statement.lineno)
    after = f"{after}\n{edit.further}" if edit.further else after
    return Mutant(edit.kind, place, lost, edit.shown or gained, after)


@contextmanager
def _edited(edit: Edit) -> Iterator[None]:
    """For a while, the tree as the edit leaves it."""
    site = edit.site
    if site.index is None:
        setattr(site.parent, site.field, edit.new[0])
        yield
        setattr(site.parent, site.field, site.node)
        return
    nodes: list[ast.AST] = getattr(site.parent, site.field)
    kept = list(nodes)
    nodes[site.index : site.index + edit.count] = edit.new
    yield
    nodes[:] = kept


@contextmanager
def _edited_if(program: RightProgram, edit: Edit) -> Iterator[None]:
    """For a while, the tree with both, the edited and the unedited, and a condition between them.

    It stands where its names are known: in the function around the edit, within a lambda too.
    """
    test, function = ast.parse(edit.condition, mode="eval").body, edit.site.function
    if isinstance(function, ast.Lambda):
        unedited = function.body
        with _edited(edit):
            edited = copy.deepcopy(function.body)
        function.body = ast.IfExp(test, edited, copy.deepcopy(unedited))
        yield
        function.body = unedited
        return
    statement = edit.site.statement
    unedited_too = copy.deepcopy(statement)
    with _edited(edit):
        either = ast.If(test, [copy.deepcopy(statement)], [unedited_too])
    own = next(s for s in sites(program) if s.node is statement and s.index is not None)
    with _edited(Edit("", own, (either,))):
        yield


def is_within(node: ast.AST, whole: ast.AST) -> bool:
    return any(part is node for part in ast.walk(whole))


def changed_lines(before: str, after: str) -> tuple[str, str]:
    """The lines in which two texts differ, of the one and of the other."""
    old, new = before.splitlines(), after.splitlines()
    lost: list[str] = []
    gained: list[str] = []
    for tag, i, j, k, m in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            lost += [line.strip() for line in old[i:j]]
            gained += [line.strip() for line in new[k:m]]
    return _in_one_line(lost), _in_one_line(gained)


def _in_one_line(lines: Sequence[str]) -> str:
    return "; ".join(filter(None, lines)).replace(":; ", ": ")


# ----------------------------------------------------------------------------- where edits can be

_SKIPPED = {"annotation", "returns", "decorator_list", "type_comment", "ctx"}


def sites(program: RightProgram) -> Iterator[Site]:
    """Every node that can be edited, from the outside in."""
    for statement in program.edited:
        parent = ast.Module([statement], [])
        yield from _below(statement, parent, "body", None, statement, statement, None, False)


def _below(
    node: ast.AST,
    parent: ast.AST,
    field: str,
    index: int | None,
    outermost: ast.stmt,
    statement: ast.stmt,
    function: ast.FunctionDef | ast.Lambda | None,
    in_loop: bool,
) -> Iterator[Site]:
    if isinstance(node, ast.stmt):
        statement = node
    if node is not outermost:
        yield Site(node, parent, field, index, outermost, statement, function, in_loop)
    if isinstance(node, ast.JoinedStr) or _is_docstring(node):
        return
    if isinstance(node, ast.FunctionDef | ast.Lambda):
        function, in_loop = node, False
    for name, value in ast.iter_fields(node):
        if name in _SKIPPED:
            continue
        inside = in_loop or (isinstance(node, ast.For | ast.While) and name == "body")
        children = enumerate(value) if isinstance(value, list) else ((None, value),)
        for place, child in children:
            if isinstance(child, ast.AST):
                yield from _below(child, node, name, place, outermost, statement, function, inside)


def _is_docstring(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


# --------------------------------------------------------------------------------------- all edits


def edits_of(program: RightProgram) -> Iterator[Edit]:
    """Every single edit of a program that is known here."""
    for site in sites(program):
        node = site.node
        if isinstance(node, ast.expr):
            for kind, new in _expressions(node, site):
                yield Edit(kind, site, (new,))
        elif isinstance(node, ast.stmt) and not _is_docstring(node):
            yield from _statements(node, site)


_Change = tuple[str, ast.AST]


def _expressions(node: ast.expr, site: Site) -> Iterator[_Change]:
    if not isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
        return
    if isinstance(node, ast.BinOp):
        yield from _operations(node)
    elif isinstance(node, ast.UnaryOp):
        yield "operator", node.operand
    elif isinstance(node, ast.Compare):
        yield from _comparisons(node)
    elif isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield "operator", ast.BoolOp(other, node.values)
        for value in node.values:
            yield "dropped term", value
    elif isinstance(node, ast.Constant):
        yield from _constants(node, site)
    elif isinstance(node, ast.Name):
        yield from _names(node, site)
    elif isinstance(node, ast.Attribute):
        for name in FUNCTIONS.get(node.attr, ()):
            yield "function", ast.Attribute(node.value, name, node.ctx)
    elif isinstance(node, ast.Call):
        yield from _calls(node)
    elif isinstance(node, ast.IfExp):
        yield "branch", node.body
        yield "branch", node.orelse
    elif isinstance(node, ast.Tuple | ast.List) and len(node.elts) >= 2:
        swapped = [node.elts[1], node.elts[0], *node.elts[2:]]
        yield "order", type(node)(swapped, node.ctx)
        yield "dropped term", type(node)([node.elts[0], *node.elts[:1], *node.elts[2:]], node.ctx)
    elif isinstance(node, ast.Subscript):
        yield from _subscripts(node)
    if isinstance(site.parent, ast.comprehension) and site.field == "iter":
        yield from iterations(node)


_OPERATORS: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.FloorDiv: (ast.Div,),
    ast.Pow: (ast.Mult,),
    ast.Mod: (ast.FloorDiv,),
    ast.MatMult: (ast.Mult,),
}


def _operations(node: ast.BinOp) -> Iterator[_Change]:
    left, op, right = node.left, node.op, node.right
    for other in _OPERATORS.get(type(op), ()):
        kind = "integer division" if other is ast.FloorDiv else "operator"
        yield kind, ast.BinOp(left, other(), right)
    yield "dropped term", left
    yield "dropped term", right
    if isinstance(op, ast.Sub | ast.Div | ast.Pow):
        yield "order", ast.BinOp(right, op, left)
    if isinstance(op, ast.Add | ast.Sub):
        # f(a) + b for f(a + b), and the other way round: an epsilon in another place
        if isinstance(left, ast.Call) and len(left.args) == 1:
            yield (
                "another place",
                ast.Call(left.func, [ast.BinOp(left.args[0], op, right)], left.keywords),
            )
        if isinstance(left, ast.BinOp) and isinstance(left.op, ast.Mult | ast.Div):
            moved = ast.BinOp(left.left, left.op, ast.BinOp(left.right, op, right))
            yield "another place", moved  # a * (b + c) for a * b + c
    if isinstance(op, ast.Mult | ast.Div) and _is_sum(right):  # a * b + c for a * (b + c)
        yield (
            "another place",
            ast.BinOp(ast.BinOp(left, op, right.left), right.op, right.right),
        )
    if isinstance(op, ast.Pow):
        yield "function", _called("abs", left)


def _is_sum(node: ast.expr) -> TypeGuard[ast.BinOp]:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub)


def _called(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])


_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}


def _comparisons(node: ast.Compare) -> Iterator[_Change]:
    for other in _COMPARISONS.get(type(node.ops[0]), ()):
        yield "comparison", ast.Compare(node.left, [other(), *node.ops[1:]], node.comparators)
    yield "comparison", ast.Constant(True)
    yield "comparison", ast.Constant(False)


def _constants(node: ast.Constant, site: Site) -> Iterator[_Change]:
    value = node.value
    others: list[bool | int | float] = []
    if isinstance(value, bool):
        others = [not value]
    elif isinstance(value, int):
        others = [value + 1, value - 1, -value, 2 * value, value + 1e-3, value + 1e-5]
    elif isinstance(value, float):
        others = [value + 1, value - 1, 0.0, 1.0, -value, 10 * value, 1.001 * value]
    elif isinstance(value, str) and site.function is not None:
        words = (n.value for n in ast.walk(site.outermost) if isinstance(n, ast.Constant))
        texts = sorted({word for word in words if isinstance(word, str)})
        for text in texts:
            if _similar(text, value):
                yield "name", ast.Constant(text)
    for other in others:
        if other != value or type(other) is not type(value):
            yield "constant", ast.Constant(other)


def _names(node: ast.Name, site: Site) -> Iterator[_Change]:
    if site.function is None:
        return
    known = sorted(names_in(site.function) - {node.id})
    for name in known:
        if _similar(name, node.id):
            yield "name", ast.Name(name, node.ctx)
    called = isinstance(site.parent, ast.Call) and site.field == "func"
    if known and not called:  # one that is not similar, but always the same one
        place = node.lineno * 31 + node.col_offset
        yield "name", ast.Name(known[place % len(known)], node.ctx)


@lru_cache(maxsize=256)
def names_in(function: ast.AST) -> frozenset[str]:
    """The arguments of a function, and what it assigns."""
    found = {node.arg for node in ast.walk(function) if isinstance(node, ast.arg)}
    found |= {
        node.id
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    return frozenset(found)


def _similar(one: str, other: str) -> bool:
    """Of one length, and unlike in one place: w and b, v_w and v_b, beta1 and beta2."""
    if len(one) != len(other):
        return False
    return sum(a != b for a, b in zip(one, other, strict=True)) == 1


FUNCTIONS = {
    "sqrt": ("cbrt", "abs", "square"),
    "sum": ("mean", "max"),
    "mean": ("sum",),
    "exp": ("expm1",),
    "maximum": ("minimum", "add"),
    "minimum": ("maximum",),
    "zeros_like": ("ones_like",),
    "zeros": ("ones",),
    "square": ("abs",),
    "abs": ("square",),
    "dot": ("multiply",),
    "vdot": ("multiply",),
    "max": ("min",),
    "hypot": ("maximum",),
    "reciprocal": ("negative",),
    "cumsum": ("cumprod",),
}
"""What is easily written instead of a function of NumPy's or Python's."""


def _calls(node: ast.Call) -> Iterator[_Change]:
    function, arguments = node.func, node.args
    if arguments and not isinstance(arguments[0], ast.Starred):
        yield "dropped call", arguments[0]
    if len(arguments) >= 2:
        swapped = [arguments[1], arguments[0], *arguments[2:]]
        yield "order", ast.Call(function, swapped, node.keywords)
    if isinstance(function, ast.Attribute):
        if function.attr in ("copy", "item", "ravel", "flatten", "tolist", "sum"):
            yield "aliasing", function.value
    elif isinstance(function, ast.Name):
        for name in FUNCTIONS.get(function.id, ()):
            if name in ("max", "min", "abs"):
                yield "function", ast.Call(ast.Name(name, ast.Load()), arguments, node.keywords)
        if function.id == "range":
            yield from _ranges(arguments)
        if function.id in ("list", "tuple", "float", "array") and arguments:
            yield "aliasing", arguments[0]
    for keyword in node.keywords:
        fewer = [other for other in node.keywords if other is not keyword]
        yield "dropped term", ast.Call(function, arguments, fewer)


def _ranges(arguments: Sequence[ast.expr]) -> Iterator[_Change]:
    start = arguments[0] if len(arguments) > 1 else ast.Constant(0)
    end = arguments[1] if len(arguments) > 1 else arguments[0]
    rest = list(arguments[2:])
    one = ast.Constant(1)
    changed = [
        (start, ast.BinOp(end, ast.Add(), one)),
        (start, ast.BinOp(end, ast.Sub(), one)),
        (ast.BinOp(start, ast.Add(), one), end),
        (ast.BinOp(start, ast.Sub(), one), end),
        *((start, _called("min", end, ast.Constant(most))) for most in (10, 30, 50, 100, 150)),
        (start, _called("max", end, one)),
    ]
    for first, last in changed:
        yield "bounds", ast.Call(ast.Name("range", ast.Load()), [first, last, *rest], [])


def _subscripts(node: ast.Subscript) -> Iterator[_Change]:
    if isinstance(node.slice, ast.Slice):
        part = node.slice
        yield "slice", node.value
        yield "slice", ast.Subscript(node.value, ast.Slice(None, part.upper, part.step), node.ctx)
        yield "slice", ast.Subscript(node.value, ast.Slice(part.lower, None, part.step), node.ctx)


def iterations(node: ast.expr) -> Iterator[_Change]:
    """Not all that is to be iterated, or not once."""
    whole = _called("list", node)
    bounds = [
        (1, None, None),
        (None, -1, None),
        (None, None, 2),
        *((None, end, None) for end in (1, 10, 30, 50, 100)),
    ]
    for lower, upper, step in bounds:
        parts = [None if part is None else ast.Constant(part) for part in (lower, upper, step)]
        yield "slice", ast.Subscript(whole, ast.Slice(*parts), ast.Load())


# ------------------------------------------------------------------------------------- statements


def _statements(node: ast.stmt, site: Site) -> Iterator[Edit]:
    siblings: list[ast.stmt] = getattr(site.parent, site.field)
    if site.index is None or site.function is None:
        return
    following = siblings[site.index + 1] if site.index + 1 < len(siblings) else None

    def edit(kind: str, *new: ast.stmt, count: int = 1) -> Edit:
        return Edit(kind, site, new or (ast.Pass(),), count)

    if not isinstance(node, ast.FunctionDef | ast.Return | ast.Pass | ast.Nonlocal | ast.Global):
        yield edit("dropped line", ast.Pass())
    if isinstance(node, ast.Assign | ast.AugAssign | ast.Expr):
        yield edit("doubled line", node, node)
        if following is not None and isinstance(following, ast.Assign | ast.AugAssign | ast.Expr):
            yield edit("order", following, node, count=2)
    if isinstance(node, ast.AugAssign):
        yield edit("in place", ast.Assign([_stored(node.target)], node.value, lineno=node.lineno))
        for other in _OPERATORS.get(type(node.op), ()):
            yield edit("operator", ast.AugAssign(node.target, other(), node.value))
        plain = ast.BinOp(_loaded(node.target), node.op, node.value)
        yield edit("in place", ast.Assign([_stored(node.target)], plain, lineno=node.lineno))
    elif isinstance(node, ast.Assign) and len(node.targets) == 1:
        target, value = node.targets[0], node.value
        own = isinstance(value, ast.BinOp) and ast.unparse(value.left) == ast.unparse(target)
        if own and isinstance(target, ast.Name | ast.Subscript | ast.Attribute):
            assert isinstance(value, ast.BinOp)  # x -= e for x = x - e: not so for shared arrays
            yield edit("in place", ast.AugAssign(target, value.op, value.right))
        yield edit("sign", _assigned(node, ast.UnaryOp(ast.USub(), node.value)))
    elif isinstance(node, ast.Return) and node.value is not None:
        yield edit("dropped line", ast.Return(None))
    elif isinstance(node, ast.If):
        yield edit("branch", *node.body)
        yield edit("branch", *(node.orelse or [ast.Pass()]))
        yield edit("branch", ast.If(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse))
    if isinstance(node, ast.For | ast.While):
        yield from _loops(node, siblings, site.index, site)


def _assigned(node: ast.Assign, value: ast.expr) -> ast.Assign:
    return ast.Assign(node.targets, value, lineno=node.lineno)


def _stored(target: ast.expr) -> ast.expr:
    stored = copy.copy(target)
    if isinstance(stored, ast.Name | ast.Subscript | ast.Attribute):
        stored.ctx = ast.Store()
    return stored


def _loaded(target: ast.expr) -> ast.expr:
    loaded = copy.copy(target)
    if isinstance(loaded, ast.Name | ast.Subscript | ast.Attribute):
        loaded.ctx = ast.Load()
    return loaded


def _loops(
    node: ast.For | ast.While, siblings: Sequence[ast.stmt], index: int, site: Site
) -> Iterator[Edit]:
    def loop(body: Sequence[ast.stmt]) -> ast.stmt:
        changed = copy.copy(node)
        changed.body = list(body) or [ast.Pass()]
        return changed

    body = node.body
    # A line that belongs before the loop, in it, or behind it
    first, last = body[0], body[-1]
    yield Edit("reset", site, (first, loop(body[1:])))
    yield Edit("reset", site, (loop(body[:-1]), last))
    if index > 0 and isinstance(siblings[index - 1], ast.Assign):
        before = Site(
            siblings[index - 1],
            site.parent,
            site.field,
            index - 1,
            site.outermost,
            siblings[index - 1],
            site.function,
            site.in_loop,
        )
        yield Edit("reset", before, (siblings[index - 1], loop([siblings[index - 1], *body])), 2)
        yield Edit("reset", before, (loop([siblings[index - 1], *body]),), 2)
    for place in range(index - 2, -1, -1):
        if isinstance(siblings[place], ast.Assign):
            yield Edit("reset", site, (loop([siblings[place], *body]),))
    if index + 1 < len(siblings) and not isinstance(siblings[index + 1], ast.Return):
        yield Edit("reset", site, (loop([*body, siblings[index + 1]]),), 2)
    yield Edit("early end", site, (loop([*body, ast.Break()]),))
    for statement in body:
        if isinstance(statement, ast.Return):
            return
    yield Edit("early end", site, (loop([*body, ast.Return(None)]),))
    if isinstance(node, ast.For):
        for kind, new in iterations(node.iter):
            changed = copy.copy(node)
            assert isinstance(new, ast.expr)
            changed.iter = new
            yield Edit(kind, site, (changed,))
