"""Every hostile program, in every configuration that this machine can give.

A configuration is run by one process (:mod:`tests.hostile.drive`), all at the same time; the
tests look at what it found.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest

from autograder.sandbox.layers import find_bubblewrap, possible_jails
from tests.hostile.program import Program, all_programs
from tests.sandbox.conftest import needs_sandbox, skip

HERE = Path(__file__).parent
USER = 54_321
PROGRAMS = all_programs()
CONFIGURATIONS = [
    f"{user}-{jail}" for user in ("root", "user") for jail in ("namespaces", "bubblewrap", "none")
]


class Drivers:
    """The processes, started together and asked one by one."""

    def __init__(self) -> None:
        self._running: dict[str, tuple[subprocess.Popen[bytes], IO[bytes], IO[bytes]]] = {}
        self._reports: dict[str, dict[str, Any]] = {}
        for name in CONFIGURATIONS:
            command = _command(name)
            if command is not None:
                out, err = tempfile.TemporaryFile(), tempfile.TemporaryFile()
                process = subprocess.Popen(command, stdout=out, stderr=err, cwd=HERE.parents[1])
                self._running[name] = (process, out, err)

    def report(self, name: str) -> dict[str, Any]:
        if name not in self._running:
            skip(f"this machine or user cannot give the configuration {name}")
        if name not in self._reports:
            process, out, err = self._running[name]
            process.wait(300)
            out.seek(0)
            err.seek(0)
            text = out.read()
            if process.returncode != 0 or not text:
                pytest.fail(f"{name} did not run: {err.read().decode()[-2000:]}")
            self._reports[name] = json.loads(text)
        return self._reports[name]

    def close(self) -> None:
        for process, out, err in self._running.values():
            if process.poll() is None:
                process.kill()
                process.wait()
            out.close()
            err.close()


@pytest.fixture(scope="module")
def drivers() -> Iterator[Drivers]:
    needs_sandbox()
    running = Drivers()
    yield running
    running.close()


@pytest.mark.parametrize("configuration", CONFIGURATIONS)
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_held(drivers: Drivers, program: Program, configuration: str) -> None:
    assert drivers.report(configuration)["problems"][program.name] == []


@pytest.mark.parametrize("configuration", CONFIGURATIONS)
def test_the_configuration_is_what_it_says(drivers: Drivers, configuration: str) -> None:
    active = set(drivers.report(configuration)["active"])
    user, jail = configuration.split("-")
    assert {"descriptors", "limits", "privileges", "landlock", "seccomp"} <= active
    assert ("jail" in active) == (jail != "none")
    if user == "user":
        assert "user" not in active


def test_there_are_enough_and_each_says_what_holds_it() -> None:
    assert len(PROGRAMS) >= 80
    assert all(program.attack and program.held_by for program in PROGRAMS)
    assert all(program.outcomes for program in PROGRAMS)


def _command(configuration: str) -> list[str] | None:
    """How to run a configuration; None: it cannot be had here."""
    user, jail = configuration.split("-")
    drive = [sys.executable, str(HERE / "drive.py"), "--jail", jail]
    if jail == "bubblewrap" and not find_bubblewrap():
        return None
    if os.geteuid() != 0:
        return drive if user == "user" and jail in possible_jails() else None
    if "namespaces" not in possible_jails() and (jail != "none" or user == "user"):
        return None  # root without the right to make namespaces, as in Docker
    if user == "root":
        return drive
    return [sys.executable, str(HERE / "as_user.py"), str(USER), *drive]
