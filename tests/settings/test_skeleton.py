"""The files of a new assignment get their settings typed: mypy finds a slip in them, too."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from mypy.api import run as mypy

from autograder.cli import main

CONFIGURATION = Path(__file__).resolve().parents[2] / "pyproject.toml"


@pytest.mark.long
def test_what_is_laid_down_is_typed_as_strictly_as_the_rest(tmp_path: Path) -> None:
    laid_down = CliRunner().invoke(main, ["new", "some_rule", "--course", str(tmp_path)])
    assert laid_down.exit_code == 0
    questions = tmp_path / "assignments" / "some_rule" / "questions.py"
    options = ["--config-file", str(CONFIGURATION), "--cache-dir", str(tmp_path / "cache")]
    files = [str(questions), str(tmp_path / "reference" / "some_rule.py")]
    said, complaints, status = mypy([*options, *files])
    assert (status, complaints) == (0, ""), said
    text = questions.read_text(encoding="utf-8")
    questions.write_text(text.replace("settings.tolerance", "settings.tolerence"))
    said, _, status = mypy([*options, *files])
    assert status == 1
    assert 'has no attribute "tolerence"' in said
