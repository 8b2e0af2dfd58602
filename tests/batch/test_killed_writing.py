"""Killed while it writes: what is there is whole, and the next start leaves nothing lying about.

Takes minutes: ``python3 -m pytest tests/batch/test_killed_writing.py -m soak -n 0``.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.sandbox.conftest import needs_sandbox

COURSE = Path(__file__).resolve().parents[2]
SLUG = "adaptive_learning_rates"
RIGHT = COURSE / "assignments" / SLUG / "right_variants" / "lecture_loops.py"
KILLS = int(os.environ.get("AUTOGRADER_SOAK", "3"))


def command(name: str, out: Path, to: Path) -> list[str]:
    more = {
        "feedback": ["--out", str(out)],
        "export": ["--out", str(out), "--format", "gradescope", "--to", str(to)],
        "release": [SLUG, "--to", str(to), "--course", str(COURSE)],
    }
    return [sys.executable, "-m", "autograder", name, *more[name]]


def files(*folders: Path) -> dict[str, bytes]:
    """Everything that is there, by its path."""
    found = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return {str(path): path.read_bytes() for path in found}


@pytest.mark.soak
@pytest.mark.parametrize("kind", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("name", ["feedback", "export", "release"])
def test_output_is_whole_or_absent(tmp_path: Path, name: str, kind: signal.Signals) -> None:
    needs_sandbox()
    chance = random.Random(f"{name} {kind}")
    hand_ins, out, to, temporary = (tmp_path / place for place in ("in", "out", "to", "tmp"))
    for folder in (hand_ins, to, temporary):
        folder.mkdir()
    for number in range(40 if name != "release" else 1):
        shutil.copy(RIGHT, hand_ins / f"s{number:02}.py")
    environment = {**os.environ, "TMPDIR": str(temporary)}
    grade = [sys.executable, "-m", "autograder", "grade", str(hand_ins), "--out", str(out)]
    subprocess.run(grade, check=True, capture_output=True, env=environment)
    written = command(name, out, to)
    begun = time.monotonic()
    subprocess.run(written, check=True, capture_output=True, env=environment)
    took = time.monotonic() - begun
    whole = {path: data for path, data in files(out, to).items() if "grades.db" not in path}
    for _ in range(KILLS):
        shutil.rmtree(out / "feedback" if name == "feedback" else to)
        to.mkdir(exist_ok=True)
        process = subprocess.Popen(
            written, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(took * chance.uniform(0.5, 1.0))
        process.send_signal(kind)
        process.wait()
        for path, data in files(out, to).items():
            is_hidden = any(part.startswith(".") for part in Path(path).relative_to(tmp_path).parts)
            assert "grades.db" in path or is_hidden or whole[path] == data, path
        subprocess.run(written, check=True, capture_output=True, env=environment)
        after = {path: data for path, data in files(out, to).items() if "grades.db" not in path}
        assert after == whole
        assert [path.name for path in temporary.iterdir()] == []
