"""What is wrong with an answer to a public example, in sentences that show both values.

Nothing here is hidden: the student has the same numbers in ``public_checks.json``.
"""

from __future__ import annotations

import numpy as np

from autograder.judging import words as judging_words
from autograder.judging.rule.history import History, first_difference, read_history
from autograder.judging.stopped import ended
from autograder.model import Call, FloatArray, NotebookRun, Opaque, Submission, Trace
from autograder.public import words
from autograder.public.checks import Example, Histories, Value

SHOWN_DIGITS = 7


def complaints(
    example: Example, trace: Trace, run: NotebookRun, submission: Submission
) -> tuple[str, ...]:
    """What is wrong with the answer to one example; empty: nothing."""
    if why := ended(example.call.function, trace, run, submission):
        return (why,)
    if isinstance(example.right, Histories):
        return _of_histories(example.right, trace)
    sentence = _of_value(example.right, trace)
    return (f"{_as_python(example.call)}: {sentence}",) if sentence else ()


def _as_python(call: Call) -> str:
    """The call as it can be typed into a notebook."""
    arguments = ", ".join(
        f"{name}={value.tolist() if isinstance(value, np.ndarray) else value}"
        for name, value in call.arguments.items()
    )
    return f"{call.function}({arguments})"


# -------------------------------------------------------------------------------------- formulas


def _of_value(expected: Value, trace: Trace) -> str:
    own = trace.value
    if not isinstance(own, np.ndarray):
        kind = f"something of type {own.type_name}" if isinstance(own, Opaque) else "a sequence"
        return words.OPAQUE.format(what=kind)
    wanted = expected.value
    if own.size == wanted.size == 1:
        own, wanted = own.reshape(()), wanted.reshape(())
    if own.shape != wanted.shape:
        return _shapes(own, wanted)
    with np.errstate(all="ignore"):
        right = np.abs(own - wanted) <= expected.tolerance * (1 + np.abs(wanted))
    if right.all():
        return ""
    if not wanted.ndim:
        shown = _both(float(own), float(wanted))
        return words.ANSWER_WRONG.format(expected=shown[1], own=shown[0])
    place = int(np.argmin(right))
    shown = _both(float(own.flat[place]), float(wanted.flat[place]))
    return words.ENTRY_WRONG.format(
        place=place,
        expected=shown[1],
        own=shown[0],
        count=int((~right).sum()),
        all=right.size,
    )


def _shapes(own: FloatArray, wanted: FloatArray) -> str:
    if not wanted.ndim:
        return words.NUMBER_WRONG.format(own=own.shape)
    if not own.ndim:
        return words.NUMBERS_WRONG.format(expected=wanted.shape)
    return words.SHAPE_WRONG.format(expected=wanted.shape, own=own.shape)


# ------------------------------------------------------------------------------------- histories


def history_of(expected: Histories, trace: Trace) -> History:
    """The student's answer as histories, and why not where it is something else."""
    return read_history(trace, expected.rows.shape[1] - 1, expected.vector)


def _of_histories(expected: Histories, trace: Trace) -> tuple[str, ...]:
    right, history = expected.rows, history_of(expected, trace)
    if history.rows is None:
        return (words.FORM.format(problem=history.problem),)
    if history.only_point and len(right) > 1:
        return (words.ONLY_POINT.format(wanted=len(right)),)
    rows = history.rows
    if len(rows) != len(right):
        length = judging_words.TRAJECTORY_LENGTH.format(
            epochs=len(right) - 1, wanted=len(right), entries=len(rows)
        )
        return (length, *_first_difference(rows[: len(right)], right[: len(rows)], expected))
    return _first_difference(rows, right, expected)


def _first_difference(rows: FloatArray, right: FloatArray, expected: Histories) -> tuple[str, ...]:
    """Where two histories of one length part, and how; empty: nowhere."""
    found = first_difference(rows, right, expected.tolerance)
    if found is None:
        return ()
    with np.errstate(all="ignore"):
        close = np.abs(rows[found.epoch] - right[found.epoch]) <= expected.tolerance
    column = int(np.argmin(close))
    own, wanted = float(rows[found.epoch, column]), float(right[found.epoch, column])
    shown = _both(own, wanted)
    place = {"parameter": found.parameter, "expected": shown[1], "own": shown[0]}
    if found.epoch == 0:
        return (words.START_WRONG.format(**place),)
    sentences = [words.EPOCH_WRONG.format(epoch=found.epoch, **place)]
    if np.isnan(own):
        sentences.append(words.ALL_NAN)
    elif found.ratio is not None and found.ratio < 0:
        sentences.append(words.WRONG_WAY)
    elif found.ratio is not None:
        sentences.append(words.STEP_RATIO.format(ratio=f"{found.ratio:.4g}"))
    return tuple(sentences)


def _both(own: float, wanted: float) -> tuple[str, str]:
    """Two unlike numbers with as many digits as it takes to see that they are."""
    for digits in range(SHOWN_DIGITS, 17):
        texts = f"{own:.{digits}g}", f"{wanted:.{digits}g}"
        if texts[0] != texts[1]:
            return texts
    return repr(own), repr(wanted)
