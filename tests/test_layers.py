"""The import contracts hold, and notice an arrow back up and a circle that are put in by hand."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINT = "from importlinter.cli import lint_imports_command; lint_imports_command()"
SLIPS = {
    "One way through the house": ("model.py", "from autograder.course import Course"),
    "in a circle": ("judging/rule/history.py", "from autograder.judging.rule.exam import RuleExam"),
    "the room of the authors": ("batch/run.py", "from autograder.authoring.new import lay_down"),
    "What student code meets": ("sandbox/inside/wire.py", "from autograder.model import Call"),
    "knows click": ("course.py", "import click"),
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", LINT, "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def copy(folder: Path) -> Path:
    shutil.copytree(
        ROOT / "autograder", folder / "autograder", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_every_contract_holds() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("contract", SLIPS)
def test_a_slip_breaks_its_contract(contract: str, tmp_path: Path) -> None:
    name, line = SLIPS[contract]
    changed = copy(tmp_path) / "autograder" / name
    text = changed.read_text(encoding="utf-8")
    marker = "from __future__ import annotations\n"
    assert marker in text
    changed.write_text(text.replace(marker, f"{marker}\n{line}\n", 1), encoding="utf-8")
    done = lint(tmp_path)
    assert done.returncode == 1
    verdicts = [line for line in done.stdout.splitlines() if contract in line]
    assert any(" BROKEN" in line for line in verdicts), done.stdout
