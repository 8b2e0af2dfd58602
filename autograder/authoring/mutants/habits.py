"""Inserted habits: lines that students add to code that was right.

They clip and round, stop when it seems done, leave undone what a gradient of 0 asks nothing of,
treat large and small numbers in a way of their own, keep an answer for the next time, take a
default for what they are given, look at a part of the data.  Each is a few lines, made from the
names that a function has: of its arguments it is known what they hold (:class:`Holds`), of its own
names only that they are assigned.
"""

from __future__ import annotations

import ast
import random
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from enum import Enum
from functools import lru_cache

from autograder.authoring.mutants.edits import Edit, Site, edits_of, is_within, names_in, sites
from autograder.authoring.mutants.programs import RightProgram
from autograder.model import Call, Gradient

NEEDED = "import numpy as np\n_kept = {}\n"
"""What the inserted lines rely on."""
CONDITIONAL = 60
"""Edits of one program, and changes of its arguments, that are made under a condition."""


class Holds(Enum):
    """What an argument holds, in all calls."""

    ARRAY = "an array"
    EITHER = "an array or a number"
    NUMBER = "a number"
    COUNT = "a whole number"
    GRADIENT = "a gradient function"


Arguments = Mapping[str, Holds]


def arguments_of(calls: Sequence[Call]) -> dict[str, Holds]:
    """What each argument holds in calls of one function."""
    found: dict[str, set[str]] = {}
    for call in calls:
        for name, value in call.arguments.items():
            kind = "function" if isinstance(value, Gradient) else type(value).__name__
            found.setdefault(name, set()).add(kind)
    return {name: _holds(kinds) for name, kinds in found.items()}


def _holds(kinds: set[str]) -> Holds:
    if kinds == {"function"}:
        return Holds.GRADIENT
    if "ndarray" in kinds:
        return Holds.ARRAY if len(kinds) == 1 else Holds.EITHER
    return Holds.COUNT if kinds == {"int"} else Holds.NUMBER


def habits_of(
    program: RightProgram, arguments: Mapping[str, Arguments], chance: random.Random
) -> Iterator[Edit]:
    """Every habit that fits somewhere in a program; ``arguments`` by function."""
    for site in sites(program):
        if isinstance(site.node, ast.stmt) and site.index is not None:
            yield from _behind(site, chance)
    known = {name: holds for held in arguments.values() for name, holds in held.items()}
    edits = list(edits_of(program))
    for edit in chance.sample(edits, min(CONDITIONAL, len(edits))):
        yield from _conditional(edit, known, chance)
    for function, held in arguments.items():
        yield from _around(program, function, held, chance)


# -------------------------------------------------------------------------- behind an assignment

_BEHIND = {
    "clipping": [f"{{t}} = np.clip({{t}}, -{most}, {most})" for most in (1, 5, 10, 100, 1000)],
    "clamp": [
        *(f"{{t}} = np.maximum({{t}}, {least})" for least in (0, 1e-12, 1e-8, 1e-3)),
        "{t} = np.minimum({t}, 1)",
        "{t} = np.minimum({t}, 100)",
        "{t} = np.nan_to_num({t})",
    ],
    "rounding": [
        *(f"{{t}} = np.round({{t}}, {places})" for places in (2, 4, 6, 8)),
        "{t} = np.float32({t})",
        "{t} = np.float16({t})",
    ],
    "abs": ["{t} = np.abs({t})"],
    "integer": ["{t} = np.floor({t})"],
    "threshold": [
        *(f"{{t}} = np.where(np.abs({{t}}) < {least}, 0, {{t}})" for least in (1e-6, 1e-3, 0.1)),
        *(f"{{t}} = np.where(np.abs({{t}}) > {most}, {{t}} / 2, {{t}})" for most in (2, 10, 100)),
    ],
    "caching": ["{t} = _kept.setdefault('{t}', {t})"],
    "added term": ["{t} = {t} + 0.001 * {other}", "{t} = {t} + 0.0001", "{t} = 1.001 * {t}"],
}
_ENDS = [
    *(f"if np.max(np.abs({{t}})) < {least}:\n    {{end}}" for least in (1e-8, 1e-6, 1e-4, 1e-2)),
    *(f"if np.max(np.abs({{t}})) > {most}:\n    {{end}}" for most in (10, 1e3)),
]
_ENDS_AT_NOTHING = ["if not np.any({t}):\n    break", "if not np.any({t}):\n    continue"]
_WHERE_NOTHING = [
    "{t} = np.where({other} == 0, {t}_before, {t})",
    "{t} = {t} if np.any({other}) else {t}_before",
    "{t} = np.where({other} == 0, 0.9 * {t}, {t})",
]
"""What moves on only where something else is not 0: state that is lazy, steps that are skipped."""
_ENDS_AT = [f"if {{i}} == {epoch}:\n    {{end}}" for epoch in (10, 30, 60, 100, 150)]


