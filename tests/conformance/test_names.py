"""The engine knows no rule and no assignment by name: those come in from the course."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.course import Course

ROOT = Path(__file__).resolve().parents[2]
RULES = """
adagrad adam adamw adadelta amsgrad annealed annealing momentum nag nesterov rmsprop sgd
gradient_descent without_root bias_correction
"""
WORDS = {*RULES.split(), *Course(ROOT).assignments()}

# Where a name stands in an example of a command, for people to copy.
EXAMPLES = re.compile(r"Example: +autograder \w+ .*")

PACKAGE_DESCRIPTION = "__init__.py"
"""Says what the program is for, and may say for which rules it was written."""


def modules() -> list[Path]:
    return sorted((ROOT / "autograder").rglob("*.py"))


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """Names, strings and comments of a module, with their lines."""
    source = path.read_text(encoding="utf-8")
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type in (tokenize.NAME, tokenize.STRING, tokenize.COMMENT):
            for offset, line in enumerate(token.string.splitlines()):
                yield token.start[0] + offset, line


def named(text: str) -> set[str]:
    """Rules and assignments in a text, also as a part of a name such as ``do_...``."""
    text = EXAMPLES.sub("", text).lower()
    whole = set(re.findall(r"[a-z]\w*", text))
    parts = {part for word in whole for part in word.split("_")}
    joined = {name for name in WORDS if "_" in name and any(name in word for word in whole)}
    return (whole | parts) & WORDS | joined


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_names_a_rule_or_an_assignment(path: Path) -> None:
    if path == ROOT / "autograder" / PACKAGE_DESCRIPTION:
        return
    found = [f"line {line}: {text.strip()}" for line, text in texts(path) if named(text)]
    assert not found, "\n".join(found)


def test_the_search_would_find_them() -> None:
    assert named("def do_adagrad(X):") == {"adagrad"}
    assert named("# Adam's second moment") == {"adam"}
    assert named("momentum_methods") >= {"momentum_methods", "momentum"}
    assert named("    Example:  autograder verify adaptive_learning_rates") == set()
    assert named("the second moment of a dynamo, momentous") == set()


def test_the_skeleton_names_none_either() -> None:
    for path in sorted((ROOT / "autograder" / "authoring" / "skeleton").iterdir()):
        assert not named(path.read_text(encoding="utf-8")), path.name
