"""The checks of this notebook: they tell at once whether an answer is on the right way.

They need Python and NumPy, no file and no network, and hold what answers should give for a few
inputs; your work is graded with others.  Each question has cases.  ``grader.check("name")`` tries
them in their order on what the notebook has defined by then, and

- explains the first that fails: what is off, and the line of yours where Python stopped;
- only lists the others that fail, which often have the same cause;
- leaves out, and says why, what cannot be told yet: a function that is not written, that stopped
  with an error above, or that builds on another which is not right yet.

A case that takes too long is stopped: by an alarm where the system has one, and else (Windows, or
not the main thread) by looking at the clock at every line, which is slow but does it.  One long
step inside NumPy is left to end by itself.
"""

from __future__ import annotations

import contextlib
import dis
import html
import inspect
import io
import json
import linecache
import re
import signal
import sys
import time
import types
import warnings
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np

Names: TypeAlias = MutableMapping[str, Any]
"""What the notebook has defined."""
Lists: TypeAlias = Mapping[str, Sequence[str]]

SECONDS = 10.0
"""For one case; the right answer takes milliseconds."""

# ------------------------------------------------------------------------------- what is said

ALL_PASS = "{question}: all {count} checks pass."
SOME_PASS = "{question}: {passed} of {count} checks pass."
NO_QUESTION = "There is no question {question!r} here; there are {questions}."
FEW = "These are few; grading uses other inputs."
ALSO = "not right either, perhaps for the same reason"
NOT_TRIED = "not tried, because {reason}"
MISSING = "{name} is not there yet (run the cell that defines it)"
UNWRITTEN = "{name} is not written yet (put your own lines in place of the dots)"
STOPPED_ABOVE = "{name} stopped above"
BUILDS_ON = "it builds on {name}, which is not right yet"
RAISED = "{name} stops with {kind}{message}{place}."
NOT_CALLED = "{name} cannot be called as it should be: {message}. Keep its name and parameters."
ENDS_PYTHON = "{name} ends Python itself (exit or quit){place}; let it return."
TIME_UP = "{name} was still running after {seconds:g} s{place}. Does every loop in it end?"
PLACE = " in line {line}{cell} ({code})"
CELL = " of cell [{number}]"
AS_VARIABLES = (
    "({function} takes no {parameters}: what it would get was put into the notebook's variables.)"
)
AS_DEFINED = "(Tried was {name} as cell [{number}] defines it.)"
NOT_SO = "This is not so yet."
PRINTED = "(What it printed is left out here.)"
TRY_IT = "To try it yourself: {function}(**grader.example({question!r}, {number}))"

NOTHING = "{function} returns nothing (None): end it with return."
ANSWER_WRONG = "it should be {expected}; yours is {own}."
SHAPE_WRONG = "it should have the shape {expected}; yours has {own}."
NUMBER_WRONG = "it should be one number; yours has the shape {own}."
NUMBERS_WRONG = "it should have the shape {expected}; yours is one number."
ENTRY_WRONG = "entry {place} should be {expected}; yours is {own} ({count} of {all} are off)."
NO_NUMBERS = "it returns something that is no number and no array of numbers."
NO_HISTORIES = "Return two histories of numbers, that of w first: {why}."
ONLY_POINT = "It returns one point; the histories should have {wanted} entries, the start first."
LENGTH_WRONG = (
    "For {epochs} epochs the histories should have {wanted} entries, the start first; yours have "
    "{entries}."
)
START_WRONG = "The first entry should be the start: {parameter} is {expected}, yours is {own}."
EPOCH_WRONG = (
    "Epoch {epoch} is the first that differs: {parameter} should be {expected}; yours is {own}."
)
STEP_RATIO = "Your step there is {ratio} times the right one."
WRONG_WAY = "Your step there goes the other way."
ALL_NAN = "NaN is what comes of 0 / 0 or of the root of a negative number."
AGAIN_WRONG = "Called a second time it answers something else. What stays from the first call?"
INPUTS_WRONG = (
    "It changes {names}. An array changed in place is the caller's array too: work on a copy."
)

# ---------------------------------------------------------------- comparing numbers with numbers

SHOWN_DIGITS = 7


