"""Functions that gave no answer: missing, raised, out of time or memory.  Used by every kind."""

from __future__ import annotations

import ast
import difflib
import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from autograder.judging import words
from autograder.judging.question import Verdict
from autograder.model import (
    Cell,
    Check,
    Fault,
    NotebookRun,
    Opaque,
    Outcome,
    QuestionStatus,
    Submission,
    Taken,
    Trace,
)
from autograder.text import HIDDEN

SPOILED = (
    Outcome.TIMED_OUT,
    Outcome.EXITED,
    Outcome.CRASHED,
    Outcome.OUT_OF_MEMORY,
    Outcome.FLOODED,
)

MOST_FAULTS = 20
"""Errors of cells of which the page tells; of the others, how many."""

_ENDS_A_FILE = frozenset(
    {"SyntaxError", "IndentationError", "TabError", "SystemExit", "KeyboardInterrupt"}
)
"""Exceptions below which nothing of a ``.py`` file is run; below others all is."""


def stopped(
    function: str,
    points: Mapping[str, float],
    traces: Sequence[Trace],
    run: NotebookRun,
    submission: Submission,
) -> Verdict | None:
    """The verdict on a function that gave no answer at all; None: it gave some."""
    why, message = no_answer(function, traces, run, submission)
    if not why:
        return None
    text = words.NOT_TRIED.format(why=why)
    checks = tuple(Check(name, False, 0.0, worth, text, False) for name, worth in points.items())
    timed_out = any(trace.outcome is Outcome.TIMED_OUT for trace in traces)
    status = QuestionStatus.TIMEOUT if timed_out else QuestionStatus.ERROR
    unwritten = message == words.UNWRITTEN.format(function=function)
    if unwritten and any(trace.outcome is Outcome.RETURNED for trace in traces):
        return Verdict(checks, message=message)
    return Verdict(checks, status=status, message=message)


def no_answer(
    function: str, traces: Sequence[Trace], run: NotebookRun, submission: Submission
) -> tuple[str, str]:
    """Why a function gave no answer: to complete a sentence, and as a sentence; empty: it did."""
    if any(trace.outcome is Outcome.MISSING for trace in traces):
        hidden = _hidden_by(function, run, submission)
        key = "missing" if hidden is None else "undefined"
        return _why(key, function), missing(function, run, submission)
    if traces and all(to_be_awaited(trace) for trace in traces):
        return _why("awaited", function), _awaited(function, traces[0])
    if is_unwritten(function, traces, run):
        return _why("unwritten", function), words.UNWRITTEN.format(function=function)
    if any(trace.outcome is Outcome.RETURNED for trace in traces):
        return "", ""
    for trace in traces:
        if trace.outcome in SPOILED:
            key = trace.outcome.value
            return _why(key, function), words.STOPPED[key].format(function=function)
    if all(trace.outcome is Outcome.RAISED for trace in traces):
        fault = traces[0].fault or Fault("Error", "")
        message = raised(function, fault) + _chain(fault, run, submission)
        return _why("raised", function), message
    return "", ""


def ended(function: str, trace: Trace, run: NotebookRun, submission: Submission) -> str:
    """Why one call brought no answer, in a sentence; empty: it brought one."""
    if trace.outcome is Outcome.MISSING:
        return missing(function, run, submission)
    if trace.outcome in SPOILED:
        return words.STOPPED[trace.outcome.value].format(function=function)
    if trace.outcome is not Outcome.RETURNED:
        return raised(function, trace.fault or Fault("Error", ""))
    if to_be_awaited(trace):
        return _awaited(function, trace)
    return words.NOTHING_RETURNED.format(function=function) if trace.value is None else ""


_AWAITED = {"coroutine": "a coroutine", "async_generator": "an asynchronous generator"}
"""What a call of an ``async def`` gives back, by its type's name."""


def to_be_awaited(trace: Trace) -> bool:
    """Whether a call gave back what an ``async def`` gives back."""
    return isinstance(trace.value, Opaque) and trace.value.type_name in _AWAITED


def _awaited(function: str, trace: Trace) -> str:
    assert isinstance(trace.value, Opaque)
    return words.AWAITED.format(function=function, what=_AWAITED[trace.value.type_name])


