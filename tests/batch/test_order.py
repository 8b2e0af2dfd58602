"""What an order looks at, and what it asks of the machine before it begins."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from autograder.batch import order as order_module
from autograder.batch.descriptors import require_descriptors
from autograder.batch.in_process import Desk
from autograder.batch.order import Order, look
from autograder.batch.output import OutFolder
from autograder.batch.tasks import Failure, Marker, Result, Task
from autograder.course import Course
from autograder.errors import AutograderError, ReadingError, UsageError
from autograder.model import HandedIn, Source, SubmissionStatus
from autograder.people import Directory, Policies, Standing
from autograder.platforms import Found
from autograder.store import Entry

COURSE = Path(__file__).resolve().parents[2]
SLUG = "adaptive_learning_rates"
RIGHT = COURSE / "assignments" / SLUG / "right_variants" / "lecture_loops.py"


def order(*paths: Path, out: Path) -> Order:
    course = Course.find(COURSE)
    return Order(course, course.load(SLUG), paths, OutFolder(out))


def students(order: Order, scratch: Path) -> list[str]:
    return [found.student for found in look(order, scratch).found]


@pytest.mark.parametrize("out", ["results/adaptive_learning_rates", "marks", "."])
def test_grading_a_folder_twice_makes_no_student_of_its_results(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, out: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "alice.py").write_text("x = 1")
    (tmp_path / "bob").mkdir()
    (tmp_path / "bob" / "hw.py").write_text("x = 1")
    here = order(Path("."), out=Path(out))
    assert students(here, tmp_path.parent / "scratch") == ["alice", "bob"]
    for name in ("grades.csv", "grades.json", "grades.db", "index.html"):
        here.out.path.mkdir(parents=True, exist_ok=True)
        (here.out.path / name).write_text("results")
    here.out.feedback.mkdir(parents=True)
    (here.out.feedback / "alice.html").write_text("<html>")
    (here.out.feedback / "hw.py").write_text("x = 1")
    assert students(here, tmp_path.parent / "scratch") == ["alice", "bob"]


def test_the_results_of_another_out_folder_are_no_student_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "alice.py").write_text("x = 1")
    before = OutFolder(tmp_path / "results" / SLUG)
    before.feedback.mkdir(parents=True)
    for path in (before.csv, before.json, before.page("alice"), before.page("zoe")):
        path.write_text("results")
    assert students(order(Path("."), out=tmp_path / "new"), tmp_path / "new") == ["alice"]


def task(tmp_path: Path, modified: float, **more: object) -> Task:
    found = Found("alice", tmp_path / "a.py", "a.py", modified, **more)  # type: ignore[arg-type]
    return order_module._task(found, Standing(SLUG, Directory(()), Policies()), {})


def test_what_a_platform_says_is_not_overruled_by_a_file(tmp_path: Path) -> None:
    said = HandedIn(datetime(2025, 3, 14, tzinfo=UTC), Source.PLATFORM)
    assert task(tmp_path, 1e9, handed_in=said).handed_in == said
    assert task(tmp_path, 1e9).handed_in == HandedIn()


def test_where_nothing_is_to_be_graded_it_says_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "notes.csv").write_text("a,b")
    with pytest.raises(UsageError, match=r"no notebooks .* in .*sub \(but 1 other file"):
        look(order(tmp_path / "sub", out=tmp_path / "out"), tmp_path / "scratch")


# ------------------------------------------------------------------ this machine's faults


class CannotRead:
    def mark(self, task: Task) -> Result:
        raise ReadingError("alice.py may not be read by whoever runs this.")

    def close(self) -> None:
        pass


def _cannot_read() -> Marker:
    return CannotRead()


def test_a_file_that_we_cannot_read_fails_alone(tmp_path: Path) -> None:
    task = Task(Found("alice", tmp_path / "alice.py", "alice.py", 1e9))
    outcome = Desk(_cannot_read).mark(task)
    assert outcome == Failure(task, "alice.py may not be read by whoever runs this.")


def test_a_low_soft_limit_of_open_files_is_raised() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (60, before[1]))
        require_descriptors(2)
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] >= 64 + 2 * 16
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.parametrize(("workers", "more"), [(0, "set it)."), (4, "or give fewer --workers.")])
def test_a_low_hard_limit_of_open_files_is_named(
    monkeypatch: pytest.MonkeyPatch, workers: int, more: str
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (20, 20))
    with pytest.raises(AutograderError, match=r"have 20 files open .*ulimit -n \d+") as caught:
        require_descriptors(workers)
    assert str(caught.value).endswith(more)


# ------------------------------------------------------------------ the whole program


def grade(tmp_path: Path, *options: object, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "autograder", "grade", "sub", "--out", "out", "--workers", "0"]
    arguments = ["--course", COURSE, "--assignment", SLUG, *options]
    return subprocess.run(
        [*command, *map(str, arguments)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(COURSE), "PYTHONIOENCODING": "utf-8", **environment},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.long
def test_the_result_is_the_same_under_every_locale(tmp_path: Path) -> None:
    sub = tmp_path / "sub"
    (sub / "Zoë").mkdir(parents=True)
    shutil.copy(RIGHT, sub / "Zoë" / "lösung.py")
    (sub / "李雷.py").write_text("raise ValueError('größer')\n", encoding="utf-8")
    (sub / ".ünsichtbar.py").write_text("x = 1")
    seen = set()
    for locale, utf8 in (("C.UTF-8", "1"), ("C", "0")):
        shutil.rmtree(tmp_path / "out", ignore_errors=True)
        run = grade(tmp_path, "--json", LC_ALL=locale, PYTHONUTF8=utf8, PYTHONCOERCECLOCALE="0")
        assert run.returncode == 0, run.stderr
        assert json.loads(run.stdout)["passed_over"] == [
            {"file": ".ünsichtbar.py", "reason": "hidden (the name begins with a dot)"}
        ]
        names = sorted(os.listdir(os.fsencode(tmp_path / "out" / "feedback")))
        files = [(tmp_path / "out" / name).read_bytes() for name in ("grades.json", "grades.csv")]
        seen.add((*files, *names))
    assert len(seen) == 1
    assert "Zoë".encode() in seen.pop()[1]


def test_numpys_warnings_do_not_reach_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "huge.py").write_text(
        "import numpy as np\n"
        "def do_adagrad(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, eps=1e-8):\n"
        "    w = [init_w] + [1e308 * (-1) ** i + 0 * init_w for i in range(max_epochs)]\n"
        "    return w, [init_b] + [np.inf] * max_epochs\n"
        "do_rmsprop = do_adam = do_adagrad\n"
        "def f(w, b, x): return 1e308\n"
        "def grad_w(w, b, x, y): return 1e308 * (1 + 0 * w)\n"
        "def grad_b(w, b, x, y): return np.nan\n"
        "def correct_bias(moment, beta, t): return moment * 1e308\n"
    )
    run = grade(tmp_path)
    assert run.returncode == 0
    assert "Warning" not in run.stdout + run.stderr


def test_the_time_of_a_file_that_is_known_is_carried_on_by_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1")
    early, late = (datetime(2025, 3, day, tzinfo=UTC) for day in (1, 9))
    same = Task(Found("alice", tmp_path / "a.py", "a.py", 1e9))
    linked = Task(Found("alice", tmp_path / "b.py", "b.py", 1e9, problem="is a link."))

    def carried(now: HandedIn, before: HandedIn, task: Task = same) -> HandedIn:
        digest = task.digest()
        entry = Entry(
            1, "alice", task.found.file, digest, "v1", SubmissionStatus.GRADED, 1.0, 9.0, "", before
        )
        (known,) = order_module._with_what_is_known([replace(task, handed_in=now)], [entry])
        return known.handed_in

    platform = HandedIn(early, Source.PLATFORM)
    for task in (same, linked):
        assert carried(HandedIn(late, Source.FILE), platform, task) == platform
        assert carried(HandedIn(), platform, task) == platform
    mended = HandedIn(late, Source.PLATFORM)
    assert carried(mended, platform) == mended
    assert carried(HandedIn(None, Source.PLATFORM), platform) == platform
    first = HandedIn(early, Source.FILE)
    assert carried(HandedIn(late, Source.FILE), first) == first, "a file that was only touched"
    assert carried(platform, first) == platform
    marked = HandedIn(None, Source.MARKED_LATE)
    assert carried(marked, first) == marked
    (other,) = order_module._with_what_is_known([replace(same, handed_in=first)], [])
    assert other.handed_in == first