def value_differs(own: Any, expected: Any, tolerance: float) -> str:
    """How an array or number differs from what is expected, in a sentence; empty: it does not."""
    if own.size == expected.size == 1:
        own, expected = own.reshape(()), expected.reshape(())
    if own.shape != expected.shape:
        said = NUMBER_WRONG if not expected.ndim else NUMBERS_WRONG if not own.ndim else SHAPE_WRONG
        return said.format(expected=expected.shape, own=own.shape)
    with np.errstate(invalid="ignore", over="ignore"):
        right = np.abs(own - expected) <= tolerance * (1 + np.abs(expected))
    if right.all():
        return ""
    place = int(np.argmin(right))
    shown = both(float(own.flat[place]), float(expected.flat[place]))
    if not expected.ndim:
        return ANSWER_WRONG.format(own=shown[0], expected=shown[1])
    count = int((~right).sum())
    return ENTRY_WRONG.format(
        place=place, own=shown[0], expected=shown[1], count=count, all=right.size
    )


def histories_differ(rows: Any, right: Any, tolerance: float) -> tuple[str, ...]:
    """How two paths differ, in sentences: a row an epoch, w's entries and then b."""
    if len(rows) != len(right):
        length = LENGTH_WRONG.format(epochs=len(right) - 1, wanted=len(right), entries=len(rows))
        return (length, *histories_differ(rows[: len(right)], right[: len(rows)], tolerance))
    with np.errstate(invalid="ignore", over="ignore"):
        wrong = ~(np.abs(rows - right) <= tolerance)
    if not wrong.any():
        return ()
    epoch = int(np.argmax(wrong.any(axis=1)))
    column = int(np.argmax(wrong[epoch]))
    last = right.shape[1] - 1
    parameter = "b" if column == last else "w" if last == 1 else f"w[{column}]"
    own, expected = float(rows[epoch, column]), float(right[epoch, column])
    shown = both(own, expected)
    place = {"parameter": parameter, "own": shown[0], "expected": shown[1]}
    if epoch == 0:
        return (START_WRONG.format(**place),)
    first = EPOCH_WRONG.format(epoch=epoch, **place)
    if np.isnan(own):
        return first, ALL_NAN
    step = expected - float(right[epoch - 1, column])
    own_step = own - float(rows[epoch - 1, column])
    if step == 0 or not np.isfinite(own_step):
        return (first,)
    ratio = own_step / step
    return first, WRONG_WAY if ratio < 0 else STEP_RATIO.format(ratio=f"{ratio:.4g}")


def both(own: float, expected: float) -> tuple[str, str]:
    """Two unlike numbers with as many digits as it takes to see that they are."""
    for digits in range(SHOWN_DIGITS, 17):
        texts = f"{own:.{digits}g}", f"{expected:.{digits}g}"
        if texts[0] != texts[1]:
            return texts
    return repr(own), repr(expected)


# ------------------------------------------------------------------------------------ examples


def slope(of: str, scale: float, low: float, high: float, gain: float) -> Callable[..., Any]:
    """The slope along ``of`` ("w" or "b") of the loss of one point, for a neuron with a tanh.

    It is measured by a step along the imaginary axis, so tiny that nothing is lost to rounding.
    """
    tiny = 1e-30j

    def loss(w: Any, b: Any, x: Any, y: Any) -> Any:
        answer = low + (high - low) * (1 + np.tanh(gain * (np.dot(x, w) + b))) / 2
        return scale / 2 * (answer - y) ** 2

    def measured(w: Any, b: Any, x: Any, y: Any) -> Any:
        w, x = np.asarray(w, dtype=float), np.asarray(x, dtype=float)
        if of == "b":
            return loss(w, b + tiny, x, y).imag / tiny.imag
        if w.ndim == 0 or x.ndim == 0:
            return loss(w + tiny, b, x, y).imag / tiny.imag
        ways = tiny * np.eye(len(w))
        return np.stack([loss(w + way, b, x, y).imag for way in ways], axis=-1) / tiny.imag

    measured.__name__ = f"grad_{of}"
    return measured


def arguments_of(example: Mapping[str, Any]) -> dict[str, Any]:
    """What a function is called with, made anew for each call."""
    return {name: _argument(value) for name, value in example["arguments"].items()}


def _argument(value: Any) -> Any:
    if isinstance(value, dict):
        return slope(value["gradient"], *(value[k] for k in ("scale", "low", "high", "gain")))
    return np.array(value, dtype=float) if isinstance(value, list) else value


