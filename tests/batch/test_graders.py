"""Graders as a portal has them: processes of their own, which take from the store."""

from __future__ import annotations

import contextlib
import gc
import itertools
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from autograder.batch import graders as module
from autograder.batch.grader import BEGAN, ENDED, PRESSING, Grader, Post, is_gone, new_holder
from autograder.batch.graders import READY, Wanted
from autograder.batch.in_process import InProcess
from autograder.batch.marking import CourseMarking
from autograder.batch.tasks import Result, Task
from autograder.course import Assignment, Course
from autograder.errors import StoreAway, StoreError
from autograder.model import Grade
from autograder.people import Policies
from autograder.platforms import Found
from autograder.store import HandedInFile, Store, open_store
from autograder.store.hand_ins import Draft, HandIn, HandIns, Lane, State, Taken
from tests.store.postgres_server import running_server

ROOT = Path(__file__).resolve().parents[2]
SLUG = "adaptive_learning_rates"
SAMPLES = sorted((ROOT / "assignments" / SLUG / "sample_submissions").glob("*.py"))
ENDLESS = b"while True:\n    pass\n"


@cache
def assignment() -> Assignment:
    return Course.find(ROOT).load(SLUG)


def wanted(store: Path, **more: object) -> Wanted:
    values: dict[str, object] = {
        "course": str(ROOT),
        "store": str(store),
        "is_file": True,
        "versions": {SLUG: assignment().version},
        "public": [],
        "workers": 2,
    }
    return Wanted(**{**values, **more})  # type: ignore[arg-type]


@contextmanager
def graders(order: Wanted) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "autograder.batch.graders"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        start_new_session=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(order.line())
        process.stdin.flush()
        assert process.stdout.readline().decode().strip() == READY
        yield process
    finally:
        process.stdin.close()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "grades.db") as opened:
        yield opened


def hand_in(store: Store, student: str, data: bytes, person: int = 1) -> HandIn:
    draft = Draft(SLUG, person, student, f"{student}.py", student)
    return store.hand_ins.add([draft], HandedInFile.of(data))[0]


