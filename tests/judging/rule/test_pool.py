"""What is the same for every student is computed once, and never wrong for having been kept."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from autograder.course import Course
from autograder.errors import AssignmentError
from autograder.judging.question import Answers
from autograder.judging.rule.diagnose import alone, prepare_conventions
from autograder.judging.rule.exam import RuleExam
from autograder.judging.rule.instance import Instance
from autograder.judging.rule.pool import SHAPES, drawn, keep, of_the_pool, pool_instance
from autograder.judging.rule.students_exam import common_exam
from autograder.judging.update_rule import UpdateRule
from autograder.kept.arrays import Shelf
from autograder.kept.folder import FOLDER_VARIABLE
from autograder.model import FloatArray, NotebookRun, Outcome, Submission
from reference import vocabulary


class Maker:
    """Makes an array, and counts how often."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> FloatArray:
        self.times += 1
        return np.arange(3.0)


def rule(folder: Path, monkeypatch: pytest.MonkeyPatch) -> UpdateRule:
    monkeypatch.setenv(FOLDER_VARIABLE, str(folder) if folder.name else "")
    kinds = [question.kind for question in Course.find().load("momentum_methods").questions]
    return next(kind for kind in kinds if isinstance(kind, UpdateRule))


def test_the_pool_is_the_same_with_a_full_shelf_an_empty_one_and_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pools = [
        [pool_instance(rule(folder, monkeypatch), name, 3) for name in SHAPES]
        for folder in (tmp_path, tmp_path, Path())
    ]
    for instances in zip(*pools, strict=True):
        assert len({instance.start.tobytes() for instance in instances}) == 1
        assert len({instance.X.tobytes() for instance in instances}) == 1
        assert len({tuple(sorted(instance.hyper.items())) for instance in instances}) == 1


def test_only_the_pool_itself_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    instance = pool_instance(rule(tmp_path, monkeypatch), "vector", 0)
    assert of_the_pool(instance)
    assert not of_the_pool(replace(instance, max_epochs=2)), "a changed copy is another instance"
    maker = Maker()
    keep(instance, "something", maker)
    keep(instance, "something", maker)
    assert maker.times == 1


def test_after_preparing_no_known_fault_is_evaluated_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule(tmp_path, monkeypatch).prepare()
    again = rule(tmp_path, monkeypatch)
    monkeypatch.setattr(
        "autograder.judging.rule.pool.least_separation",
        lambda *_: pytest.fail("the pool is checked again"),
    )
    again.prepare()
    again.draw(b"somebody" * 4)


def test_after_rehearsing_right_answers_need_nothing_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = rule(tmp_path, monkeypatch)
    question.rehearse()

    def again(self: Shelf, name: str, make: object) -> FloatArray:
        raise AssertionError(f"{name} is computed or read again")

    monkeypatch.setattr(Shelf, "array", again)
    for number in range(40):
        exam = question.draw(number.to_bytes(32, "big"))
        assert exam.calls
        traces = {i.name: i.trace(exam.right_rows(i)) for i in exam.asked_of_all}
        run = NotebookRun(Outcome.RETURNED)
        verdict = exam.verdict_if_right(Answers(Submission("", ""), run, traces))
        assert verdict is not None
        assert all(check.passed for check in verdict.checks)


def test_what_has_been_prepared_holds_no_file_open() -> None:
    kept = os.path.realpath(os.environ[FOLDER_VARIABLE])

    def open_there() -> list[str]:
        descriptors = os.listdir("/proc/self/fd")
        paths = [os.path.realpath(f"/proc/self/fd/{number}") for number in descriptors]
        return sorted(path for path in paths if path.startswith(kept))

    others = open_there()  # other tests' shelves
    assignment = Course.find().load("momentum_methods")
    for ready in (assignment.prepare, assignment.rehearse):
        ready()
        assert open_there() == others
    assert assignment.shelf.keeps, "it is opened again when it is needed"


def test_a_pool_that_cannot_be_filled_is_a_fault_of_the_assignment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    monkeypatch.setattr("autograder.judging.rule.pool.CHANCES", 2)
    monkeypatch.setattr("autograder.judging.rule.pool.SEPARATION", 1e6)
    with pytest.raises(AssignmentError, match=r"momentum_methods, .*none of 2 .*faults") as error:
        Course.find().load("momentum_methods").prepare()
    said = r"at best (\w+) differs from it by \S+, and it takes 1e\+06"
    named = re.search(said, str(error.value))
    assert named is not None
    assert named[1] in vocabulary.words(), "the fault that was nearest to being told apart"


def test_a_rehearsal_that_fails_is_nobodys_business(monkeypatch: pytest.MonkeyPatch) -> None:
    """It fails again where it is graded, and is told there."""
    assignment = Course.find().load("momentum_methods")
    done: list[UpdateRule] = []

    def fails(self: UpdateRule) -> None:
        done.append(self)
        raise KeyError("an author's mistake")

    monkeypatch.setattr(UpdateRule, "rehearse", fails)
    assignment.rehearse()
    assert len(done) > 1, "and the others are rehearsed"


class Names(Shelf):
    """Keeps nothing, and notes what it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def array(self, name: str, make: Callable[[], FloatArray]) -> FloatArray:
        self.asked.append(name)
        return super().array(name, make)


@pytest.mark.parametrize("slug", ["adaptive_learning_rates", "momentum_methods", "beyond_adam"])
def test_no_two_calls_are_kept_under_one_name(slug: str) -> None:
    shelf = Names()
    kinds = [question.kind for question in Course.find().load(slug).questions]
    rules = [kind.on_shelf(shelf) for kind in kinds if isinstance(kind, UpdateRule)]
    calls: set[Instance] = set()
    for exam in (RuleExam(rule, drawn(rule, [k] * len(SHAPES))) for rule in rules for k in (0, 1)):
        calls.update(exam.asked_of_all, exam.asked.instances, exam.streams)
    assert all(map(of_the_pool, calls))
    shelf.asked.clear()
    for call in calls:
        keep(call, "it", lambda: np.zeros(1))
    assert len(set(shelf.asked)) == len(calls)


def test_what_a_fault_does_on_a_call_is_kept_as_it_is() -> None:
    rules = [q.kind for q in Course.find().load("adaptive_learning_rates").questions]
    adagrad = next(kind for kind in rules if isinstance(kind, UpdateRule))
    prepare_conventions(common_exam(adagrad, ()).asked_of_all, adagrad)
    for family in adagrad.catalogue.singles():
        for number in range(len(family.candidates)):
            one = family.subset([number])
            for call in common_exam(adagrad, ()).asked_of_all[::5]:
                kept, again = alone(one, call), one.trajectories(call)[0]
                np.testing.assert_array_equal(kept, again)
