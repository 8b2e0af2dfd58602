"""What is wrong with an answer to a public example, in sentences that show both values.

Nothing here is hidden: the student has the same numbers in ``public_checks.json``.
"""

from __future__ import annotations

import numpy as np

from autograder.judging.rule.history import History, read_history
from autograder.judging.stopped import ended
from autograder.model import NotebookRun, Opaque, Submission, Trace
from autograder.public import words
from autograder.public.carried import ONLY_POINT, as_python, histories_differ, value_differs
from autograder.public.checks import Example, Histories, Value


def complaints(
    example: Example, trace: Trace, run: NotebookRun, submission: Submission
) -> tuple[str, ...]:
    """What is wrong with the answer to one example; empty: nothing."""
    if why := ended(example.call.function, trace, run, submission):
        return (why,)
    if isinstance(example.right, Histories):
        return _of_histories(example.right, trace)
    sentence = _of_value(example.right, trace)
    call = as_python(example.call.function, example.call.arguments)
    return (f"{call}: {sentence}",) if sentence else ()


# -------------------------------------------------------------------------------------- formulas


def _of_value(expected: Value, trace: Trace) -> str:
    own = trace.value
    if not isinstance(own, np.ndarray):
        kind = f"something of type {own.type_name}" if isinstance(own, Opaque) else "a sequence"
        return words.OPAQUE.format(what=kind)
    return value_differs(own, expected.value, expected.tolerance)


# ------------------------------------------------------------------------------------- histories


def history_of(expected: Histories, trace: Trace) -> History:
    """The student's answer as histories, and why not where it is something else."""
    return read_history(trace, expected.rows.shape[1] - 1, expected.vector)


def _of_histories(expected: Histories, trace: Trace) -> tuple[str, ...]:
    right, history = expected.rows, history_of(expected, trace)
    if history.rows is None:
        return (words.FORM.format(problem=history.problem),)
    if history.only_point and len(right) > 1:
        return (ONLY_POINT.format(wanted=len(right)),)
    return histories_differ(history.rows, right, expected.tolerance)