def wake(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    process.stdin.write(b".")
    process.stdin.flush()


def wait_for(store: Store, hand_ins: Sequence[HandIn], seconds: float) -> None:
    ids = [one.id for one in hand_ins]
    until = time.monotonic() + seconds
    while any(one.state is not State.DONE for one in store.hand_ins.where(ids).values()):
        assert time.monotonic() < until, store.hand_ins.where(ids)
        time.sleep(0.05)


def verdict(store: Store, one: HandIn) -> Grade:
    attempt = store.hand_ins.where([one.id])[one.id].attempt
    assert attempt is not None
    return next(store.grades([attempt]))


def judged(grade: Grade) -> tuple[object, ...]:
    """All that does not depend on how fast the machine was."""
    return grade.student, grade.file, grade.status, grade.score, grade.message, grade.questions


def batch(paths: Sequence[tuple[str, Path]], store: Path) -> dict[str, Grade]:
    """What ``grade`` finds in the same files."""
    marking = CourseMarking(str(ROOT), SLUG, assignment().version, Policies(), pages=False)
    tasks = [Task(Found(student, path, path.name, 0.0)) for student, path in paths]
    with open_store(store) as kept:
        for outcomes in InProcess(marking).run(tasks):
            kept.append([one.row for one in outcomes if isinstance(one, Result)])
        entries = kept.entries(SLUG)
        grades = kept.grades([entry.id for entry in entries])
        return {entry.student: grade for entry, grade in zip(entries, grades, strict=True)}


def test_a_verdict_is_that_of_grade_for_the_same_file(store: Store, tmp_path: Path) -> None:
    samples = random.Random(1).sample(SAMPLES, 5)
    (tmp_path / "odd.py").write_bytes(b"def broken(:\n")
    paths = [(path.stem, path) for path in (*samples, tmp_path / "odd.py")]
    with graders(wanted(tmp_path / "grades.db")) as process:
        made = []
        for student, path in paths:
            made.append(hand_in(store, student, path.read_bytes()))
            wake(process)
        wait_for(store, made, 60)
    expected = batch(paths, tmp_path / "batch.db")
    for one in made:
        assert judged(verdict(store, one)) == judged(expected[one.student])
        assert [e.handed_in.at for e in store.entries(SLUG, one.student)] == [one.at]


@pytest.mark.long
def test_what_takes_long_keeps_nobody_waiting(store: Store, tmp_path: Path) -> None:
    with graders(wanted(tmp_path / "grades.db", workers=1)) as process:
        endless = hand_in(store, "endless", ENDLESS, 1)
        other = hand_in(store, "other", SAMPLES[0].read_bytes(), 2)
        wake(process)
        wait_for(store, [other], 20)
        assert store.hand_ins.where([endless.id])[endless.id].state is not State.DONE
    # What it had in hand is given back at once, for whoever grades next.
    assert store.hand_ins.holders() == set()


class _Stopwatch:
    """A process that somebody watches."""

    def __init__(self) -> None:
        self.killed = False

    def kill(self) -> None:
        self.killed = True

    def join(self) -> None: ...
    def close(self) -> None: ...


@pytest.mark.parametrize(
    ("lanes", "told", "took", "others", "seconds", "is_moved"),
    [
        ((Lane.FIRST, Lane.AGAIN), BEGAN, [], 0, module._LONGER - 1, False),
        ((Lane.FIRST, Lane.AGAIN), BEGAN, [], 0, module._LONGER + 1, True),
        ((Lane.FIRST, Lane.AGAIN), BEGAN, [0.1], 0, module._LONG + 0.5, True),
        # Who has a third of a processor takes three times as long, and is not to blame.
        ((Lane.FIRST, Lane.AGAIN), BEGAN, [0.1], 8, 3 * module._LONG - 0.5, False),
        ((Lane.FIRST, Lane.AGAIN), BEGAN, [0.1], 8, 3 * module._LONG + 0.5, True),
        ((Lane.FIRST, Lane.AGAIN), BEGAN, [0.1], 80, module._LONGER + 0.5, True),
        ((Lane.FIRST, Lane.AGAIN), BEGAN, [2.0], 80, 2 * module._LONGER - 0.5, False),
        ((Lane.LONG,), BEGAN, [], 0, module._GIVES_WAY - 1, False),
        ((Lane.LONG,), BEGAN, [], 0, module._GIVES_WAY + 1, True),
        ((Lane.LONG,), PRESSING, [], 0, module._GIVES_WAY + 1, False),
        ((Lane.LONG,), PRESSING, [], 0, module._LONGEST + 1, True),
    ],
)
def test_what_gives_way_does_so_for_some_minutes(
    lanes: tuple[Lane, ...],
    told: bytes,
    took: list[float],
    others: int,
    seconds: float,
    is_moved: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    watched = module.Graders(wanted(tmp_path / "grades.db"), {})
    process, hired, given_back = _Stopwatch(), list[object](), list[object]()
    monkeypatch.setattr(watched, "_hire", hired.append)
    monkeypatch.setattr(watched, "_give_back", lambda those, lane: given_back.append(lane))
    one = module._Grading(process, _Stopwatch(), "here/1/a", lanes)  # type: ignore[arg-type]
    watched._all.append(one)
    watched._took.extend(took)
    began = time.monotonic()
    watched._note(one, told)
    monkeypatch.setattr(module.time, "monotonic", lambda: began + seconds)
    monkeypatch.setattr(module.os, "cpu_count", lambda: 4)
    one_here_one_that_serves = 2.0
    load = others + one_here_one_that_serves
    monkeypatch.setattr(module.os, "getloadavg", lambda: (load, load, load))
    watched._move_what_takes_long()
    assert (process.killed, hired, given_back) == (
        (True, [lanes], [Lane.LONG]) if is_moved else (False, [], [])
    )


def test_the_one_for_what_takes_long_gives_way_and_has_what_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marking = CourseMarking(str(ROOT), SLUG, "v", Policies())
    watched, posts = module.Graders(wanted(tmp_path), {SLUG: marking}), list[Post]()

    class Started(_Stopwatch):
        def __init__(self, target: object, args: tuple[Post, ...]) -> None:
            posts.append(args[0])

        def start(self) -> None: ...

    class Context:
        Process = Started

        def Pipe(self, duplex: bool) -> tuple[_Stopwatch, _Stopwatch]:
            return _Stopwatch(), _Stopwatch()

    monkeypatch.setattr(module, "get_context", lambda _: Context())
    watched._hire((Lane.FIRST, Lane.AGAIN))
    watched._hire((Lane.LONG,))
    first, long = posts
    assert (first.markings[SLUG].nice, dict(first.pressing)) == (0, {})
    assert (long.markings[SLUG].nice, long.pressing[SLUG].nice) == (module._NICE, 0)


@pytest.mark.parametrize(("tries", "told"), [(0, BEGAN), (1, BEGAN), (2, PRESSING), (4, PRESSING)])
def test_what_was_taken_often_presses(
    store: Store, tmp_path: Path, tries: int, told: bytes
) -> None:
    hand_in(store, "alice", b"w = 1\n")
    for _ in range(tries):
        assert store.hand_ins.take("here/1/x", tuple(Lane), [SLUG], 30.0) is not None
        store.hand_ins.give_back(["here/1/x"], Lane.LONG)
    said, marked = list[bytes](), list[str]()

    class Desks(dict[str, object]):
        def __init__(self, name: str) -> None:
            marks = lambda _self, _task: marked.append(name)  # noqa: E731
            super().__init__({SLUG: type("_", (), {"mark": marks})()})

    silent = os.open(os.devnull, os.O_RDONLY)
    post = Post(tmp_path / "grades.db", {SLUG: None}, {}, tuple(Lane), silent)  # type: ignore[dict-item]
    one = Grader(post, "here/1/a", said.append)
    one._desks = Desks("patient")  # type: ignore[assignment]
    one._pressing = Desks("pressing")  # type: ignore[assignment]
    one._keep = lambda *_: None  # type: ignore[method-assign]
    one._problem = lambda *_: None  # type: ignore[method-assign]
    assert one._some(store, tmp_path)
    os.close(silent)
    assert said == [told, ENDED]
    assert marked == ["pressing" if told == PRESSING else "patient"]


def test_public_examples_are_tried_where_they_are_shown(store: Store, tmp_path: Path) -> None:
    with graders(wanted(tmp_path / "grades.db", public=[SLUG], workers=1)) as process:
        one = hand_in(store, "one", SAMPLES[0].read_bytes())
        wake(process)
        wait_for(store, [one], 60)
    assert store.hand_ins.public_part(one.id) is not None


def test_graders_of_another_version_end_and_say_so(tmp_path: Path) -> None:
    order = wanted(tmp_path / "grades.db", versions={SLUG: "another"})
    ended = subprocess.run(
        [sys.executable, "-m", "autograder.batch.graders"],
        input=order.line(), capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    assert ended.returncode == 2
    assert b"was changed just now" in ended.stderr


def test_who_is_gone_is_known_by_their_number() -> None:
    assert not is_gone(new_holder())
    here, _, rest = new_holder().partition("/")
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert is_gone(f"{here}/{process.pid}/abc")
    assert not is_gone(f"elsewhere/{process.pid}/abc")
    assert rest


def children(of: int) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(of)], capture_output=True, text=True, check=False)
    return [int(number) for number in found.stdout.split()]


@pytest.mark.long
@pytest.mark.skipif(shutil.which("pgrep") is None, reason="children are found by pgrep")
def test_a_grader_that_is_killed_is_replaced(store: Store, tmp_path: Path) -> None:
    with graders(wanted(tmp_path / "grades.db")) as process:
        made = [
            hand_in(store, path.stem, path.read_bytes(), n) for n, path in enumerate(SAMPLES[:6])
        ]
        for _ in range(3):
            for child in children(process.pid):
                os.kill(child, signal.SIGKILL)
            time.sleep(0.6)
        for _ in made:
            wake(process)
        wait_for(store, made, 60)
        assert len(store.entries(SLUG)) == len(made)


@pytest.mark.long
@pytest.mark.filterwarnings("ignore")
def test_a_cluster_grades_what_waits_and_waits_itself_for_a_cluster_that_is_gone(
    store: Store, tmp_path: Path
) -> None:
    distributed = pytest.importorskip("distributed")
    made = [hand_in(store, path.stem, path.read_bytes(), n) for n, path in enumerate(SAMPLES[:3])]
    order = wanted(tmp_path / "grades.db", shared=str(tmp_path), scheduler="tcp://127.0.0.1:9")
    with graders(order):
        time.sleep(4)
    found = store.hand_ins.where([one.id for one in made])
    assert {one.state for one in found.values()} == {State.WAITING}
    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=1, dashboard_address=None, silence_logs=50
        ) as cluster,
        graders(
            wanted(
                tmp_path / "grades.db", shared=str(tmp_path), scheduler=cluster.scheduler_address
            )
        ),
    ):
        wait_for(store, made, 90)
    expected = batch([(path.stem, path) for path in SAMPLES[:3]], tmp_path / "batch.db")
    for one in made:
        assert judged(verdict(store, one)) == judged(expected[one.student])


