"""The engine as others get it: built as a wheel, installed among the packages that may be read."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
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


def _start(installed: Path, *command: str) -> subprocess.Popen[str]:
    """Start Python with the wheel before everything else on the path."""
    return subprocess.Popen(
        [sys.executable, *command],
        cwd=installed / "course",
        env={**os.environ, "PYTHONPATH": str(installed / "site-packages")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


JAILS = ("namespaces", "bubblewrap", "none")


@pytest.fixture(scope="module")
def drivers(installed: Path) -> Iterator[dict[str, subprocess.Popen[str]]]:
    """By jail, and started together: hostile programs mostly wait."""
    needs_sandbox()
    drive = ("tests/hostile/drive.py", "--configuration", "installed", "--jail")
    running = {jail: _start(installed, *drive, jail) for jail in JAILS if jail_works(jail)}
    yield running
    for process in running.values():
        process.kill()
        process.communicate()


@pytest.mark.parametrize("jail", JAILS)
def test_hostile_programs_are_held(
    installed: Path, drivers: dict[str, subprocess.Popen[str]], jail: str
) -> None:
    if jail not in drivers:
        skip(f"this machine or user cannot give the jail {jail}")
    programs = [program for program in all_programs() if runs_in(program, "installed")]
    printed, errors = drivers[jail].communicate()
    assert drivers[jail].returncode == 0, errors[-2000:]
    report = json.loads(printed)
    assert report["engine"] == str(installed / "site-packages" / "autograder")
    assert {name: found for name, found in report["problems"].items() if found} == {}
    assert len(report["problems"]) == len(programs)
    assert ("jail" in report["active"]) == (jail != "none")


def test_the_demo_runs(installed: Path, tmp_path: Path) -> None:
    demo = _start(installed, "-m", "autograder", "demo", "--out", str(tmp_path / "results"))
    printed, errors = demo.communicate()
    assert demo.returncode == 0, errors[-2000:]
    assert "autograder/sandbox" not in printed
    said = " ".join(printed.split())
    readme = (COURSE / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```text\n(.*?)```", readme, re.DOTALL)
    (block,) = (block for block in blocks if "What " in block)
    for line in block.splitlines():
        if line.strip() != "..." and "demo-results" not in line:
            assert " ".join(line.split()) in said, "README shows what the demo does not say"
