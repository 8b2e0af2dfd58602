"""The folder for unpacked files: there during a run, gone afterwards, whatever becomes of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.batch.scratch import scratch_folder, sweep_scratch
from autograder.errors import AutograderError

HOLDS_ONE = """
import sys, time
from pathlib import Path
from autograder.batch.scratch import scratch_folder
with scratch_folder(Path(sys.argv[1])) as folder:
    (folder / "unpacked").mkdir()
    print(folder, flush=True)
    time.sleep(60)
"""


def test_it_is_gone_at_the_end_also_of_a_run_that_failed(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        (folder / "0").write_text("x")
        raise KeyError

    with pytest.raises(KeyError), scratch_folder(tmp_path) as folder:
        fail(folder)
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_left_is_removed_and_what_a_running_one_has_stays(
    tmp_path: Path,
) -> None:
    runs = []
    for _ in range(2):
        command = [sys.executable, "-c", HOLDS_ONE, tmp_path]
        run = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert run.stdout is not None
        runs.append((run, Path(run.stdout.readline().strip())))
    (killed, left), (_, in_use) = runs
    try:
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        assert left.is_dir()
        with scratch_folder(tmp_path) as folder:
            assert {in_use, folder} == set(tmp_path.iterdir())
            sweep_scratch(tmp_path)
            assert folder.is_dir()
    finally:
        for run, _ in runs:
            run.kill()
            run.communicate()
    sweep_scratch(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_a_lock_is_removed_once_it_is_old(tmp_path: Path) -> None:
    young, old = tmp_path / "autograder-unpacked-a", tmp_path / "autograder-unpacked-b"
    for folder in (young, old, tmp_path / "somebody's"):
        folder.mkdir()
    os.utime(old, (1e9, 1e9))
    (tmp_path / "autograder-unpacked-link").symlink_to(tmp_path / "somebody's")
    sweep_scratch(tmp_path)
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {young.name, "somebody's", "autograder-unpacked-link"}


def test_no_place_for_it_is_said_in_a_sentence(tmp_path: Path) -> None:
    with (
        pytest.raises(AutograderError, match=r"no folder can be made .*TMPDIR"),
        scratch_folder(tmp_path / "nowhere"),
    ):
        pass
