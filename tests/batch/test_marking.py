"""What is done once for all markers of this process and of its copies."""

from __future__ import annotations

import pickle
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from autograder.batch import marking
from autograder.batch.marking import CourseMarking
from autograder.batch.tasks import Task
from autograder.course import Course
from autograder.people import Policies
from autograder.platforms import find

COURSE = Path(__file__).resolve().parents[2]


class FakeAssignment:
    def __init__(self) -> None:
        self.done: list[str] = []

    def prepare(self) -> None:
        self.done.append("prepare")

    def rehearse(self) -> None:
        self.done.append("rehearse")


@contextmanager
def fake_sandbox(
    hidden: object, *, unsafe: bool, meanwhile: Callable[[], None]
) -> Iterator[object]:
    meanwhile()
    yield "a sandbox"


@pytest.mark.parametrize(
    ("submissions", "done"), [(1, ["prepare"]), (200, ["prepare", "rehearse"])]
)
def test_right_answers_are_rehearsed_before_many_submissions(
    monkeypatch: pytest.MonkeyPatch, submissions: int, done: list[str]
) -> None:
    monkeypatch.setattr(marking, "open_sandbox", fake_sandbox)
    assignment: Any = FakeAssignment()
    plain = CourseMarking(str(COURSE), "any", "1", Policies())
    with plain.shared(assignment, submissions) as shared:
        assert assignment.done == done
        assert (shared.loaded, shared.sandbox) == (assignment, "a sandbox")
        assert pickle.loads(pickle.dumps(shared)) == plain, "what is shared does not travel"


def test_keeping_the_file_is_not_bounded_by_what_grading_may_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assignment = Course.find(COURSE).load("adaptive_learning_rates")
    (tmp_path / "amy.ipynb").write_text("no notebook", encoding="utf-8")
    (found,) = find([tmp_path / "amy.ipynb"], scratch=tmp_path / "scratch")
    limits = []

    def file(task: Task, digest: str) -> None:
        limits.append(resource.getrlimit(resource.RLIMIT_DATA))

    monkeypatch.setattr(Task, "file", file)
    graded = CourseMarking(
        str(COURSE), assignment.slug, assignment.version, Policies(), loaded=assignment, unsafe=True
    )
    marker = graded()
    marker.mark(Task(found))
    marker.close()
    assert limits == [resource.getrlimit(resource.RLIMIT_DATA)]
