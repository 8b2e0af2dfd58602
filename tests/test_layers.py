"""The import contracts hold, and notice an arrow back up and a circle that are put in by hand."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINT = "from importlinter.cli import lint_imports_command; lint_imports_command()"
SLIPS = {
    "One way through the house": ("model.py", "from autograder.course import Course"),
    "in a circle": ("judging/rule/history.py", "from autograder.judging.rule.exam import RuleExam"),
    "the room of the authors": ("batch/run.py", "from autograder.authoring.new import lay_down"),
    "What student code meets": ("sandbox/inside/wire.py", "from autograder.text import counted"),
    "neither what is asked": ("judging/rule/history.py", "import reference.vocabulary"),
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


def test_the_sandboxes_inside_is_kept_from_every_room_and_the_contracts_see_every_folder() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    (inside,) = (c for c in contracts if c.get("source_modules") == ["autograder.sandbox.inside"])
    (layers,) = (c for c in contracts if c["type"] == "layers")
    rooms = {room.strip() for layer in layers["layers"] for room in layer.split("|")}
    kept_from = {name.removeprefix("autograder.") for name in inside["forbidden_modules"]}
    assert kept_from == rooms - {"__main__", "sandbox"}
    # What has no __init__.py is not looked at.
    folders = {path.parent for path in (ROOT / "autograder").rglob("*.py")}
    assert [folder for folder in folders if not (folder / "__init__.py").is_file()] == []
