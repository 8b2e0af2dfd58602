"""Calls the student's functions by keyword and describes what happened."""

from __future__ import annotations

import inspect
import random
import types
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from autograder.sandbox.inside.notebook import Notebook, Where
from autograder.sandbox.inside.values import TooMuch, write_value
from autograder.sandbox.inside.wire import (
    A_ARRAY,
    A_FLOAT,
    A_INT,
    A_NEURON,
    A_STREAM,
    ANSWER_HEAD,
    EXITED,
    FLOODED,
    HAS_FAULT,
    HAS_PARAMETER,
    LEFT_OUT,
    MISSING,
    NOWHERE,
    RAISED,
    RETURNED,
    UNFILLED,
    V_NONE,
    Reader,
    WireError,
    Writer,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ABSENT = object()


class _Before(NamedTuple):
    """An array among the arguments, and what it was before the call."""

    array: NDArray[np.float64]
    shape: tuple[int, ...]
    numbers: bytes


_Neurons = dict[tuple[float, ...], tuple[Callable[..., object], Callable[..., object]]]
"""The derivatives by w and by b of a call's neurons, which belong together, by their numbers."""
_NAMES = 10_000
"""Bytes of a call's names at most."""


def read_arguments(
    frame: Reader, names: list[str], gradients: types.ModuleType | None
) -> tuple[dict[str, object], dict[str, _Before]]:
    """The arguments by name, built afresh for this call, and what is in the arrays among them;
    ``gradients`` is what builds the functions."""
    kinds = frame.raw(1000)
    numbers = iter(frame.numbers())
    arguments: dict[str, object] = {}
    before: dict[str, _Before] = {}
    neurons: _Neurons = {}
    for name, kind in zip(names, kinds, strict=True):
        if kind == A_FLOAT:
            arguments[name] = next(numbers)
        elif kind == A_INT:
            arguments[name] = int(next(numbers))
        elif kind == A_ARRAY:
            array, numbers_of_it = frame.array_and_bytes()
            arguments[name], before[name] = array, _Before(array, array.shape, numbers_of_it)
        else:
            arguments[name] = _function(kind, frame, numbers, gradients, neurons)
    return arguments, before


def _function(
    kind: int,
    frame: Reader,
    numbers: Iterator[float],
    gradients: types.ModuleType | None,
    neurons: _Neurons,
) -> object:
    if gradients is None:
        raise WireError("a gradient function before what builds it")
    of = "w" if next(numbers) == 0 else "b"
    if kind == A_NEURON:
        parameters = tuple(islice(numbers, 5))
        if parameters not in neurons:
            neurons[parameters] = gradients.neurons(*parameters)
        return gradients.named(neurons[parameters][of == "b"], of)
    if kind == A_STREAM:
        return gradients.named(
            gradients.stream(frame.array(), frame.array(), int(next(numbers))), of
        )
    raise WireError("unknown kind of argument")


_NO_VALUE = Writer()
_NO_VALUE.u8(V_NONE)


class _Answer:
    """The parts of an answer's frame that differ between outcomes."""

    def __init__(self, outcome: int, fault: Where | None = None, parameter: str = "") -> None:
        self.outcome = outcome
        self.fault = fault
        self.parameter = parameter
        self.value = _NO_VALUE


class Caller:
    """Makes the calls of one notebook's functions."""

    def __init__(self, notebook: Notebook, seed: int, *, by_chance: bool = True) -> None:
        """``by_chance``: whether the functions may draw numbers, which begin anew in each call."""
        self._notebook, self._seed, self._by_chance = notebook, seed, by_chance
        random.seed(seed)
        self._state = random.getstate()  # to set it takes half the time of seeding
        self._asked: dict[bytes, tuple[str, list[str], list[str]]] = {}
        """What calls are headed with, taken apart."""
        self._ways: dict[tuple[int, bytes], tuple[object, _Way]] = {}
        """How a function takes arguments of these names, kept together with the function."""

    def answer(self, frame: Reader, gradients: types.ModuleType | None) -> bytes:
        """Make the call that the frame asks for; the inside of the answer's frame."""
        notebook = self._notebook
        number, text = frame.u32(), frame.raw(_NAMES)
        function_name, marked, names = self._heading(text)
        function = notebook.namespace.get(function_name, _ABSENT)
        arguments, before = read_arguments(frame, names, gradients)
        unreceived: tuple[str, ...] = ()
        if not callable(function):
            result = _Answer(MISSING)
        else:
            way = self._way(function, text, names, marked)
            unreceived = way.unreceived
            if way.unfilled:
                result = _Answer(UNFILLED, parameter=way.unfilled)
            else:
                if self._by_chance:
                    random.setstate(self._state)
                    np.random.seed(self._seed)
                result = _call(notebook, function, way, arguments)
        return _write(notebook, result, number, names, unreceived, before)

    def _heading(self, text: bytes) -> tuple[str, list[str], list[str]]:
        """The function's name, and the arguments' with and without the mark of what is left out."""
        known = self._asked.get(text)
        if known is None:
            name, *marked = text.decode().split("\n")
            names = [name.removesuffix(LEFT_OUT) for name in marked]
            known = self._asked[text] = (name, marked, names)
        return known

    def _way(
        self, function: Callable[..., object], text: bytes, names: list[str], marked: list[str]
    ) -> _Way:
        known = self._ways.get((id(function), text))
        if known is None:
            way = _match(function, names)
            may_go = {name.removesuffix(LEFT_OUT) for name in marked if name.endswith(LEFT_OUT)}
            if may_go:
                way.leave_out(may_go & _named(function))
            known = self._ways[id(function), text] = (function, way)
        return known[1]


class _Way:
    """How a function takes its arguments."""

    def __init__(self) -> None:
        self.positional: list[str] = []
        self.by_keyword: list[str] = []
        self.unreceived: tuple[str, ...] = ()
        """Those that it has no parameter for."""
        self.unfilled = ""
        """A parameter left empty."""

    def leave_out(self, names: set[str]) -> None:
        """Call without these, for which the function should have a default."""
        self.by_keyword = [name for name in self.by_keyword if name not in names]


def _named(function: Callable[..., object]) -> set[str]:
    """The parameters that a signature names: whoever takes all that comes has said no default."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # a builtin, or something that lies about its signature
        return set()
    return {p.name for p in parameters}


def _match(function: Callable[..., object], names: list[str]) -> _Way:
    way = _Way()
    if _takes_exactly(function, names):  # most do, and it is seen in a tenth of the time
        way.by_keyword = names
        return way
    try:
        parameters = inspect.signature(function).parameters.values()
        if not _can_be_filled(parameters, names):  # but what wraps it may make up the rest
            parameters = inspect.signature(function, follow_wrapped=False).parameters.values()
    except (TypeError, ValueError):  # a builtin, or something that lies about its signature
        way.by_keyword = names
        return way
    takes_all = False
    for parameter in parameters:
        if parameter.kind is parameter.VAR_KEYWORD:
            takes_all = True
        elif parameter.kind is parameter.VAR_POSITIONAL:
            continue
        elif parameter.name not in names:
            if parameter.default is parameter.empty and not way.unfilled:
                way.unfilled = parameter.name
        elif parameter.kind is parameter.POSITIONAL_ONLY:
            way.positional.append(parameter.name)
        else:
            way.by_keyword.append(parameter.name)
    gathering = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    received = {p.name for p in parameters if p.kind not in gathering}
    rest = [name for name in names if name not in received]
    if takes_all:
        way.by_keyword += rest
    else:
        way.unreceived = tuple(rest)
    return way


def _can_be_filled(parameters: Iterable[inspect.Parameter], names: list[str]) -> bool:
    """Whether each parameter is one of these names, or may go without."""
    gathering = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return all(
        p.name in names or p.default is not p.empty or p.kind in gathering for p in parameters
    )


def _takes_exactly(function: Callable[..., object], names: list[str]) -> bool:
    """Whether it is a plain function with parameters of these names and no others."""
    if type(function) is not types.FunctionType or vars(function):
        return False
    code = function.__code__
    gathers = inspect.CO_VARARGS | inspect.CO_VARKEYWORDS
    if code.co_posonlyargcount or code.co_flags & gathers:
        return False
    count = code.co_argcount + code.co_kwonlyargcount
    return set(code.co_varnames[:count]) == set(names)


def _call(
    notebook: Notebook,
    function: Callable[..., object],
    way: _Way,
    arguments: dict[str, object],
) -> _Answer:
    namespace = notebook.namespace
    args = [arguments[name] for name in way.positional]
    keywords = {name: arguments[name] for name in way.by_keyword}
    saved = {name: namespace.get(name, _ABSENT) for name in way.unreceived}
    for name in way.unreceived:
        namespace[name] = arguments[name]
    try:
        # Here, as a generator computes while it is read.
        result = _read(notebook, function(*args, **keywords))
    except BaseException as error:
        result = _Answer(EXITED if isinstance(error, SystemExit) else RAISED, notebook.where(error))
    finally:
        for name, old in saved.items():
            if old is _ABSENT:
                namespace.pop(name, None)
            else:
                namespace[name] = old
    return result


def _read(notebook: Notebook, value: object) -> _Answer:
    result = _Answer(RETURNED)
    result.value = Writer()
    try:
        write_value(result.value, value)
    except TooMuch:
        return _Answer(FLOODED)
    except BaseException as error:  # a class of the student's that resists being read
        return _Answer(RAISED, notebook.where(error))
    return result


def _write(
    notebook: Notebook,
    result: _Answer,
    number: int,
    names: list[str],
    unreceived: tuple[str, ...],
    before: dict[str, _Before],
) -> bytes:
    changed = [
        (names.index(name), old.array)
        for name, old in before.items()
        if (old.array.shape, old.array.tobytes()) != (old.shape, old.numbers)
    ]
    marks = HAS_FAULT * (result.fault is not None) | HAS_PARAMETER * bool(result.parameter)
    writer = Writer()
    writer.pack(ANSWER_HEAD, number, result.outcome, marks, len(changed), len(unreceived))
    writer.append(result.value)
    if result.fault is not None:
        write_fault(writer, result.fault)
    if result.parameter:
        writer.text(result.parameter)
    for index, array in changed:
        writer.u32(index)
        writer.array(array)
    for name in unreceived:
        writer.u32(names.index(name))
    return writer.body()


def write_fault(writer: Writer, fault: Where) -> None:
    """An exception, and where it came from."""
    writer.text(fault.kind)
    writer.text(fault.message)
    writer.u32(fault.cell if fault.cell < NOWHERE else NOWHERE)
    writer.u32(min(fault.line, NOWHERE))
