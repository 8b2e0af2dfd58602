"""No pattern and no reader takes time with more than the length of what a student wrote.

Time is the processor's, and only growth is judged: a pattern is tried on runs of ever more of the
same, and fails where doubling them takes far more than twice as long.  Patterns are found in the
sources, so that a new one is tried without being listed here.
"""

from __future__ import annotations

import ast
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from autograder.sandbox.sentences import sentences

pytestmark = pytest.mark.long
COURSE = Path(__file__).resolve().parents[2]
ANCHORED = {"match", "fullmatch"}
METHODS = {*ANCHORED, "search", "sub", "split", "findall", "finditer"}

SIZES = (256, 1024, 8192)
UNHEARD_OF = 0.01
"""Seconds that no pattern in proportion needs for the largest run: it takes about a tenth."""


@dataclass(frozen=True)
class Found:
    """A pattern as it is used."""

    where: str
    pattern: re.Pattern[str] | re.Pattern[bytes]
    methods: frozenset[str]


SOURCES = [
    str(path.relative_to(COURSE))
    for folder in ("autograder", "reference")
    for path in sorted((COURSE / folder).rglob("*.py"))
    if "import re\n" in path.read_text(encoding="utf-8")
]


def patterns(name: str) -> Iterator[Found]:
    """Those of a source; they are looked for by the test, not by whoever collects tests."""
    source = (COURSE / name).read_text(encoding="utf-8")
    for call, target in _calls(ast.parse(source)):
        pattern = _compiled(call)
        if pattern is None:
            continue
        used = {name_of(call)}
        if used == {"compile"}:
            used = set(re.findall(rf"\b{target}\.(\w+)\(", source))
        methods = frozenset(used & METHODS) or frozenset({"search"})
        yield Found(f"{name}:{call.lineno}", pattern, methods)


def _calls(tree: ast.Module) -> Iterator[tuple[ast.Call, str]]:
    """Calls of functions of ``re``, with the name that a compiled pattern gets."""
    names = {
        id(node.value): node.targets[0].id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "re"
            and node.func.attr in {"compile", *METHODS}
        ):
            yield node, names.get(id(node), "")


def name_of(call: ast.Call) -> str:
    """The function of ``re`` that is called."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _compiled(call: ast.Call) -> re.Pattern[str] | re.Pattern[bytes] | None:
    """None: the pattern is put together when the program runs."""
    try:
        text = ast.literal_eval(call.args[0])
    except ValueError:
        return None
    flags = 0
    for part in [*call.args[1:], *(keyword.value for keyword in call.keywords)]:
        for name in ast.walk(part):
            if isinstance(name, ast.Attribute) and name.attr.isupper():
                flags |= getattr(re, name.attr)
    return re.compile(text, flags)


ALONE = (
    *" \n\t\r\0\x1bab_1'\"([{}<#`*-.=,;:%?/\\é",
    *("a ", " a", "a\n", "\n ", "\r\n", "1_", "_1", "a_1", "_1_1", "#\n", "# ", "# a\n", "**a"),
    *("`a", "`a`", "a.", ".a", "'a", '"a', "\x1b[", "\x1b]", " (/", "/)", "<!--", "-->", "= %"),
    *("?\n", "1.", "e1", "a=", "a\\\n", "[\n", "('a',", "a, ", "<?xml", "0-", "None "),
)
BEHIND_A_WORD = (" ", "\n", "a", "1", "_", "-", "a ")


def runs_for(pattern: str) -> list[tuple[str, str]]:
    """What to repeat, and what to put before it: words that the pattern itself looks for."""
    words = re.findall(r"[A-Za-z<!#%-]{2,}", re.sub(r"\\[A-Za-z]", " ", pattern))
    starts = list(dict.fromkeys(["<!-- question", *words]))[:8]
    behind = [(start, run) for start in starts for run in BEHIND_A_WORD]
    return [("", run) for run in ALONE] + behind + [("", f"{start} ") for start in starts]


def slowest(found: Found) -> str | None:
    """A text on which the pattern's time grows with more than its length; None: there is none."""
    for method in sorted(found.methods):
        for start, run in runs_for(str(found.pattern.pattern)):
            spent = [_spent(found, method, start, run, size) for size in SIZES]
            if max(spent) > UNHEARD_OF:  # or the machine was busy
                once, twice = (
                    min(_spent(found, method, start, run, size) for _ in range(3))
                    for size in (SIZES[-1], 2 * SIZES[-1])
                )
                if once > UNHEARD_OF and twice > 3 * once:
                    return f"{method} on {start!r} and {run!r}...: {once:.3f} s, {twice:.3f} s"
    return None


def _spent(found: Found, method: str, start: str, run: str, size: int) -> float:
    text = start + run * (size // len(run)) + "\0"
    begun = time.process_time()
    _use(found, method, text)
    return time.process_time() - begun


def _use(found: Found, method: str, text: str) -> None:
    data = text.encode() if isinstance(found.pattern.pattern, bytes) else text
    if method == "sub":
        found.pattern.sub(data[:0], data)  # type: ignore[arg-type]
    elif method == "finditer":
        for _ in found.pattern.finditer(data):  # type: ignore[arg-type]
            pass
    else:
        getattr(found.pattern, method)(data)


def test_the_patterns_of_the_package_are_found() -> None:
    assert {
        "autograder/sandbox/runner.py",
        "autograder/submission/written.py",
        "autograder/sandbox/inside/transform.py",
        "autograder/judging/stopped.py",
    } <= set(SOURCES)
    assert sum(len(list(patterns(name))) for name in SOURCES) > 80


def test_every_pattern_is_in_a_source_that_is_looked_at() -> None:
    """Whoever imports ``re`` does it in a line of its own."""
    for folder in ("autograder", "reference"):
        for path in (COURSE / folder).rglob("*.py"):
            source = path.read_text(encoding="utf-8")
            name = str(path.relative_to(COURSE))
            assert name in SOURCES or not list(_calls(ast.parse(source))), name


def test_a_pattern_that_backtracks_is_noticed() -> None:
    bad = Found("here", re.compile(r"^\s*[%!?]", re.MULTILINE), frozenset({"search"}))
    assert slowest(bad) is not None
    good = Found("here", re.compile(r"^[ \t]*[%!?]", re.MULTILINE), frozenset({"search"}))
    assert slowest(good) is None


@pytest.mark.parametrize("name", SOURCES)
def test_patterns_take_time_in_proportion(name: str) -> None:
    complaints = {found.where: slowest(found) for found in patterns(name)}
    assert {where: slow for where, slow in complaints.items() if slow} == {}


def test_sentences_take_time_in_proportion() -> None:
    for sentence in sentences():
        assert slowest(Found("a sentence", sentence, frozenset({"fullmatch"}))) is None, sentence
