"""Memory is packed before it is copied."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.sandbox.gaps import fill_gaps

COURSE = Path(__file__).resolve().parents[2]
WITH_GAPS = """
import json, sys
from autograder.sandbox.gaps import _gaps, fill_gaps
made = [[bytes(size - 40) for _ in range(3000)] for size in (48, 240, 512)]
made += [[float(number) for number in range(3000)], [object() for _ in range(3000)]]
for one in made:
    del one[::2]
before = dict(_gaps())
filling = fill_gaps()
json.dump([before, dict(_gaps()), len(filling)], sys.stdout)
"""


def test_gaps_are_filled_with_what_is_as_large() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITH_GAPS],
        cwd=COURSE, env={**os.environ, "PYTHONPATH": str(COURSE)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    before, after, filled = json.loads(done.stdout)
    for size in ("16", "32", "48", "240", "512"):
        assert before[size] > 1000, size
        assert after[size] < before[size] / 4, size
    assert filled > 6000
    assert done.stderr == "", "the statistics are for us alone"


def test_an_interpreter_without_statistics_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(sys, "_debugmallocstats")
    assert fill_gaps() == []


def test_a_kernel_that_refuses_the_file_costs_only_the_filling(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(name: str) -> int:
        raise PermissionError(name)

    monkeypatch.setattr(os, "memfd_create", refuse)
    assert fill_gaps() == []
