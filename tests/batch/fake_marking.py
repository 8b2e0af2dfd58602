"""Markers without a course: what they do is written in the file they are given."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from autograder.batch.tasks import Failure, Marker, Result, Task
from autograder.errors import AssignmentError, SandboxError
from autograder.model import Grade, SubmissionStatus
from autograder.platforms import Found
from autograder.store import Attempt, to_row

VERSION = "v1"


@dataclass(frozen=True)
class FakeMarking:
    """Opens markers; ``marks`` is a folder in which each try leaves a file."""

    marks: Path
    broken: str = ""
    """``sandbox`` or ``assignment``: no marker can be opened; ``exit``: the process ends."""

    def __call__(self) -> Marker:
        if self.broken == "sandbox":
            raise SandboxError("There is no Landlock here.")
        if self.broken == "assignment":
            raise AssignmentError("There is no questions.py.")
        if self.broken == "exit":
            os._exit(3)
        return _FakeMarker(self.marks)

    def not_graded(self, failure: Failure) -> Result:
        return result(failure.task, None, SubmissionStatus.NOT_GRADED, failure.reason)


class _FakeMarker:
    def __init__(self, marks: Path) -> None:
        self._marks = marks
        self._broken = False

    def close(self) -> None:
        pass

    def mark(self, task: Task) -> Result:
        assert not self._broken, "a marker whose sandbox failed was used again"
        words = task.found.path.read_text().split()
        tries = self._count(task)
        match words:
            case ["points", points]:
                return result(task, float(points))
            case ["slow", seconds]:
                time.sleep(float(seconds))
                return result(task, 1.0)
            case ["fault"]:
                raise KeyError("no such thing")
            case ["sandbox", times] if tries <= int(times):
                self._broken = True
                raise SandboxError(f"The sandbox died ({tries}).")
            case ["die", times] if tries <= int(times):
                os._exit(7)
            case ["hang", times] if tries <= int(times):
                time.sleep(60)
        return result(task, 5.0)

    def _count(self, task: Task) -> int:
        with (self._marks / task.student).open("a") as file:
            file.write(f"{os.getpid()}\n")
        return len((self._marks / task.student).read_text().split())


def result(
    task: Task,
    score: float | None,
    status: SubmissionStatus = SubmissionStatus.GRADED,
    message: str | None = None,
) -> Result:
    grade = Grade(task.student, task.found.file, status, score, 90.0, message)
    attempt = Attempt(
        assignment="rates",
        assignment_version=VERSION,
        digest=task.digest(),
        grade=grade,
        handed_in=task.handed_in,
        graded_at=datetime.now(UTC).isoformat(timespec="seconds"),
        circumstances={},
    )
    page = f"<title>{task.student}</title>".encode()
    return Result(task.student, status, score, 90.0, to_row(attempt), page)


def write_tasks(folder: Path, **contents: str) -> list[Task]:
    """A file for each student, and its task."""
    folder.mkdir(parents=True, exist_ok=True)
    tasks = []
    for student, text in contents.items():
        path = folder / f"{student}.py"
        path.write_text(text)
        tasks.append(Task(Found(student, path, path.name, path.stat().st_mtime)))
    return tasks
