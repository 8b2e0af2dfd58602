"""The benchmark runs and says what it promises."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.bench import yardstick
from autograder.bench.__main__ import main
from autograder.bench.diagnosis import AGAIN, FIRST
from autograder.bench.stages import STAGES, Clock

SMALL = ["--assignment", "momentum_methods", "--workers", "0", "--otter", "0", "--nbgrader", "0"]
COURSE = Path(__file__).resolve().parents[2]


@pytest.mark.long
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
    assert re.search(rf"^\| yardstick: {yardstick.COMMIT}[^|]*\| 1 \| [0-9.]+ \|", printed, re.M)
    assert re.search(rf"[0-9.]+ times that of {yardstick.COMMIT}\.", printed)
    for stage in STAGES:
        assert re.search(rf"^\| {stage} \| [0-9.]+ \|$", printed, re.M), stage
    for name in (FIRST, AGAIN):
        assert re.search(rf"^\| {name} \| [1-9][0-9]* \| [-0-9.]+ \|", printed, re.M), name


@pytest.mark.long
def test_nothing_is_diagnosed_where_no_sample_is_asked_for(
    tmp_path: Path,
) -> None:
    """As people start it: what its other processes are to do must be found from there, too."""
    command = [sys.executable, "-m", "autograder.bench", "--samples", "0", "--count", "1"]
    command += ["--workers", "0", "--otter", "0", "--nbgrader", "0"]
    ended = subprocess.run(command, cwd=COURSE, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    printed = ended.stdout
    assert "a diagnosis may add" not in printed
    assert STAGES[-1] in printed


def test_the_yardstick_stands_beside_the_floor_and_does_not_follow_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(yardstick, "work", lambda: 0.01)
    monkeypatch.setattr(yardstick, "in_fresh_processes", lambda count, made: [made()] * count)
    assert yardstick.earlier_seconds(2) == pytest.approx(0.01 * yardstick.EARLIER)
    assert 0 < yardstick._once() < 10


def test_a_stage_within_another_is_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([0.0, 1.0, 3.0, 7.0])
    monkeypatch.setattr("time.process_time", lambda: next(times))
    clock = Clock()
    with clock.stage(STAGES[0]), clock.stage(STAGES[1]):
        pass
    assert (clock.seconds[STAGES[0]], clock.seconds[STAGES[1]]) == (5.0, 2.0)
