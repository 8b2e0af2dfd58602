"""The benchmark runs and says what it promises."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from autograder.bench.__main__ import main
from autograder.bench.diagnosis import AGAIN, FIRST
from autograder.bench.stages import STAGES, Clock

SMALL = ["--assignment", "momentum_methods", "--workers", "0", "--otter", "0", "--nbgrader", "0"]


def test_a_small_run_prints_every_table_and_keeps_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "kept" / "latest.md"
    assert main([*SMALL, "--count", "2", "--samples", "3", "--keep", str(kept)]) == 0
    printed = capsys.readouterr().out
    assert kept.read_text() == printed
    for name in ("floor", "autograder, 0 workers, no pages", "autograder, 0 workers, with pages"):
        row = re.search(rf"^\| {name}[^|]*\| 2 \| ([0-9.]+) \| ([0-9.]+) \|", printed, re.M)
        assert row is not None, name
        assert 0 < float(row[1]) < 60
    for stage in STAGES:
        assert re.search(rf"^\| {stage} \| [0-9.]+ \|$", printed, re.M), stage
    for name in (FIRST, AGAIN):
        assert re.search(rf"^\| {name} \| [1-9][0-9]* \| [-0-9.]+ \|", printed, re.M), name


def test_nothing_is_diagnosed_where_no_sample_is_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([*SMALL, "--count", "1", "--samples", "0"]) == 0
    printed = capsys.readouterr().out
    assert "a diagnosis may add" not in printed
    assert STAGES[-1] in printed


def test_a_stage_within_another_is_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([0.0, 1.0, 3.0, 7.0])
    monkeypatch.setattr("time.process_time", lambda: next(times))
    clock = Clock()
    with clock.stage(STAGES[0]), clock.stage(STAGES[1]):
        pass
    assert (clock.seconds[STAGES[0]], clock.seconds[STAGES[1]]) == (5.0, 2.0)
