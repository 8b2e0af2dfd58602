"""One batch, graded on a cluster and into PostgreSQL: the same ``grades.json``, byte for byte."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path

import pytest
from postgres_server import postgres_server

COURSE = Path(__file__).resolve().parents[2]
ASSIGNMENT = COURSE / "assignments" / "adaptive_learning_rates"
STUDENTS = 12


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Right programs, one that loses points, and one file that is no notebook."""
    place = tmp_path_factory.mktemp("in")
    right = sorted((ASSIGNMENT / "right_variants").glob("*.py"))
    for number in range(STUDENTS - 2):
        shutil.copy(right[number % len(right)], place / f"s{number:02}.py")
    shutil.copy(next((ASSIGNMENT / "sample_submissions").glob("adam_*.py")), place / "wrong.py")
    (place / "odd.ipynb").write_text("{}")
    return place


@pytest.fixture(scope="module")
def expected(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What one process here finds."""
    out = tmp_path_factory.mktemp("out")
    assert start(folder, out, "--workers", "0").wait(120) == 0
    return (out / "grades.json").read_bytes()


def start(folder: Path, out: Path, *options: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "autograder", "grade", str(folder), "--out", str(out)]
    return subprocess.Popen([*command, "--course", str(COURSE), "--quiet", *options], cwd=COURSE)


@pytest.mark.long
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("workers", [2, 4])
def test_a_cluster_of_which_a_worker_is_killed_half_way(
    workers: int, folder: Path, expected: bytes, tmp_path: Path
) -> None:
    distributed = pytest.importorskip("distributed")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with distributed.LocalCluster(
            n_workers=workers, threads_per_worker=1, dashboard_address=None, silence_logs=50
        ) as cluster:
            process = start(folder, tmp_path, "--scheduler", cluster.scheduler_address)
            deadline = time.monotonic() + 60
            while len(list((tmp_path / "feedback").glob("*.html"))) < STUDENTS // 3:
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.01)
            os.kill(cluster.workers[0].pid, signal.SIGKILL)
            assert process.wait(120) == 0
    assert (tmp_path / "grades.json").read_bytes() == expected
    assert len(list((tmp_path / "feedback").glob("*.html"))) == STUDENTS


@pytest.mark.long
def test_two_graders_at_once_into_one_postgresql(
    folder: Path, expected: bytes, tmp_path: Path
) -> None:
    with postgres_server() as url:
        halves = [sorted(folder.iterdir())[start::2] for start in (0, 1)]
        graders = []
        for number, half in enumerate(halves):
            part = tmp_path / f"in{number}"
            part.mkdir()
            for path in half:
                shutil.copy(path, part)
            graders.append(start(part, tmp_path / f"out{number}", "--store", url, "--workers", "0"))
        assert [grader.wait(120) for grader in graders] == [0, 0]
        # All is in the store: nothing is left to grade, and everything is written out.
        assert start(folder, tmp_path / "out", "--store", url, "--workers", "0").wait(60) == 0
    assert (tmp_path / "out" / "grades.json").read_bytes() == expected
    assert len(list((tmp_path / "out" / "feedback").glob("*.html"))) == STUDENTS