def as_python(function: str, arguments: Mapping[str, Any]) -> str:
    """The call as it can be typed into a notebook."""
    given = (
        f"{name}={value.tolist() if isinstance(value, np.ndarray) else value}"
        for name, value in arguments.items()
    )
    return f"{function}({', '.join(given)})"


def try_example(example: Mapping[str, Any], function: Callable[..., Any]) -> tuple[str, ...]:
    """What is wrong with the answers to one example, in sentences; empty: nothing."""
    name, expected = example["function"], example["expected"]
    given = arguments_of(example)
    answer = function(**given)
    if answer is None:
        return (NOTHING.format(function=name),)
    if "value" in expected:
        try:
            own = np.asarray(answer, dtype=float)
        except (TypeError, ValueError):
            return (NO_NUMBERS,)
        right = np.asarray(expected["value"], dtype=float)
        differs = value_differs(own, right, example["tolerance"])
        return (f"{as_python(name, arguments_of(example))}: {differs}",) if differs else ()
    right = _rows((expected["w_history"], expected["b_history"]))
    own = _own_rows(answer, right, np.ndim(given["init_w"]) > 0)
    if isinstance(own, str):
        return (own,)
    if said := histories_differ(own, right, example["tolerance"]):
        return said
    changed = [k for k, v in arguments_of(example).items() if not _same(v, given[k])]
    if changed:
        return (INPUTS_WRONG.format(names=" and ".join(changed)),)
    again = _own_rows(function(**arguments_of(example)), right, np.ndim(given["init_w"]) > 0)
    return () if _same(again, own) else (AGAIN_WRONG,)


def _same(one: Any, other: Any) -> bool:
    return callable(one) or np.array_equal(one, other)


def _rows(histories: Sequence[Any]) -> Any:
    w, b = (np.asarray(history, dtype=float) for history in histories)
    return np.column_stack([w.reshape(len(w), -1), b.reshape(len(b))])


def _own_rows(answer: Any, right: Any, vector: bool) -> Any:
    """A student's histories as rows, or a sentence on why they are none."""
    if isinstance(answer, (dict, str)) or not hasattr(answer, "__iter__"):
        return NO_HISTORIES.format(why=f"yours is of type {type(answer).__name__}")
    parts = list(answer)[:2]
    try:
        w, b = (
            np.array(p if np.isscalar(p) or isinstance(p, np.ndarray) else list(p), dtype=float)
            for p in parts
        )
    except (TypeError, ValueError):
        return NO_HISTORIES.format(why="yours cannot be read as that")
    if b.ndim == 0 and w.ndim == int(vector):
        return ONLY_POINT.format(wanted=len(right))
    features = right.shape[1] - 1
    if not w.ndim or not b.ndim or (b.size, w.size) != (len(w), len(w) * features):
        return NO_HISTORIES.format(why=f"yours have the shapes {w.shape} and {b.shape}")
    return _rows((w, b))


# --------------------------------------------------------------------- calling as graders call


class Called:
    """A student's function, which is called as grading calls it.

    What it has no parameter for becomes a variable of the notebook while it runs, since on the
    lecture's slides the rules read data and settings from there.
    """

    def __init__(self, function: Callable[..., Any], names: Names) -> None:
        self.function, self.names = function, names
        self.as_variables: dict[str, None] = {}
        """What it had no parameter for, so far."""

    def __call__(self, *given: Any, **arguments: Any) -> Any:
        first, by_keyword, variables = _sorted_by(self.function, arguments)
        if not variables:
            return self.function(*given, *first, **by_keyword)
        self.as_variables.update(dict.fromkeys(variables))
        before = {name: self.names[name] for name in variables if name in self.names}
        self.names.update(variables)
        try:
            return _at_once(self.function(*given, *first, **by_keyword))
        finally:
            for name in variables:
                self.names.pop(name, None)  # unless the function has deleted it
            self.names.update(before)


