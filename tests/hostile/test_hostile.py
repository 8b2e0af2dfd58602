"""Every hostile program, in every configuration that this machine can give: those that differ
most every day, the others where there is more time.

A configuration is run by one process (:mod:`tests.hostile.drive`), all at the same time; the
tests look at what it found.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.sandbox.layers import jail_works
from tests.hostile.program import Program, all_programs, runs_in
from tests.sandbox.conftest import needs_sandbox, skip

HERE = Path(__file__).parent
USER = 54_321
PROGRAMS = all_programs()
JAILS = ("namespaces", "bubblewrap", "none")
CONFIGURATIONS = [f"user-{jail}" for jail in JAILS]
if os.geteuid() == 0:
    # The last as in a container: no namespaces, but Python is readable by everyone.
    CONFIGURATIONS += [*(f"root-{jail}" for jail in JAILS), "container-none"]
EVERY_DAY = {"user-namespaces", "container-none"}


class Drivers:
    """The processes, started together and asked one by one."""

    def __init__(self, folder: Path, configurations: Iterable[str]) -> None:
        self._running: dict[str, tuple[subprocess.Popen[bytes], Path]] = {}
        self._reports: dict[str, dict[str, Any]] = {}
        for name in configurations:
            command = _command(name)
            if command is not None:
                out, err = folder / name, folder / f"{name}.errors"
                with out.open("wb") as stdout, err.open("wb") as stderr:
                    process = subprocess.Popen(command, stdout=stdout, stderr=stderr)
                self._running[name] = (process, out)

    def report(self, name: str) -> dict[str, Any]:
        if name not in self._running:
            skip(f"this machine or user cannot give the configuration {name}")
        if name not in self._reports:
            process, out = self._running[name]
            if process.wait(300) != 0:
                errors = out.with_name(f"{name}.errors").read_text()
                pytest.fail(f"{name} did not run: {errors[-2000:]}")
            self._reports[name] = json.loads(out.read_text())
        return self._reports[name]

    def close(self) -> None:
        for process, _ in self._running.values():
            if process.poll() is None:
                process.kill()
                process.wait()


@pytest.fixture(scope="module")
def drivers(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Drivers]:
    """Of the configurations that this run asks for."""
    needs_sandbox()
    asked = [item.callspec.params for item in request.session.items if hasattr(item, "callspec")]
    names = {params["configuration"] for params in asked if "configuration" in params}
    running = Drivers(tmp_path_factory.mktemp("drivers"), sorted(names & {*CONFIGURATIONS}))
    yield running
    running.close()


def marks(configuration: str) -> list[pytest.MarkDecorator]:
    return [] if configuration in EVERY_DAY else [pytest.mark.long]


@pytest.mark.parametrize(
    ("program", "configuration"),
    [
        pytest.param(
            program,
            configuration,
            id=f"{program.name}-{configuration}",
            marks=marks(configuration),
        )
        for program in PROGRAMS
        for configuration in CONFIGURATIONS
        if runs_in(program, configuration)
    ],
)
def test_held(drivers: Drivers, program: Program, configuration: str) -> None:
    assert drivers.report(configuration)["problems"][program.name] == []


@pytest.mark.parametrize(
    "configuration", [pytest.param(name, marks=marks(name)) for name in CONFIGURATIONS]
)
def test_the_configuration_is_what_it_says(drivers: Drivers, configuration: str) -> None:
    active = set(drivers.report(configuration)["active"])
    user, jail = configuration.split("-")
    assert {"descriptors", "limits", "privileges", "landlock", "seccomp"} <= active
    assert ("jail" in active) == (jail != "none")
    if user == "user":
        assert "user" not in active
    if user == "container":
        assert "user" in active


def test_there_are_enough_and_each_says_what_holds_it() -> None:
    assert len(PROGRAMS) >= 80
    assert all(program.attack and program.held_by for program in PROGRAMS)
    assert all(program.outcomes for program in PROGRAMS)


def _command(configuration: str) -> list[str] | None:
    """How to run a configuration; None: it cannot be had here."""
    user, jail = configuration.split("-")
    drive = [sys.executable, str(HERE / "drive.py"), "--jail", jail]
    drive += ["--configuration", configuration]
    if not jail_works(jail):
        return None
    if user == "root" or os.geteuid() != 0:
        return drive
    if not jail_works("namespaces"):
        return None  # root that may make none cannot open the way to Python
    number = USER if user == "user" else 0
    return [sys.executable, str(HERE / "as_user.py"), str(number), *drive]