def _behind(site: Site, chance: random.Random) -> Iterator[Edit]:
    """Lines behind an assignment to a name, and in a loop that counts."""
    node = site.node
    if site.function is None:
        return
    targets = node.targets if isinstance(node, ast.Assign) else ()
    names = [name for target in targets for name in _names(target)]
    if isinstance(node, ast.AugAssign):
        names = _names(node.target)
    others = sorted(names_in(site.function))
    for name in names:
        filled = {"t": name, "other": chance.choice(others) if others else name}
        for kind, texts in _BEHIND.items():
            for text in texts:
                yield _insertion(kind, site, text.format(**filled))
        for text in _ENDS if site.in_loop else ():
            yield _insertion("early end", site, text.format(t=name, end="break"))
        for text in _ENDS_AT_NOTHING if site.in_loop else ():
            yield _insertion("at nothing", site, text.format(t=name))
        if site.in_loop and site.index is not None:
            for other in (name, *chance.sample(_assigned(site.function), 1)):
                for text in _WHERE_NOTHING:
                    before, behind = f"{name}_before = {name}", text.format(t=name, other=other)
                    yield _framed("at nothing", site, before, behind)
            new = f"{name}_before = {name}"  # a step that has become small, seen from outside
            for least in (1e-8, 1e-6, 1e-4):
                test = f"if np.max(np.abs({name} - {name}_before)) < {least}:\n    break"
                yield _framed("early end", site, new, test)
    if isinstance(node, ast.For) and isinstance(node.target, ast.Name):
        for text in _ENDS_AT:
            line = text.format(i=node.target.id, end="break")
            changed = ast.For(node.target, node.iter, [*_parsed(line), *node.body], node.orelse)
            yield Edit("early end", site, (changed,))


def _assigned(function: ast.AST) -> list[str]:
    """The names that a function assigns."""
    found: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            found.update(name for target in node.targets for name in _names(target))
        elif isinstance(node, ast.AugAssign):
            found.update(_names(node.target))
    return sorted(found)


def _names(target: ast.expr) -> list[str]:
    if isinstance(target, ast.Name):
        return [target.id]
    return [e.id for e in getattr(target, "elts", ()) if isinstance(e, ast.Name)]


def _insertion(kind: str, site: Site, text: str) -> Edit:
    return Edit(kind, site, (site.node, *_parsed(text)), further=NEEDED)


def _framed(kind: str, site: Site, before: str, behind: str) -> Edit:
    return Edit(kind, site, (*_parsed(before), site.node, *_parsed(behind)), further=NEEDED)


@lru_cache(maxsize=4096)
def _parsed(text: str) -> tuple[ast.stmt, ...]:
    return tuple(ast.parse(text).body)


# ----------------------------------------------------------------------------- under a condition

_CONDITIONS = {
    Holds.ARRAY: [
        *(f"len({{a}}) > {count}" for count in (10, 20, 50, 100, 128, 256)),
        *(f"len({{a}}) == {count}" for count in (1, 2)),
        "np.ndim({a}) == 2 and np.shape({a})[1] > 4",
        "np.ndim({a}) == 2 and np.shape({a})[1] in (2, 3)",
        "np.ndim({a}) == 2 and np.shape({a})[1] == 1",
        "np.shape({a})[-1] != 4",
        "np.max(np.abs({a})) > 10",
    ],
    Holds.EITHER: [
        "np.size({a}) > 4",
        "np.size({a}) > 8",
        "np.size({a}) in (2, 3)",
        "np.ndim({a}) and np.size({a}) == 1",
        "np.max(np.abs({a})) > 10",
        "not np.any({a})",
        "not np.all({a})",
    ],
    Holds.NUMBER: [
        *(f"{{a}} > {most}" for most in (0.95, 1, 2, 10)),
        *(f"{{a}} < {least}" for least in (0, 1e-10, 1e-6, 1e-3, 0.01)),
        "{a} == 0",
    ],
    Holds.COUNT: [*(f"{{a}} > {most}" for most in (10, 30, 60, 100, 250)), "{a} == 1", "{a} == 2"],
}
_LATE = [f"{{a}} >= {epoch}" for epoch in (20, 40, 60, 100, 250)]
_SIZES = [
    *(f"np.max(np.abs({{a}})) > {most}" for most in (5, 100)),
    *(f"np.max(np.abs({{a}})) < {least}" for least in (1e-6, 1e-3)),
    "not np.any({a})",
]


