"""The least that grading can cost: a student's own code, and nothing else."""

from __future__ import annotations

import contextlib
import inspect
import io
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from autograder.course import Assignment, Course
from autograder.model import Argument, Call, Gradient, Neuron, Submission
from autograder.sandbox.inside.gradients import neuron, stream
from autograder.submission import find, load


def floor_of(course: Course, assignment: str, folder: Path) -> list[float]:
    """CPU seconds of each right submission in a folder, measured in a process of its own."""
    command = [
        sys.executable,
        "-m",
        "autograder.bench.floor",
        str(course.folder),
        assignment,
        str(folder),
    ]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=course.folder)
    seconds: list[float] = json.loads(done.stdout)
    return seconds


def floor_seconds(submissions: Sequence[Submission], assignment: Assignment) -> list[float]:
    """CPU seconds of each right submission's cells and calls, in this process.

    What surrounds them (parsing cells, drawing the calls, making the gradients) is not counted.
    """
    for submission in submissions[:5]:
        _one(submission, assignment)  # first times import and fill caches
    return [_one(submission, assignment) for submission in submissions]


def _one(submission: Submission, assignment: Assignment) -> float:
    namespace: dict[str, Any] = {"__name__": "__main__"}
    codes = [
        compile(cell.source, f"cell {cell.number}", "exec", dont_inherit=True)
        for cell in submission.cells
    ]
    spent = 0.0
    with contextlib.redirect_stdout(io.StringIO()):
        begun = time.process_time()
        for code in codes:
            exec(code, namespace)  # the instructor's own sample, not a student's file
        spent += time.process_time() - begun
        for question in assignment.questions:
            exam = question.kind.draw(assignment.seed(submission.student, question.name))
            for call in exam.calls:
                ready = _ready(namespace, call)
                begun = time.process_time()
                ready()
                spent += time.process_time() - begun
    return spent


def _ready(namespace: dict[str, Any], call: Call) -> Callable[[], object]:
    """The call, with its arguments made; what it has no parameter for is set as a global."""
    function = namespace[call.function]
    arguments = {name: _argument(value) for name, value in call.arguments.items()}
    parameters = inspect.signature(function).parameters
    takes_all = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    passed = {name: a for name, a in arguments.items() if takes_all or name in parameters}
    rest = {name: a for name, a in arguments.items() if name not in passed}

    def make() -> object:
        with _globals(namespace, rest):
            return function(**passed)

    return make


def _argument(value: Argument) -> Any:
    if not isinstance(value, Gradient):
        return value.copy() if hasattr(value, "copy") else value
    if isinstance(value.kind, Neuron):
        kind = value.kind
        return neuron(value.of, kind.scale, kind.low, kind.high, kind.gain)
    return stream(value.kind.values)


@contextlib.contextmanager
def _globals(namespace: dict[str, Any], values: Mapping[str, Any]) -> Iterator[None]:
    before = {name: namespace[name] for name in values if name in namespace}
    namespace.update(values)
    try:
        yield
    finally:
        for name in values:
            del namespace[name]
        namespace.update(before)


def _main(course_folder: str, slug: str, folder: str) -> None:
    assignment = Course.find(Path(course_folder)).load(slug)
    with tempfile.TemporaryDirectory() as scratch:
        found = find([Path(folder)], scratch=Path(scratch))
        print(json.dumps(floor_seconds([load(one) for one in found], assignment)))


if __name__ == "__main__":
    _main(*sys.argv[1:])
