"""What is the same for every student is computed once, and never wrong for having been kept."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from autograder.cache import FOLDER_VARIABLE
from autograder.course import Course
from autograder.errors import AssignmentError
from autograder.judging import shelf as shelves
from autograder.judging.question import Answers
from autograder.judging.rule.pool import SHAPES, keep, of_the_pool, pool_instance
from autograder.judging.shelf import MOST, NO_SHELF, Shelf, open_shelf
from autograder.judging.update_rule import UpdateRule
from autograder.model import FloatArray, NotebookRun, Outcome, Submission

ARRAY = np.array([[1.0, np.nan, np.inf], [-0.0, 1e-300, 2.0]])


class Maker:
    """Makes the array, and counts how often."""

    def __init__(self, array: FloatArray = ARRAY) -> None:
        self.array, self.times = array, 0

    def __call__(self) -> FloatArray:
        self.times += 1
        return self.array


@pytest.mark.parametrize("array", [ARRAY, np.zeros((0, 2)), np.array(3.0), np.zeros((2, 3, 4))])
def test_what_is_kept_comes_back_in_another_process_bit_for_bit(
    tmp_path: Path, array: FloatArray
) -> None:
    first, second = Maker(array), Maker(array)
    Shelf(tmp_path / "a" / "one.sqlite3").array("name", first)
    found = Shelf(tmp_path / "a" / "one.sqlite3").array("name", second)
    assert (first.times, second.times) == (1, 0)
    assert found.shape == array.shape
    assert found.tobytes() == array.tobytes()


def test_names_are_kept_apart(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "one.sqlite3")
    shelf.array("one", Maker(np.ones(2)))
    assert (shelf.array("other", Maker(np.zeros(2))) == 0).all()


def test_a_shelf_is_for_its_owner_alone(tmp_path: Path) -> None:
    Shelf(tmp_path / "new" / "one.sqlite3").array("name", Maker())
    assert (tmp_path / "new").stat().st_mode & 0o077 == 0
    assert (tmp_path / "new" / "one.sqlite3").stat().st_mode & 0o077 == 0


def test_what_is_damaged_is_computed_again(tmp_path: Path) -> None:
    path = tmp_path / "one.sqlite3"
    Shelf(path).array("name", Maker())
    with sqlite3.connect(path) as database:
        (data,) = database.execute("SELECT data FROM arrays").fetchone()
        database.execute("UPDATE arrays SET data = ?", (data[:-1] + b"\x01",))
    maker = Maker()
    assert Shelf(path).array("name", maker) is ARRAY
    assert maker.times == 1


@pytest.mark.parametrize("spoil", ["no database", "a folder", "no folder"])
def test_without_a_usable_file_everything_is_computed(tmp_path: Path, spoil: str) -> None:
    path = tmp_path / "one.sqlite3"
    if spoil == "no database":
        path.write_bytes(b"something else" * 100)
    elif spoil == "a folder":
        path.mkdir()
    else:
        (tmp_path / "file").write_text("")
        path = tmp_path / "file" / "one.sqlite3"
    maker, shelf = Maker(), Shelf(path)
    assert [shelf.array("name", maker) is ARRAY for _ in range(2)] == [True, True]
    assert maker.times == 2


def test_a_file_that_is_locked_is_waited_for_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "one.sqlite3"
    Shelf(path).array("name", Maker())
    monkeypatch.setattr(shelves, "_PATIENCE", 0.05)
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        shelf, maker = Shelf(path), Maker()
        assert shelf.array("name", maker) is ARRAY
        other.execute("ROLLBACK")
    shelf.array("name", maker)
    assert maker.times == 2, "it has been given up"


def test_the_folder_can_be_named_or_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    open_shelf("version 1").array("name", Maker())
    assert len(list(tmp_path.glob("*.sqlite3"))) == 1
    maker = Maker()
    open_shelf("version 2").array("name", maker)
    assert maker.times == 1, "another version has another shelf"
    monkeypatch.setenv(FOLDER_VARIABLE, "")
    assert open_shelf("version 1") is NO_SHELF
    assert not NO_SHELF.keeps


def test_another_engine_has_another_shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    open_shelf("version").array("name", Maker())
    monkeypatch.setattr(shelves, "_engine", lambda: "changed")
    maker = Maker()
    open_shelf("version").array("name", maker)
    assert maker.times == 1


def test_old_shelves_are_cleared_away(tmp_path: Path) -> None:
    for number in range(MOST + 3):
        path = tmp_path / f"{number}.sqlite3"
        path.write_bytes(b"")
        os.utime(path, (number, number))
    Shelf(tmp_path / "new.sqlite3").array("name", Maker())
    left = {path.stem for path in tmp_path.glob("*.sqlite3")}
    assert left == {"new", *(str(number) for number in range(4, MOST + 3))}


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
    from dataclasses import replace

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


def test_what_has_been_prepared_holds_no_file_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    assignment = Course.find().load("momentum_methods")
    for ready in (assignment.prepare, assignment.rehearse):
        ready()
        open_files = {os.path.realpath(f"/proc/self/fd/{n}") for n in os.listdir("/proc/self/fd")}
        assert not [path for path in open_files if path.startswith(str(tmp_path))]
    assert assignment.shelf.keeps, "it is opened again when it is needed"


def test_a_pool_that_cannot_be_filled_is_a_fault_of_the_assignment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    monkeypatch.setattr("autograder.judging.rule.pool.CHANCES", 0)
    with pytest.raises(AssignmentError, match=r"momentum_methods, .*tells all known faults"):
        Course.find().load("momentum_methods").prepare()


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
