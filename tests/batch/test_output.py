"""Where the files of an out folder lie."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from autograder.batch.files import whole_file
from autograder.batch.output import OutFolder
from autograder.batch.pages import write_index
from autograder.course import Course
from autograder.model import Grade, SubmissionStatus


def test_pages_keep_the_students_names(tmp_path: Path) -> None:
    out = OutFolder(tmp_path)
    if not (tmp_path.with_name(tmp_path.name.upper())).exists():
        assert out.page("Alice").name == "Alice.html"
    assert out.page("alice").name == "alice.html"
    assert list(tmp_path.iterdir()) == []


def test_pages_stay_apart_on_a_disk_that_does_not_tell_capitals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def exists(path: Path) -> bool:
        return path.name.casefold() in {other.name.casefold() for other in path.parent.iterdir()}

    monkeypatch.setattr(Path, "exists", exists)
    out = OutFolder(tmp_path)
    names = {out.page(student).name.casefold() for student in ("alice", "ALICE", "Alice")}
    assert len(names) == 3
    assert "alice.html" in names


def test_an_index_of_fewer_submissions_does_not_stay(tmp_path: Path) -> None:
    assignment = Course(Path(__file__).resolve().parents[2]).load("adaptive_learning_rates")
    grade = Grade("alice", "alice.py", SubmissionStatus.GRADED, 90.0, 90)
    out = OutFolder(tmp_path)
    assert write_index([grade], out, assignment)
    assert out.index.exists()
    assert not write_index([grade] * 2_001, out, assignment)
    assert not out.index.exists()


def test_a_device_is_written_to_and_stays_a_device(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with whole_file(pipe) as file:
        file.write(b"grades")
    assert os.read(reader, 100) == b"grades"
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    os.close(reader)
