"""The engine as others get it: built as a wheel, installed among the packages that may be read."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.sandbox.layers import jail_works
from tests.hostile.program import all_programs, runs_in
from tests.sandbox.conftest import COURSE, needs_sandbox, skip

pytestmark = pytest.mark.installed

_SOURCE = ("pyproject.toml", "README.md", "autograder")
_TRIED = ("tests", "assignments", "reference")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``site-packages``, in which the wheel is unpacked, and ``course`` beside it."""
    folder = tmp_path_factory.mktemp("installed")
    for names, where in ((_SOURCE, folder / "source"), (_TRIED, folder / "course")):
        where.mkdir()
        for name in names:
            if (COURSE / name).is_dir():
                ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
                shutil.copytree(COURSE / name, where / name, ignore=ignored)
            else:
                shutil.copy(COURSE / name, where / name)
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target"]
    command += [str(folder / "site-packages"), str(folder / "source")]
    subprocess.run(command, check=True)
    return folder


def _run(installed: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run Python with the wheel before everything else on the path."""
    environment = {**os.environ, "PYTHONPATH": str(installed / "site-packages")}
    return subprocess.run(
        [sys.executable, *command],
        cwd=installed / "course",
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("jail", ["namespaces", "bubblewrap", "none"])
def test_hostile_programs_are_held(installed: Path, jail: str) -> None:
    needs_sandbox()
    if not jail_works(jail):
        skip(f"this machine or user cannot give the jail {jail}")
    programs = [program for program in all_programs() if runs_in(program, "installed")]
    done = _run(installed, "tests/hostile/drive.py", "--jail", jail, "--configuration", "installed")
    assert done.returncode == 0, done.stderr[-2000:]
    report = json.loads(done.stdout)
    assert report["engine"] == str(installed / "site-packages" / "autograder")
    assert {name: found for name, found in report["problems"].items() if found} == {}
    assert len(report["problems"]) == len(programs)
    assert ("jail" in report["active"]) == (jail != "none")


def test_the_demo_runs(installed: Path, tmp_path: Path) -> None:
    done = _run(installed, "-m", "autograder", "demo", "--out", str(tmp_path / "results"))
    assert done.returncode == 0, done.stderr[-2000:]
    assert "autograder/sandbox" not in done.stdout
    said = " ".join(done.stdout.split())
    readme = (COURSE / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```text\n(.*?)```", readme, re.DOTALL)
    (block,) = (block for block in blocks if "What " in block)
    for line in block.splitlines():
        if line.strip() != "..." and "demo-results" not in line:
            assert " ".join(line.split()) in said, "README shows what the demo does not say"