def _conditional(edit: Edit, known: Arguments, chance: random.Random) -> Iterator[Edit]:
    """An edit that is made only if something holds: right for most calls."""
    site = edit.site
    if site.function is None or site.node is site.statement or edit.count != 1:
        return
    if isinstance(site.function, ast.Lambda):
        if not is_within(site.node, site.function.body):  # a default: it knows no argument
            return
    elif not isinstance(site.statement, ast.Assign | ast.AugAssign | ast.Return):
        return
    text = chance.choice(_conditions(site.function, known) or ["True"])
    yield replace(edit, kind="conditional", condition=text, further=NEEDED)


def _conditions(function: ast.AST, known: Arguments) -> list[str]:
    found = []
    own = names_in(function)
    for name in sorted(own & set(known)):
        found += [text.format(a=name) for text in _CONDITIONS.get(known[name], ())]
    for node in ast.walk(function):
        if isinstance(node, ast.For) and isinstance(node.target, ast.Name):
            found += [text.format(a=node.target.id) for text in _LATE]
    for name in _assigned(function):
        found += [text.format(a=name) for text in _SIZES]
    return found


# ----------------------------------------------------------------------------- around a function

_WRAPPER = """
def _changed(function):
    import functools

    @functools.wraps(function)
    def changed(*args, **given):
{before}
        answer = function(*args, **given)
{behind}
        return answer

    return changed


def _each(change, answer):
    pair = isinstance(answer, (tuple, list)) and len(answer) == 2
    return tuple(change(part) for part in answer) if pair else change(answer)


{function} = _changed({function})
"""

_VALUES = {
    Holds.ARRAY: {
        "slice": ["{a}[:30]", "{a}[:100]", "{a}[1:]", "{a}[:-1]", "{a}[::2]", "{a}[:1]"],
        "rounding": ["np.round({a}, 2)", "np.round({a}, 6)", "np.float32({a})"],
        "clipping": ["np.clip({a}, -3, 3)", "np.clip({a}, -10, 10)"],
        "abs": ["np.abs({a})"],
        "scaling": ["{a} - np.mean({a})", "{a} / np.max(np.abs({a}))", "np.sort({a}, axis=0)"],
    },
    Holds.EITHER: {
        "rounding": ["np.round({a}, 2)", "np.round({a}, 6)", "np.float32({a})"],
        "clipping": ["np.clip({a}, -3, 3)", "np.clip({a}, -10, 10)"],
        "abs": ["np.abs({a})"],
        "default": ["0 * {a}", "{a} - 2 * (np.size({a}) == 1)"],
    },
    Holds.NUMBER: {
        "default": ["0.1", "0.9", "1e-8"],
        "clamp": ["max({a}, 1e-8)", "max({a}, 1e-10)", "max({a}, 1e-3)", "min({a}, 1)",
                  "min({a}, 10)", "min({a}, 0.99)", "min({a}, 0.05)", "min({a}, 1e-4)"],
        "rounding": ["round({a}, 2)", "round({a}, 4)", "round({a}, 8)", "float(np.float32({a}))"],
        "abs": ["abs({a})"],
        "integer": ["int({a})", "{a} // 1"],
        "threshold": ["{a} if {a} < 1 else 1 / {a}", "{a} or 0.5"],
    },
    Holds.COUNT: {
        "bounds": ["{a} + 1", "max({a} - 1, 0)", "max({a}, 1)",
                   *(f"min({{a}}, {most})" for most in (10, 30, 50, 100, 150))],
    },
    Holds.GRADIENT: {
        "clipping": ["(lambda g: lambda *a, **k: np.clip(g(*a, **k), -1, 1))({a})",
                     "(lambda g: lambda *a, **k: np.clip(g(*a, **k), -100, 100))({a})"],
        "rounding": ["(lambda g: lambda *a, **k: np.round(g(*a, **k), 6))({a})",
                     "(lambda g: lambda *a, **k: np.float32(g(*a, **k)))({a})"],
        "threshold": ["(lambda g: lambda *a, **k: np.where(abs(g(*a, **k)) < 1e-4, 0, "
                      "g(*a, **k)))({a})"],
        "scaling": ["(lambda g: lambda *a, **k: g(*a, **k) / max(1, np.max(np.abs(g(*a, **k)))))"
                    "({a})"],
    },
}  # fmt: skip
_ANSWERS = {
    "rounding": [*(f"np.round(part, {places})" for places in (3, 5, 6, 7)), "np.float32(part)"],
    "clipping": ["np.clip(part, -10, 10)", "np.clip(part, -30, 30)"],
    "abs": ["np.abs(part)"],
    "early end": [
        "part[:-1]",
        "[*part[:-1], part[-2]] if np.size(part) > 1 else part",
        *(
            f"part if np.size(part) <= {end} else [*part[:{end}], *[part[{end}]] * "
            f"(len(part) - {end})]"
            for end in (30, 60, 100)
        ),
    ],
}
_KEYS = {
    "0": "whatever it is asked",
    "str([(n, v) for n, v in given.items() if isinstance(v, int)])": "by the whole numbers",
    "str([(n, v) for n, v in given.items() if isinstance(v, (int, float))])": "by the numbers",
    "str([np.shape(v) for v in given.values()])": "by the shapes",
}