def _sorted_by(
    function: Callable[..., Any], arguments: dict[str, Any]
) -> tuple[list[Any], dict[str, Any], dict[str, Any]]:
    """Arguments to be given by place, those by name, and those that it has no parameter for."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # it does not say
        return [], arguments, {}
    only_first = [p.name for p in parameters if p.kind is p.POSITIONAL_ONLY and p.name in arguments]
    named = {p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}
    if any(p.kind is p.VAR_KEYWORD for p in parameters):
        named = set(arguments) - set(only_first)
    by_keyword = {name: value for name, value in arguments.items() if name in named}
    rest = {k: v for k, v in arguments.items() if k not in named and k not in only_first}
    return [arguments[name] for name in only_first], by_keyword, rest


def _at_once(value: Any) -> Any:
    """The same, with generators read: what they compute may need the variables that are set."""
    if isinstance(value, types.GeneratorType):
        value = list(value)
    return type(value)(map(_at_once, value)) if type(value) in (list, tuple) else value


# ----------------------------------------------------------------------- trying, within a time


class TimeUp(BaseException):
    """A case took too long; no ``except Exception`` of a student's holds it up."""


def within(seconds: float, attempt: Callable[[], Any]) -> Any:
    """What ``attempt`` gives; raises :class:`TimeUp` in it where it takes longer."""

    def stop(_: int, frame: types.FrameType | None) -> None:
        # Only where other code than this file's is under way: what tidies up here is not stopped.
        while frame is not None and frame.f_code is not within.__code__:
            if frame.f_globals is not globals():
                raise TimeUp
            frame = frame.f_back

    try:
        before = signal.signal(signal.SIGALRM, stop)
    except (AttributeError, ValueError):  # Windows has no such alarm; only a main thread may set it
        return _traced(seconds, attempt)
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds, 0.02)  # again, in case it was caught
        return attempt()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _traced(seconds: float, attempt: Callable[[], Any]) -> Any:
    end, before = time.monotonic() + seconds, sys.gettrace()

    def look(frame: types.FrameType, event: str, _: object) -> Any:
        if time.monotonic() > end and frame.f_globals is not globals():
            raise TimeUp
        return look

    sys.settrace(look)
    try:
        return attempt()
    finally:
        sys.settrace(before)


class _Unheard(io.TextIOBase):
    """Takes what a function prints."""

    heard = False

    def write(self, text: str) -> int:
        self.heard = True
        return len(text)


class _Where(NamedTuple):
    """Where in the student's own code an error came from."""

    function: str = ""
    """Which of those that were tried; empty: it got to none of them."""
    place: str = ""
    """The last line of the student's own that it came through, in words."""


def _where(error: BaseException, names: Names, own: Sequence[str], given: Sequence[str]) -> _Where:
    """``own``: the functions that were tried; ``given``: tools, whose lines are not theirs."""
    codes = {getattr(names[name], "__code__", None): name for name in own}
    tools = [names[name].__code__ for name in given if hasattr(names.get(name), "__code__")]
    files = {code.co_filename for code in tools}
    function, line, file = "", 0, ""
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        function = codes.get(code, function)
        if trace.tb_frame.f_globals is names and code.co_filename not in files:
            line, file = trace.tb_lineno, code.co_filename
        trace = trace.tb_next
    if not line:
        return _Where(function)
    number = _cell_number(file, names)
    cell = CELL.format(number=number) if number else ""
    code_line = linecache.getline(file, line).strip()
    return _Where(function, PLACE.format(line=line, cell=cell, code=code_line))


def _cell_number(file: str, names: Names) -> object:
    """The number beside a cell, as IPython has it (and said in the file's name, before)."""
    with contextlib.suppress(Exception):
        return names["get_ipython"]().compile._filename_map[file]
    found = re.search(r"ipython-input-(\d+)-", file)
    return found[1] if found else None


# ------------------------------------------------------------------------------- the questions


class Case(NamedTuple):
    """One thing that is tried."""

    name: str
    """Short."""
    title: str
    needs: tuple[str, ...]
    """Names of the notebook that it uses."""
    attempt: Callable[..., tuple[str, ...]]
    """Called with what these names stand for; gives what is wrong, in sentences."""
    hint: str = ""
    builds_on: str = ""
    """Another function of the question that this one's may call."""


class Tried(NamedTuple):
    """What came of a case."""

    case: Case
    passed: bool
    said: tuple[str, ...] = ()
    """What is wrong, in sentences."""
    group: str = ""
    """What it shares with others that are not told one by one; empty: it passed, or is told."""


CASES: dict[str, list[Case]] = {}
"""The cases of each question."""


