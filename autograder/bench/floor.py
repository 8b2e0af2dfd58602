"""The least that grading can cost: a student's own code, and nothing else."""

from __future__ import annotations

import contextlib
import gc
import inspect
import io
import os
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from autograder.bench.measured import in_fresh_processes
from autograder.course import Assignment, Course
from autograder.model import Argument, Call, FloatArray, Gradient, Neuron, Stream, Submission
from autograder.platforms import find, load
from autograder.sandbox.inside.gradients import neuron, stream


@dataclass(frozen=True)
class Floor:
    """CPU seconds of right submissions, each once for every process that measured."""

    together: list[float]
    """Cells and calls in one warm process."""
    apart: list[float]
    """The same in a forked process each: what it costs to keep students apart, and no more."""


def floor_of(course: Course, assignment: str, folder: Path, at_once: int) -> Floor:
    """The floor for all right submissions in a folder, measured in processes of its own.

    ``at_once`` processes measure it side by side, as many as grading has workers: a processor
    that shares its memory and caches takes longer over the same work.
    """
    floors = in_fresh_processes(at_once, _floor_of_folder, course, assignment, folder)
    return Floor(
        [seconds for floor in floors for seconds in floor.together],
        [seconds for floor in floors for seconds in floor.apart],
    )


def _floor_of_folder(course: Course, slug: str, folder: Path) -> Floor:
    with tempfile.TemporaryDirectory() as scratch:
        found = find([folder], scratch=Path(scratch))
        return measure_floor([load(one) for one in found], course.load(slug))


def measure_floor(submissions: Sequence[Submission], assignment: Assignment) -> Floor:
    """CPU seconds of each right submission's cells (compiled and run) and calls.

    What surrounds them (drawing the calls, making their arguments) is not counted.
    """
    for submission in submissions[:5]:
        _one(submission, assignment)  # first times import and fill caches
    together = [_one(submission, assignment) for submission in submissions]
    gc.collect()
    gc.freeze()  # so that children share what is loaded
    return Floor(together, [_in_a_child(submission, assignment) for submission in submissions])


def _in_a_child(submission: Submission, assignment: Assignment) -> float:
    """As :func:`_one` in a forked process: that, and what forking costs both sides."""
    ours, theirs = os.pipe()
    begun = time.process_time()
    pid = os.fork()
    if pid == 0:
        try:
            started = time.process_time()
            counted = _one(submission, assignment)
            os.write(theirs, repr(time.process_time() - started - counted).encode())
            os._exit(0)
        except BaseException:
            traceback.print_exc()
        finally:  # whatever happens, it must not go on as if it were its parent
            os._exit(1)
    _, status, used = os.wait4(pid, 0)
    if status:
        raise SystemExit(f"{submission.file} cannot be measured: see above")
    spent = used.ru_utime + used.ru_stime + time.process_time() - begun
    os.close(theirs)
    with os.fdopen(ours) as said:
        return spent - float(said.read())


def _one(submission: Submission, assignment: Assignment) -> float:
    namespace: dict[str, Any] = {"__name__": "__main__"}
    # What it prints is not for who measures, nor are NumPy's warnings where a start is far away.
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        begun = time.process_time()
        for cell in submission.cells:
            code = compile(cell.source, f"cell {cell.number}", "exec", dont_inherit=True)
            exec(code, namespace)  # the instructor's own sample, not a student's file
        spent = time.process_time() - begun
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
        with patch.dict(namespace, rest):
            return function(**passed)

    return make


def _argument(value: Argument) -> object:
    if not isinstance(value, Gradient):
        return value.copy() if hasattr(value, "copy") else value
    if isinstance(value.kind, Neuron):
        kind = value.kind
        return neuron(value.of, *astuple(kind))
    return stream(value.kind.values, _start(value.kind), value.kind.points)


def _start(kind: Stream) -> FloatArray:
    return np.zeros(0) if kind.start is None else kind.start