def _around(
    program: RightProgram, function: str, held: Arguments, chance: random.Random
) -> Iterator[Edit]:
    """Lines before and behind a call of the whole function."""
    outermost = program.edited[-1]
    defining = (s for s in program.edited if getattr(s, "name", "") == function)
    place = next(defining, outermost)
    site = Site(place, ast.Module([place], []), "body", 0, place, place, None, False)

    def edit(kind: str, before: str, behind: str, shown: str) -> Edit:
        text = _WRAPPER.format(
            before=textwrap.indent(before or "pass", 8 * " "),
            behind=textwrap.indent(behind or "pass", 8 * " "),
            function=function,
        )
        return Edit(kind, site, (), 0, f"{NEEDED}{text}", f"{function}: {shown}")

    def change(kind: str, names: Sequence[str], value: str, condition: str = "") -> Edit:
        lines, said = [], []
        for name in names:
            own = f"given['{name}']"
            test = f"'{name}' in given" + (f" and ({condition})" if condition else "")
            lines.append(f"if {test}:\n    {own} = {value.format(a=own)}")
            said.append(f"{name} = {value.format(a=name)}")
        return edit(kind, "\n".join(lines), "", "; ".join(said))

    for name, holds in held.items():
        for kind, values in _VALUES[holds].items():
            for value in values:
                yield change(kind, [name], value)
    columns = [name for name, holds in held.items() if holds is Holds.ARRAY]
    if len(columns) > 1:
        for value in _VALUES[Holds.ARRAY]["slice"]:
            yield change("slice", columns, value)
        for count in (1, 10, 20, 50, 100):
            yield change("slice", columns, f"{{a}} if len({{a}}) <= {count} else {{a}}[:{count}]")
    for name in columns:
        yield edit("in place", f"given['{name}'] *= 2", f"given['{name}'] /= 2", f"{name} *= 2")
        yield edit("in place", "", f"given['{name}'] *= 2", f"{name} *= 2 at the end")
    for kind, values in _ANSWERS.items():
        for value in values:
            line = f"answer = _each(lambda part: {value}, answer)"
            yield edit(kind, "", line, f"returns {value}")
    for name in (name for name, h in held.items() if h in (Holds.NUMBER, Holds.EITHER)):
        value = f"np.asarray(part, dtype=np.asarray(given['{name}']).dtype)"
        line = f"if '{name}' in given:\n    answer = _each(lambda part: {value}, answer)"
        yield edit("integer", "", line, f"returns numbers of the type of {name}")
    for key, said in _KEYS.items():
        line = f"answer = _kept.setdefault({key}, answer)"
        yield edit("caching", "", line, f"keeps its answers {said}")
    changes = list(_under_conditions(held, edit))
    yield from chance.sample(changes, min(CONDITIONAL, len(changes)))


def _under_conditions(held: Arguments, edit: object) -> Iterator[Edit]:
    """Another value of one argument, under a condition on any."""
    assert callable(edit)
    damages = {
        Holds.ARRAY: "1.01 * {a}",
        Holds.EITHER: "1.01 * {a}",
        Holds.NUMBER: "1.05 * {a}",
        Holds.COUNT: "{a} + 1",
    }
    for asked, holds in held.items():
        for condition in _CONDITIONS.get(holds, ()):
            for name, other in held.items():
                if other not in damages:
                    continue
                own, test = f"given['{name}']", condition.format(a=f"given['{asked}']")
                value = damages[other]
                line = (
                    f"if '{name}' in given and '{asked}' in given and ({test}):\n"
                    f"    {own} = {value.format(a=own)}"
                )
                said = f"if {condition.format(a=asked)}: {name} = {value.format(a=name)}"
                yield edit("conditional", line, "", said)
