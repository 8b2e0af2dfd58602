"""A batch keeps every result as it comes, and does not repeat what is done."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from fake_marking import VERSION, FakeMarking, write_tasks

from autograder.batch import run as run_module
from autograder.batch.in_process import InProcess
from autograder.batch.output import OutFolder
from autograder.batch.run import Batch, Plan, Tally, newest_attempts, plan
from autograder.batch.tasks import Failure, Outcomes, Task
from autograder.errors import AutograderError
from autograder.store import Store, open_store


@pytest.fixture
def out(tmp_path: Path) -> OutFolder:
    (tmp_path / "out").mkdir()
    return OutFolder(tmp_path / "out")


@pytest.fixture
def marking(tmp_path: Path) -> FakeMarking:
    (tmp_path / "marks").mkdir()
    return FakeMarking(tmp_path / "marks")


def planned(
    store: Store, tasks: list[Task], version: str = VERSION, *, force: bool = False
) -> Plan:
    return plan(tasks, newest_attempts(store.entries("rates")), version, force=force)


def run(store: Store, out: OutFolder, marking: FakeMarking, tasks: list[Task]) -> Tally:
    tally = Tally(len(tasks))
    seen: list[int] = []

    def watch(tally: Tally) -> None:
        assert len(store.entries("rates")) >= tally.graded, "it is shown before it is stored"
        seen.append(tally.graded)

    Batch(store, out, marking.not_graded).run(tasks, InProcess(marking), tally, watch)
    assert seen[-1] == len(tasks)
    return tally


def test_results_are_stored_counted_and_have_a_page(
    tmp_path: Path, out: OutFolder, marking: FakeMarking
) -> None:
    tasks = write_tasks(
        tmp_path / "in", full="points 90", some="points 7", zero="points 0", ours="fault"
    )
    with open_store(out.store) as store:
        tally = run(store, out, marking, tasks)
        scores = {entry.student: entry.score for entry in store.entries("rates")}
    assert scores == {"full": 90.0, "some": 7.0, "zero": 0.0, "ours": None}
    assert tally.counts == {"full": 1, "partial": 1, "none": 1, "not_graded": 1}
    assert [failure.task.student for failure in tally.failures] == ["ours"]
    names = sorted(path.name for path in out.feedback.iterdir())
    assert names == ["full.html", "ours.html", "some.html", "zero.html"]
    assert out.page("full").read_text() == "<title>full</title>"


def test_only_what_changed_is_planned_again(
    tmp_path: Path, out: OutFolder, marking: FakeMarking
) -> None:
    tasks = write_tasks(tmp_path / "in", same="points 1", changed="points 2", ours="fault")
    with open_store(out.store) as store:
        assert planned(store, tasks).todo == tuple(tasks)
        run(store, out, marking, tasks)
        (tmp_path / "in" / "changed.py").write_text("points 3")
        later = planned(store, tasks)
        assert [task.student for task in later.todo] == ["changed", "ours"]
        assert [entry.student for entry in later.kept] == ["same"]
        assert len(planned(store, tasks, force=True).todo) == 3
        assert len(planned(store, tasks, version="v2").todo) == 3


def test_an_older_file_handed_in_again_is_graded_again(
    tmp_path: Path, out: OutFolder, marking: FakeMarking
) -> None:
    """Else the store would go on saying that the newer one counts."""
    with open_store(out.store) as store:
        for text in ("points 1", "points 2"):
            run(store, out, marking, write_tasks(tmp_path / "in", alice=text))
        tasks = write_tasks(tmp_path / "in", alice="points 1")
        assert planned(store, tasks).todo == tuple(tasks)


def test_what_cannot_be_read_is_not_tried_again_until_it_changes(
    tmp_path: Path, out: OutFolder, marking: FakeMarking
) -> None:
    (task,) = write_tasks(tmp_path / "in", alice="points 1")
    with_problem = replace(task, found=replace(task.found, problem="is a link."))
    with open_store(out.store) as store:
        run(store, out, marking, [with_problem])
        assert planned(store, [with_problem]).todo == ()
        assert planned(store, [task]).todo == (task,)
        elsewhere = replace(with_problem, found=replace(with_problem.found, file="b.py"))
        assert planned(store, [elsewhere]).todo == (elsewhere,)


class _Breaks:
    """An executor that ends with an error after its first results."""

    def __init__(self, marking: FakeMarking, error: BaseException) -> None:
        self._marking, self._error, self.closed = marking, error, False

    def run(self, tasks: list[Task]) -> Outcomes:
        marker = self._marking()
        try:
            yield [marker.mark(tasks[0]), Failure(tasks[1], "The machine is on fire.")]
            raise self._error
        finally:
            self.closed = True


@pytest.mark.parametrize("error", [KeyboardInterrupt(), AutograderError("no more workers")])
def test_what_came_before_the_end_is_kept(
    tmp_path: Path, out: OutFolder, marking: FakeMarking, error: BaseException
) -> None:
    tasks = write_tasks(tmp_path / "in", a="points 1", b="points 2", c="points 3")
    tally = Tally(3)
    executor = _Breaks(marking, error)
    with open_store(out.store) as store:
        with pytest.raises(type(error)):
            Batch(store, out, marking.not_graded).run(tasks, executor, tally, lambda _: None)
        assert [entry.student for entry in store.entries("rates")] == ["a", "b"]
        assert [task.student for task in planned(store, tasks).todo] == ["b", "c"]
    assert (tally.graded, executor.closed) == (2, True)


class _OneByOne:
    """An executor whose results come one at a time; ``lulls``: with nothing in between."""

    def __init__(self, marking: FakeMarking, lulls: bool) -> None:
        self._marking, self._lulls = marking, lulls

    def run(self, tasks: list[Task]) -> Outcomes:
        marker = self._marking()
        for task in tasks:
            yield [marker.mark(task)]
            if self._lulls:
                yield []


@pytest.mark.parametrize(
    ("every", "lulls", "transactions"), [(0.0, False, 6), (60.0, False, 1), (60.0, True, 6)]
)
def test_what_arrives_within_a_while_is_stored_in_one_transaction(
    tmp_path: Path,
    out: OutFolder,
    marking: FakeMarking,
    monkeypatch: pytest.MonkeyPatch,
    every: float,
    lulls: bool,
    transactions: int,
) -> None:
    monkeypatch.setattr(run_module, "_EVERY", every)
    tasks = write_tasks(tmp_path / "in", **{f"s{i}": f"points {i}" for i in range(6)})
    with open_store(out.store) as store:
        sizes: list[int] = []
        append = store.append
        monkeypatch.setattr(
            store, "append", lambda rows, files: (sizes.append(len(rows)), append(rows, files))
        )
        tally = Tally(6)
        batch = Batch(store, out, marking.not_graded)
        batch.run(tasks, _OneByOne(marking, lulls), tally, lambda _: None)
        assert (len(sizes), sum(sizes)) == (transactions, 6)
        assert [e.student for e in store.entries("rates")] == [f"s{i}" for i in range(6)]
    assert tally.graded == 6


def test_a_page_that_cannot_be_written_ends_the_run_in_a_sentence(
    tmp_path: Path, out: OutFolder, marking: FakeMarking
) -> None:
    out.feedback.write_text("not a folder")
    tasks = write_tasks(tmp_path / "in", alice="points 1")
    with open_store(out.store) as store:
        with pytest.raises(AutograderError, match=r"alice\.html cannot be written .*--out"):
            run(store, out, marking, tasks)
        assert store.entries("rates") == [], "a stored result has its page"


def test_somebody_with_two_files_has_two_attempts_that_stay(
    tmp_path: Path, out: OutFolder, marking: FakeMarking
) -> None:
    """As when two files turn out to be one person's: neither run grades them in turn."""
    tasks = write_tasks(tmp_path / "in", one="points 1", two="points 2", other="points 3")
    tasks = [replace(t, called="amy" if t.student != "other" else "") for t in tasks]
    with open_store(out.store) as store:
        run(store, out, marking, tasks)
        joined = [
            replace(entry, student="amy" if entry.student != "other" else "other")
            for entry in store.entries("rates")
        ]
        again = plan(tasks, newest_attempts(joined), "v1")
        assert again.todo == ()
        assert [entry.file for entry in again.kept] == [task.found.file for task in tasks]
        assert list(again.kept_tasks) == tasks
        assert plan(tasks[:1], newest_attempts(joined), "v1").todo == (tasks[0],), (
            "the older file alone is handed in again"
        )
