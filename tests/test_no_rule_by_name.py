"""The engine knows no update rule and no hyper-parameter by name: assignments bring them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ENGINE = Path(__file__).resolve().parents[1] / "autograder"
RULES = {"adagrad", "rmsprop", "adam", "amsgrad", "adadelta", "momentum", "nesterov", "nag"}
HYPER = {"eta", "eps", "beta", "beta1", "beta2", "gamma", "rho", "decay", "lr"}


def names(source: str) -> Iterator[str]:
    """Every string that is a whole name, and every argument given or asked for by name."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value.lower()
        elif isinstance(node, ast.keyword | ast.arg) and node.arg is not None:
            yield node.arg.lower()


@pytest.mark.parametrize("line", ['h["eta"]', "f(eps=1e12)", '{"beta1": 0.0}', "def f(gamma): ..."])
def test_a_name_in_code_is_found(line: str) -> None:
    assert set(names(line)) & HYPER


def test_the_engine_has_none() -> None:
    files = sorted(ENGINE.rglob("*.py"))
    assert len(files) > 100
    found = {
        f"{path.relative_to(ENGINE)}: {name}"
        for path in files
        for name in set(names(path.read_text(encoding="utf-8"))) & (RULES | HYPER)
    }
    assert not found
