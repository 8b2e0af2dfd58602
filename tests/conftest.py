"""Tests keep what they compute for later in a folder of their own, shared by the processes of a
run and gone with it.  Examples that Hypothesis draws are the same in every run.  Files that take
longest begin first."""

from __future__ import annotations

import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from autograder.kept.folder import FOLDER_VARIABLE

# Else each process of a run, and each that a test starts, compiles every module again.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# jsonschema, which nbformat imports, would try whether IRIs are IRIs; no notebook has one, and to
# import what that takes takes two seconds of every process of a run.
sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]

settings.register_profile("repeatable", derandomize=True)
settings.load_profile("repeatable")

FIRST = (
    "conformance/test_assignments.py",
    "hostile/test_installed.py",
    "fuzz/test_fuzz_judging.py",
    "web/test_portal_browser.py",
    "web/test_portal_killed.py",
    "fuzz/test_fuzz_reading.py",
    "authoring/test_release.py",
    "web/test_portal_looks.py",
    "hostile/test_hostile.py",
    "web/test_web_reach.py",
    "authoring/test_newcomer.py",
    "web/test_web_browser.py",
    "store/test_same_everywhere.py",
    "conformance/test_guide.py",
)
"""A file is run by one process, which must not be alone with it when the others have ended."""


@pytest.fixture(scope="module")
def one_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """For modules in which many commands are tried, and it does not matter who opens a sandbox."""
    from autograder.course import Course
    from tests.sandbox.lent import lent_sandbox

    ours = Course(Path(__file__).parents[1]).hidden  # what is kept for later lies elsewhere
    hidden = [*ours, tmp_path_factory.getbasetemp()]
    with lent_sandbox(hidden) as opens, pytest.MonkeyPatch.context() as patch:
        patch.setattr("autograder.batch.marking.open_sandbox", opens)
        patch.setattr("autograder.public.run.open_sandbox", opens)
        yield


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """What is collected stays until the end: no search for garbage needs to go through it."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.collect()  # else a file that was left open on the way would never be complained about
        gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    folder = Path(__file__).parent
    place = {folder / name: number for number, name in enumerate(FIRST)}
    items.sort(key=lambda item: place.get(item.path, len(FIRST)))


def pytest_configure(config: pytest.Config) -> None:
    # One's own folder holds what no test should see or change; processes of one run share theirs.
    if not hasattr(config, "workerinput"):
        folder = os.environ[FOLDER_VARIABLE] = tempfile.mkdtemp(prefix="autograder-shelves-")
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