def test_what_was_taken_while_the_store_went_is_taken_again_and_is_nobodys_fault(
    store: Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It was written that this grader has it, of which only the word was lost: whoever watches
    would go on saying that it is being graded."""
    one = hand_in(store, "alice", b"w = 1\n")
    take, taken = HandIns.take, list[Taken]()
    asked = itertools.count()

    def loses_the_word(self: HandIns, *given: object, **more: object) -> Taken | None:
        assert next(asked) < 5, "it stays held"
        found = take(self, *given, **more)  # type: ignore[arg-type]
        if not taken and found is not None:
            taken.append(found)
            raise StoreAway("grades.db is locked")
        return found

    class Once(Grader):
        def _open(self, kept: contextlib.ExitStack) -> None:
            pass

        def _keep(self, store: Store, found: Taken, outcome: object) -> None:
            taken.append(found)
            self._ends = True

        def _problem(self, *_: object) -> None:
            return None

        _desks = {SLUG: type("_", (), {"mark": lambda *_: None})()}  # noqa: RUF012

    monkeypatch.setattr(HandIns, "take", loses_the_word)
    monkeypatch.setattr(gc, "freeze", lambda: None)
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    reads, writes = os.pipe()
    os.set_blocking(reads, False)
    try:
        post = Post(tmp_path / "grades.db", {SLUG: None}, {}, (Lane.FIRST,), reads)  # type: ignore[dict-item]
        Once(post, "here/1/a", lambda _: None).run()
    finally:
        os.close(reads)
        os.close(writes)
        for number, known in zip((signal.SIGINT, signal.SIGTERM), before, strict=True):
            signal.signal(number, known)
    assert [found.hand_in for found in taken] == [one, one]
    assert [found.tries for found in taken] == [0, 0]
    assert capsys.readouterr().err.count("is graded when the store is back") == 1


@pytest.mark.soak
def test_a_server_that_is_killed_loses_no_hand_in_and_no_verdict(tmp_path: Path) -> None:
    chance = random.Random(3)
    with running_server() as server, open_store(server.url) as store:
        order = replace(wanted(tmp_path), store=server.url, is_file=False)
        with graders(order) as process:
            made: list[HandIn] = []
            for number in range(30):
                path = chance.choice(SAMPLES[:10])
                while True:  # a student whose browser says that nobody answers tries again
                    try:
                        made.append(hand_in(store, path.stem, path.read_bytes(), number))
                        break
                    except StoreError:
                        time.sleep(0.2)
                wake(process)
                time.sleep(chance.uniform(0, 0.2))
                if number % 6 == 2:
                    server.kill()
                    server.start()
            until = time.monotonic() + 180
            states: set[State] = set()
            while states != {State.DONE}:
                assert time.monotonic() < until
                time.sleep(0.3)
                with contextlib.suppress(StoreError):
                    found = store.hand_ins.where([one.id for one in made])
                    states = {one.state for one in found.values()}
        entries = store.entries(SLUG)
        attempts = [found[one.id].attempt for one in made]
        assert len(set(attempts)) == len(made)
        assert set(attempts) <= {entry.id for entry in entries}
        # A hand-in of which nobody heard is one, too: the answer was lost, not the file.
        assert len(entries) == len(store.hand_ins.all(SLUG))
        assert all(entry.score is not None for entry in entries)