def _why(key: str, function: str) -> str:
    return words.WHY[key].format(function=function)


# ------------------------------------------------------------------------------- not written yet


def is_unwritten(function: str, traces: Sequence[Trace], run: NotebookRun) -> bool:
    """Whether a function that was called is still as the released notebook has it."""
    gave_nothing = all(
        trace.outcome is Outcome.RAISED
        or (trace.outcome is Outcome.RETURNED and trace.value is None)
        for trace in traces
    )
    return gave_nothing and is_placeholder(run.sources.get(function, ""))


def is_placeholder(source: str) -> bool:
    """Whether a function does nothing yet: ``...``, ``pass`` or NotImplementedError below its
    docstring, as the released notebook has it.  ``source`` is read, never run."""
    try:
        tree = ast.parse(textwrap.dedent(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    if len(tree.body) != 1 or not isinstance(tree.body[0], ast.FunctionDef):
        return False
    return all(map(_does_nothing, tree.body[0].body))


def _does_nothing(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Pass):
        return True
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    if isinstance(statement, ast.Return):
        return statement.value is None or isinstance(statement.value, ast.Constant)
    if isinstance(statement, ast.Raise):
        names = (part.id for part in ast.walk(statement) if isinstance(part, ast.Name))
        return "NotImplementedError" in names
    return False


# ----------------------------------------------------------------------------------- not defined


def missing(function: str, run: NotebookRun, submission: Submission) -> str:
    """What to say of a function that the notebook does not define, and why, where that is known.

    The cell that holds ``def NAME``, and how it failed; a text cell that holds it; a name like it.
    A cell that fails elsewhere, or one that only uses the name, explains nothing.
    """
    hidden = _hidden_by(function, run, submission)
    if hidden is not None:
        cell, fault, told = hidden
        if not _ends(fault):
            why = words.MISSING_FAILED
        else:
            why = words.BEFORE if cell.number else words.MISSING_BELOW
        return why.format(function=function, fault=told.rstrip(": "))
    there = words.MISSING.format(function=function)
    for text in submission.texts:
        if _definition(function).search(text.source):
            return f"{there} {words.IN_A_TEXT_CELL.format(number=text.number)}"
    if near := _near_name(function, submission.cells):
        return words.NEAR_NAME.format(name=near, function=function)
    return there


@dataclass(frozen=True)
class Cause:
    """An error elsewhere that kept a function from being defined."""

    sentence: str
    cell: Cell
    """Where it happened, and where the function is written."""
    fault: Fault


def cause(functions: Iterable[str], run: NotebookRun, submission: Submission) -> Cause | None:
    """What kept the first of the functions from being defined; None: nothing, or not known."""
    for function in functions:
        hidden = None if function in run.sources else _hidden_by(function, run, submission)
        if hidden is not None:
            cell, fault, told = hidden
            return Cause(words.CAUSE.format(fault=told), cell, fault)
    return None


def _hidden_by(
    function: str, run: NotebookRun, submission: Submission
) -> tuple[Cell, Fault, str] | None:
    """The cell that holds a function, and how it failed before the function was there."""
    for cell in reversed(submission.cells):
        found = _definition(function).search(cell.source)
        if found is None:
            continue
        line = cell.source.count("\n", 0, found.start()) + 1
        fault = next((f for f in _faults_of(cell, run) if _hides(f, line, cell.source)), None)
        if fault is not None:
            return cell, fault, _cell_fault(cell.number, fault) + _chain(fault, run, submission)
    return None


def _definition(function: str) -> re.Pattern[str]:
    return re.compile(rf"^[ \t]*(async[ \t]+)?def[ \t]+{re.escape(function)}\b", re.MULTILINE)


def _faults_of(cell: Cell, run: NotebookRun) -> list[Fault]:
    first = [run.faults[cell.number]] if cell.number in run.faults else []
    return [*first, *(fault for fault in run.further if (fault.cell or 0) == cell.number)]


def _ends(fault: Fault) -> bool:
    """Whether what stands below an error was not run either."""
    return fault.line is None or fault.kind.endswith((*_ENDS_A_FILE, "Limit"))


def _hides(fault: Fault, line: int, source: str) -> bool:
    """Whether a cell's error may be why the function in this line of it was never defined.

    After most errors a cell goes on, so that only one in the definition itself is, which begins
    with its decorators.
    """
    if fault.line is None or fault.kind.endswith(("SyntaxError", "IndentationError", "TabError")):
        return True
    if _ends(fault):
        return fault.line <= line
    return line <= fault.line <= line + _LINES_OF_A_HEAD or _decorates(fault, line, source)


def _decorates(fault: Fault, line: int, source: str) -> bool:
    """Whether the error is in a decorator of the function in this line of a cell."""
    if fault.line is None or fault.line >= line or not fault.code.lstrip().startswith("@"):
        return False
    between = source.split("\n")[fault.line - 1 : line - 1]
    return not any(_BEGINS.match(text) for text in between)


_BEGINS = re.compile(r"[ \t]*(async[ \t]+)?(def|class)\b")
_LINES_OF_A_HEAD = 3
"""Lines below ``def`` on which defaults of its parameters may stand."""
_NOT_DEFINED = re.compile(r"name '(\w+)' is not defined")
_LONGEST_CHAIN = 10


def _chain(fault: Fault, run: NotebookRun, submission: Submission) -> str:
    """Where a name that is not defined should have come from, and what happened there; empty: not
    known.  The first cause ends the chain, and is the one that is told."""
    told, first = "", fault
    for _ in range(_LONGEST_CHAIN):
        name = _NOT_DEFINED.search(first.message) if first.kind == "NameError" else None
        before = None if name is None else _what_kept(name[1], run, submission)
        if name is None or before is None or before[1] is first:
            break
        cell, first = before
        told = words.NOT_DEFINED.format(name=name[1], fault=_cell_fault(cell.number, first))
    return f" {told}" if told else ""


def _what_kept(name: str, run: NotebookRun, submission: Submission) -> tuple[Cell, Fault] | None:
    """The cell that would have defined a name, with its error in that very line."""
    name = re.escape(name)
    gives = re.compile(
        rf"^[ \t]*(?:(?:from[ \t]+[\w.]+[ \t]+)?import\b.*\b{name}\b|def[ \t]+{name}\b"
        rf"|class[ \t]+{name}\b|{name}\b[^=\n]*=(?!=))",
        re.MULTILINE,
    )
    for cell in submission.cells:
        faults, line, start = _faults_of(cell, run), 1, 0
        for found in gives.finditer(cell.source) if faults else ():
            line += cell.source.count("\n", start, found.start())
            start = found.start()
            for fault in faults:
                broken = fault.kind.endswith(("SyntaxError", "IndentationError", "TabError"))
                if broken or fault.line == line or _decorates(fault, line, cell.source):
                    return cell, fault
    return None


def _near_name(function: str, cells: Sequence[Cell]) -> str:
    """A function's name that is this one but for capitals, its ``do_`` or a slip."""
    names: list[str] = [name for cell in cells for name in _DEFINED.findall(cell.source)]
    plain = _plain(function)
    for name in names:
        if name != function and (_plain(name) == plain or _plain(name) == plain.removeprefix("do")):
            return name
    others = [name for name in names if name != function]
    close = difflib.get_close_matches(function, others, n=1, cutoff=0.85)
    return close[0] if close else ""


_DEFINED = re.compile(r"^[ \t]*def[ \t]+(\w+)", re.MULTILINE)


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


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
    """A sentence on each error of the cells, first errors first, and on each name given back."""
    whole_file = len(submission.cells) == 1 and not submission.file.endswith(".ipynb")
    errors = [*_first_errors(run, whole_file), *map(_later_error, run.further)]
    return [
        *errors[:MOST_FAULTS],
        *_more_errors(len(errors[MOST_FAULTS:]) + run.unlisted),
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
    message = "" if fault.message == HIDDEN else fault.message
    said = words.RAISED.format(function=function, kind=fault.kind, where=where, message=message)
    if fault.message == HIDDEN:
        return f"{said.rstrip(': ')}. {words.MESSAGE_HIDDEN}"
    return f"{said} {words.MESSAGE_CUT}" if HIDDEN in message else said.rstrip(": ")
