"""Functions that gave no answer: missing, raised, out of time or memory.  Used by every kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from autograder.judging import words
from autograder.judging.question import Verdict
from autograder.model import Check, Fault, NotebookRun, Outcome, QuestionStatus, Trace

SPOILED = (
    Outcome.TIMED_OUT,
    Outcome.EXITED,
    Outcome.CRASHED,
    Outcome.OUT_OF_MEMORY,
    Outcome.FLOODED,
)


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
    if number == 0:  # a .py file: what comes after the line that failed was never run
        return words.MISSING_BELOW.format(function=function, fault=_cell_fault(number, fault))
    return (
        words.MISSING.format(function=function)
        + " "
        + words.BEFORE.format(fault=_cell_fault(number, fault))
    )


def _cell_fault(number: int, fault: Fault) -> str:
    places = [f"cell {number}"] if number else []
    places += [f"line {fault.line}"] if fault.line is not None else []
    code = f": {fault.code.strip()}" if fault.code.strip() else ""
    where = f"{', '.join(places)}{code}: " if places else ""
    return f"{where}{fault.kind}: {fault.message}"


def raised(function: str, fault: Fault) -> str:
    """One sentence on an exception: what, where."""
    where = ""
    if fault.line is not None:
        place = f"cell {fault.cell}, line {fault.line}" if fault.cell else f"line {fault.line}"
        code = f" ({fault.code.strip()})" if fault.code.strip() else ""
        where = f" in {place}{code}"
    return words.RAISED.format(
        function=function, kind=fault.kind, where=where, message=fault.message
    ).rstrip(": ")


def _failed(points: Mapping[str, float], status: QuestionStatus, message: str) -> Verdict:
    checks = tuple(Check(name, False, 0.0, worth, message) for name, worth in points.items())
    return Verdict(checks, status=status, message=message)
