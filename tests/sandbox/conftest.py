"""Sandboxes for tests: opened once per module, because most tests need just any."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from autograder.model import Call, Cell, Limits, NotebookRun, Trace
from autograder.sandbox import Sandbox, layers, open_sandbox

COURSE = Path(__file__).parents[2]

QUICK = Limits(notebook_seconds=10.0, call_seconds=10.0, cpu_seconds=30.0, memory=256 << 20)


def skip(sentence: str) -> None:
    """Skip with a sentence; where everything must be there (CI=true), fail with it."""
    if os.environ.get("CI") == "true":
        pytest.fail(sentence)
    pytest.skip(sentence)


def needs_sandbox() -> None:
    if sys.platform != "linux" or not all(x.active for x in layers() if x.mandatory):
        skip("this machine does not give the sandbox's mandatory layers")


@pytest.fixture(scope="session")
def box() -> Iterator[Sandbox]:
    """The best sandbox that this machine gives."""
    needs_sandbox()
    with open_sandbox(hidden=[COURSE]) as sandbox:
        yield sandbox


Run = Callable[..., tuple[NotebookRun, tuple[Trace, ...]]]


@pytest.fixture
def run(box: Sandbox) -> Run:
    """Run cells (texts) and calls; what came of both."""

    def run_cells(
        *sources: str,
        calls: Sequence[Call] = (),
        names: Sequence[str] = (),
        texts: Sequence[str] = (),
        limits: Limits = QUICK,
        seed: int = 0,
        modules: Sequence[str] | None = None,
    ) -> tuple[NotebookRun, tuple[Trace, ...]]:
        cells = [Cell(number, source) for number, source in enumerate(sources, 1)]
        with box.open(cells, limits, names, texts, seed, modules) as session:
            return session.notebook, session.call(calls)

    return run_cells


@pytest.fixture(scope="session")
def boxes(box: Sandbox) -> Iterator[dict[str, Sandbox]]:
    """Sandboxes with and without walls, by what they have."""
    with open_sandbox([COURSE], jail="none") as bare, open_sandbox(unsafe=True) as unsafe:
        yield {"a jail": box, "no jail": bare, "no walls": unsafe}
