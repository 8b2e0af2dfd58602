"""Functions that gave no answer: missing, raised, out of time or memory.  Used by every kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from autograder.judging import words
from autograder.judging.question import Verdict
from autograder.model import (
    Check,
    Fault,
    NotebookRun,
    Outcome,
    QuestionStatus,
    Submission,
    Taken,
    Trace,
)

SPOILED = (
    Outcome.TIMED_OUT,
    Outcome.EXITED,
    Outcome.CRASHED,
    Outcome.OUT_OF_MEMORY,
    Outcome.FLOODED,
)

_ENDS_A_FILE = frozenset(
    {"SyntaxError", "IndentationError", "TabError", "SystemExit", "KeyboardInterrupt"}
)
"""Exceptions below which nothing of a ``.py`` file is run; below others all is."""


def stopped(
    function: str, points: Mapping[str, float], traces: Sequence[Trace], run: NotebookRun
) -> Verdict | None:
    """The verdict on a function that gave no answer at all; None: it gave some."""
    if any(trace.outcome is Outcome.MISSING for trace in traces):
        return _failed(points, QuestionStatus.ERROR, missing(function, run))
    for trace in traces:
        if trace.outcome in SPOILED:
            timed_out = trace.outcome is Outcome.TIMED_OUT
            status = QuestionStatus.TIMEOUT if timed_out else QuestionStatus.ERROR
            message = words.STOPPED[trace.outcome.value].format(function=function)
            return _failed(points, status, message)
    if all(trace.outcome is Outcome.RAISED for trace in traces):
        fault = traces[0].fault or Fault("Error", "")
        return _failed(points, QuestionStatus.ERROR, raised(function, fault))
    return None


def missing(function: str, run: NotebookRun) -> str:
    """What to say of a function that the notebook does not define, and why it may be so."""
    if not run.faults:
        return words.MISSING.format(function=function)
    number, fault = sorted(run.faults.items())[0]
    if number == 0:
        if run.outcome is Outcome.RETURNED and fault.kind not in _ENDS_A_FILE:
            return words.MISSING.format(function=function)
        return words.MISSING_BELOW.format(function=function, fault=_cell_fault(number, fault))
    why = words.BEFORE.format(fault=_cell_fault(number, fault))
    return f"{words.MISSING.format(function=function)} {why}"


def _cell_fault(number: int, fault: Fault) -> str:
    place = _place(number, fault.line)
    code = f": {fault.code.strip()}" if fault.code.strip() else ""
    where = f"{place}{code}: " if place else ""
    return f"{where}{fault.kind}: {fault.message}"


def _place(cell: int | None, line: int | None) -> str:
    places = [words.CELL.format(number=cell)] if cell else []
    places += [words.LINE.format(number=line)] if line is not None else []
    return ", ".join(places)


def cells_stopped(run: NotebookRun, submission: Submission) -> list[str]:
    """A sentence on each error of the cells, and on each name that was given back."""
    whole_file = len(submission.cells) == 1 and not submission.file.endswith(".ipynb")
    return [
        *_first_errors(run, whole_file),
        *map(_later_error, run.further),
        *_more_errors(run.unlisted),
        *map(_name_taken, run.taken),
    ]


def _first_errors(run: NotebookRun, whole_file: bool) -> list[str]:
    return [
        words.CELL_STOPPED.format(
            place=words.WHOLE_FILE if whole_file else words.WHOLE_CELL.format(number=number),
            line="" if fault.line is None else _in_place(_place(None, fault.line)),
            code=_in_brackets(fault.code),
            kind=fault.kind,
            message=fault.message,
        )
        for number, fault in sorted(run.faults.items())
    ]


def _later_error(fault: Fault) -> str:
    return words.CELL_FAILED_TOO.format(
        place=_place(fault.cell, fault.line),
        code=_in_brackets(fault.code),
        kind=fault.kind,
        message=fault.message,
    )


def _more_errors(count: int) -> list[str]:
    if count == 1:
        return [words.ONE_MORE_ERROR]
    return [words.MORE_ERRORS.format(count=count)] if count else []


def _name_taken(taken: Taken) -> str:
    place = words.NAME_PLACE_IN_CELL if taken.cell else words.NAME_PLACE
    return words.NAME_TAKEN.format(
        place=place.format(line=taken.line, cell=taken.cell),
        code=_in_brackets(taken.code),
        name=taken.name,
    )


def _in_place(place: str) -> str:
    return words.IN_PLACE.format(place=place)


def _in_brackets(code: str) -> str:
    return f" ({code.strip()})" if code.strip() else ""


def raised(function: str, fault: Fault) -> str:
    """One sentence on an exception: what, where."""
    where = ""
    if fault.line is not None:
        where = _in_place(_place(fault.cell, fault.line)) + _in_brackets(fault.code)
    return words.RAISED.format(
        function=function, kind=fault.kind, where=where, message=fault.message
    ).rstrip(": ")


def _failed(points: Mapping[str, float], status: QuestionStatus, message: str) -> Verdict:
    checks = tuple(Check(name, False, 0.0, worth, message) for name, worth in points.items())
    return Verdict(checks, status=status, message=message)
