"""Every line of the threat model has a test that is there and is run."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
TEXT = (TESTS.parent / "autograder" / "web" / "THREATS.md").read_text(encoding="utf-8")
ROWS = [
    (somebody, shown)
    for somebody, _, shown in re.findall(r"^\| (.+?) \| (.+?) \| (.+?) \|$", TEXT, re.M)
    if somebody != "somebody"
]


def test_it_is_read() -> None:
    assert len(ROWS) > 20
    assert len(TEXT.split()) < 1_200  # a page


@pytest.mark.parametrize(("somebody", "shown"), ROWS, ids=[somebody for somebody, _ in ROWS])
def test_a_line_has_its_tests(somebody: str, shown: str) -> None:
    named = re.findall(r"`([\w/]+\.py)(?:::(\w+))?`", shown)
    assert named
    for file, test in named:
        tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
        names = {one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)}
        assert not test or test in names, f"{file}::{test}"