def case(question: str, hint: str = "") -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Makes a function that asserts something a case; its parameters are names of the notebook."""

    def added(test: Callable[..., None]) -> Callable[..., None]:
        code = test.__code__
        needs = code.co_varnames[: code.co_argcount]
        name = test.__name__[len("test_") :].replace("_", " ")

        def attempt(*things: Any) -> tuple[str, ...]:
            test(*things)
            return ()

        CASES.setdefault(question, []).append(Case(name, name, needs, attempt, hint))
        return test

    return added


class _Attempted(NamedTuple):
    """What is wrong in one case, and how it ended."""

    said: tuple[str, ...]
    stopped: str = ""
    """The function that ended before there was an answer; empty: there was one."""
    time_up: bool = False


class Result:
    """What came of a check; a notebook shows it."""

    def __init__(self, headline: str, tried: Sequence[Tried] = (), closing: str = "") -> None:
        self.headline, self.tried, self.closing = headline, tuple(tried), closing
        self.passed = bool(tried) and all(each.passed for each in tried)

    def __repr__(self) -> str:
        lines = [self.headline]
        for line in self._lines():
            lines += [f"  {line.mark} {line.text}", *(f"      {said}" for said in line.said)]
        return "\n".join([*lines, *filter(None, [self.closing])])

    def _repr_html_(self) -> str:
        colour = "#1a7f37" if self.passed else "#bf5b04"
        parts = [f"<strong>{html.escape(self.headline)}</strong>"]
        for line in self._lines():
            parts.append(
                _paragraph(f"{line.mark} {line.text}", "margin-left: 2em; text-indent: -1em")
            )
            parts += [_paragraph(said, "margin-left: 2em") for said in line.said]
        parts.append(_paragraph(self.closing))
        return (
            f'<div style="border-left: 4px solid {colour}; padding-left: 0.8em">'
            f"{''.join(parts)}</div>"
        )

    def _lines(self) -> list[_Line]:
        lines = [_Line("✗", each.case.title, each.said) for each in self.tried if each.said]
        for group in dict.fromkeys(each.group for each in self.tried if each.group):
            mark = "✗" if group == ALSO else "–"
            lines.append(_Line(mark, f"{group}: {self._names(group)}"))
        if passed := self._names("", passed=True):
            lines.append(_Line("✓", passed))
        return lines

    def _names(self, group: str, passed: bool = False) -> str:
        found = (t.case.name for t in self.tried if t.group == group and t.passed == passed)
        return "; ".join(found)


class _Line(NamedTuple):
    """What a result says of a case, or of some together."""

    mark: str
    text: str
    said: tuple[str, ...] = ()


def _paragraph(text: str, style: str = "") -> str:
    return f'<div style="{style}">{html.escape(text)}</div>' if text else ""


class Grader:
    """``grader`` of a notebook."""

    seconds = SECONDS

    def __init__(self, names: Names, answers: Lists, examples: str) -> None:
        """``names``: the notebook's; ``answers``: those that each question asks for; ``examples``:
        as JSON, calls and what they should answer."""
        self.names, self.answers = names, answers
        self.examples: Mapping[str, Sequence[Mapping[str, Any]]] = json.loads(examples)
        self.cases = {question: list(cases) for question, cases in CASES.items()}
        for question, several in self.examples.items():
            for number, each in enumerate(several, start=1):
                self.cases.setdefault(question, []).append(self._of(question, number, each))

    def _of(self, question: str, number: int, example: Mapping[str, Any]) -> Case:
        def attempt(function: Callable[..., Any]) -> tuple[str, ...]:
            said = try_example(example, function)
            if said and "value" not in example["expected"]:
                way = {"function": example["function"], "question": question, "number": number}
                return (*said, TRY_IT.format(**way))
            return said

        needs, builds_on = (example["function"],), example.get("builds_on", "")
        return Case(example["name"], example["asks"], needs, attempt, builds_on=builds_on)

    def example(self, question: str, number: int = 1) -> dict[str, Any]:
        """The arguments of an example, to call your function with: ``f(**grader.example(...))``."""
        return arguments_of(self.examples[question][number - 1])

    def check(self, question: str) -> Result:
        """Try all cases of a question."""
        if question not in self.cases:
            known = ", ".join(self.cases)
            return Result(NO_QUESTION.format(question=question, questions=known))
        tried: list[Tried] = []
        stopped: set[str] = set()  # functions that gave no answer, and of which that is told
        wrong: set[str] = set()
        for each in self.cases[question]:
            reason = self._why_not(question, each, stopped, wrong)
            if reason:
                tried.append(Tried(each, False, group=NOT_TRIED.format(reason=reason)))
                continue
            attempted = self._try(question, each)
            own = self._own(question, each)
            if attempted.said and len(own) == 1:
                wrong.update(own)
            first = not any(other.said for other in tried)
            if first or attempted.time_up:
                stopped.add(attempted.stopped)
                tried.append(Tried(each, not attempted.said, attempted.said))
            else:
                tried.append(Tried(each, not attempted.said, group=ALSO if attempted.said else ""))
        passed = sum(each.passed for each in tried)
        told = ALL_PASS if passed == len(tried) else SOME_PASS
        headline = told.format(question=question, passed=passed, count=len(tried))
        return Result(headline, tried, FEW if passed == len(tried) else "")

    def _why_not(self, question: str, each: Case, stopped: set[str], wrong: set[str]) -> str:
        for name in each.needs:
            if name not in self.names:
                return MISSING.format(name=name)
            if name in self.answers.get(question, ()) and _is_stub(self.names[name]):
                return UNWRITTEN.format(name=name)
            if name in stopped:
                return STOPPED_ABOVE.format(name=name)
        return BUILDS_ON.format(name=each.builds_on) if each.builds_on in wrong else ""

    def _own(self, question: str, each: Case) -> list[str]:
        return [name for name in each.needs if name in self.answers.get(question, ())]

    def _try(self, question: str, each: Case) -> _Attempted:
        own = self._own(question, each)
        things = [self._thing(need, own) for need in each.needs]
        unheard = _Unheard()
        try:
            with warnings.catch_warnings(), contextlib.redirect_stdout(unheard):
                warnings.simplefilter("ignore")
                attempted = _Attempted(within(self.seconds, lambda: each.attempt(*things)))
        except (Exception, SystemExit, TimeUp) as error:
            given = [need for need in each.needs if need not in own]
            where = _where(error, self.names, own, given)
            name = where.function or ", ".join(own) or question
            attempted = self._of_error(name, error, where.place)
        if not attempted.said:
            return attempted
        further = [PRINTED if unheard.heard else ""]
        if not attempted.stopped:
            defined = self._as_defined(own[0]) if len(own) == 1 else ""
            further = [each.hint, *_as_variables(things), defined, *further]
        return attempted._replace(said=(*attempted.said, *filter(None, further)))

    def _thing(self, name: str, own: Sequence[str]) -> Any:
        thing = self.names[name]
        return Called(thing, self.names) if name in own and callable(thing) else thing

    def _as_defined(self, name: str) -> str:
        """Which cell's function was tried; empty: not known."""
        code = getattr(self.names[name], "__code__", None)
        number = None if code is None else _cell_number(code.co_filename, self.names)
        return AS_DEFINED.format(name=name, number=number) if number else ""

    def _of_error(self, name: str, error: BaseException, place: str) -> _Attempted:
        if isinstance(error, AssertionError) and not place:  # said by a case, or by a given tool
            return _Attempted((str(error) or NOT_SO,))
        if isinstance(error, TimeUp):
            told = TIME_UP.format(name=name, seconds=self.seconds, place=place)
            return _Attempted((told,), stopped=name, time_up=True)
        if isinstance(error, SystemExit):
            return _Attempted((ENDS_PYTHON.format(name=name, place=place),), stopped=name)
        kind, message = type(error).__name__, str(error)[:500]
        if not place:
            told = NOT_CALLED.format(name=name, message=f"{kind}: {message}")
        else:
            message = f": {message}," if message else ","
            told = RAISED.format(name=name, kind=kind, message=message, place=place)
        return _Attempted((told,), stopped=name)


def _as_variables(things: Sequence[Any]) -> list[str]:
    """A sentence on each function that some of its arguments had to be set as variables for."""
    return [
        AS_VARIABLES.format(
            function=getattr(thing.function, "__name__", "This"),
            parameters=", ".join(thing.as_variables),
        )
        for thing in things
        if isinstance(thing, Called) and thing.as_variables
    ]


def _is_stub(thing: Any) -> bool:
    """Whether this is still what the notebook came with: dots, or a function that does nothing."""
    code = getattr(thing, "__code__", None)
    return thing is ... if code is None else _steps(code) == _steps(_nothing.__code__)


def _nothing() -> None: ...


def _steps(code: types.CodeType) -> list[tuple[str, object]]:
    return [(step.opname, step.argval) for step in dis.get_instructions(code)]
