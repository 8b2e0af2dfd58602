"""Calls the student's functions by keyword and describes what happened."""

from __future__ import annotations

import inspect
import random
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.sandbox.inside.notebook import Notebook, Where
from autograder.sandbox.inside.values import TooMuch, write_value
from autograder.sandbox.inside.wire import (
    A_ARRAY,
    A_FLOAT,
    A_INT,
    A_NEURON,
    A_STREAM,
    EXITED,
    FLOODED,
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

_ABSENT = object()


def read_argument(frame: Reader, gradients: Any) -> Any:
    """One argument, built afresh for this call; ``gradients`` is what builds the functions."""
    kind = frame.u8()
    if kind == A_FLOAT:
        return frame.f64()
    if kind == A_INT:
        return frame.i64()
    if kind == A_ARRAY:
        return frame.array()
    if gradients is None:
        raise WireError("a gradient function before what builds it")
    of = "w" if frame.u8() == 0 else "b"
    if kind == A_NEURON:
        numbers = [frame.f64() for _ in range(4)]
        return gradients.named(gradients.neuron(of, *numbers), of)
    if kind == A_STREAM:
        return gradients.named(gradients.stream(frame.array()), of)
    raise WireError("unknown kind of argument")


class _Answer:
    """The parts of an answer's frame that differ between outcomes."""

    def __init__(self, outcome: int, fault: Where | None = None, parameter: str = "") -> None:
        self.outcome = outcome
        self.fault = fault
        self.parameter = parameter
        self.value: Any = None


def answer(notebook: Notebook, frame: Reader, seed: int, gradients: Any) -> bytes:
    """Make the call that the frame asks for; the inside of the answer's frame."""
    number = frame.u32()
    function = notebook.namespace.get(frame.text(1000), _ABSENT)
    arguments = {}
    for _ in range(frame.count(1000)):
        name = frame.text(1000)
        arguments[name] = read_argument(frame, gradients)
    before = {name: a.copy() for name, a in arguments.items() if isinstance(a, np.ndarray)}
    names = list(arguments)
    unreceived: list[str] = []
    if not callable(function):
        result = _Answer(MISSING)
    else:
        args, keywords, unreceived, unfilled = _match(function, arguments)
        if unfilled:
            result = _Answer(UNFILLED, parameter=unfilled)
        else:
            random.seed(seed)
            np.random.seed(seed)
            passed_over = {name: arguments[name] for name in unreceived}
            result = _call(notebook, function, args, keywords, passed_over)
    return _write(notebook, result, number, names, unreceived, arguments, before)


def _match(
    function: Callable[..., Any], arguments: dict[str, Any]
) -> tuple[list[Any], dict[str, Any], list[str], str]:
    """Positional and keyword arguments, those without a parameter, a parameter left empty."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # a builtin, or something that lies about its signature
        return [], dict(arguments), [], ""
    positional: list[Any] = []
    keywords: dict[str, Any] = {}
    unfilled, takes_all = "", False
    for parameter in parameters:
        if parameter.kind is parameter.VAR_KEYWORD:
            takes_all = True
        elif parameter.kind is parameter.VAR_POSITIONAL:
            continue
        elif parameter.name not in arguments:
            if parameter.default is parameter.empty and not unfilled:
                unfilled = parameter.name
        elif parameter.kind is parameter.POSITIONAL_ONLY:
            positional.append(arguments[parameter.name])
        else:
            keywords[parameter.name] = arguments[parameter.name]
    gathering = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    received = {p.name for p in parameters if p.kind not in gathering}
    rest = [name for name in arguments if name not in received]
    if takes_all:
        keywords.update({name: arguments[name] for name in rest})
        rest = []
    return positional, keywords, rest, unfilled


def _call(
    notebook: Notebook,
    function: Callable[..., Any],
    args: list[Any],
    keywords: dict[str, Any],
    as_globals: dict[str, Any],
) -> _Answer:
    namespace = notebook.namespace
    saved = {name: namespace.get(name, _ABSENT) for name in as_globals}
    namespace.update(as_globals)
    try:
        value = function(*args, **keywords)
        result = _Answer(RETURNED)
        result.value = value
    except BaseException as error:
        result = _Answer(EXITED if isinstance(error, SystemExit) else RAISED, notebook.where(error))
    finally:
        for name, old in saved.items():
            if old is _ABSENT:
                namespace.pop(name, None)
            else:
                namespace[name] = old
    return result


def _write(
    notebook: Notebook,
    result: _Answer,
    number: int,
    names: list[str],
    unreceived: list[str],
    arguments: dict[str, Any],
    before: dict[str, Any],
) -> bytes:
    body = Writer()
    if result.outcome == RETURNED:
        try:
            write_value(body, result.value)
        except TooMuch:
            result = _Answer(FLOODED)
        except BaseException as error:  # a class of the student's that resists being read
            result = _Answer(RAISED, notebook.where(error))
    writer = Writer()
    writer.u32(number)
    writer.u8(result.outcome)
    if result.outcome == RETURNED:
        writer.append(body)
    else:
        writer.u8(V_NONE)
    write_fault(writer, result.fault)
    writer.text(result.parameter)
    changed = [
        (names.index(name), arguments[name])
        for name, old in before.items()
        if arguments[name].shape != old.shape or arguments[name].tobytes() != old.tobytes()
    ]
    writer.u32(len(changed))
    for index, array in changed:
        writer.u32(index)
        writer.array(array)
    writer.u32(len(unreceived))
    for name in unreceived:
        writer.u32(names.index(name))
    return writer.body()


def write_fault(writer: Writer, fault: Where | None) -> None:
    """A fault, or the mark that there is none."""
    writer.u8(0 if fault is None else 1)
    if fault is not None:
        writer.text(fault.kind)
        writer.text(fault.message)
        writer.u32(fault.cell if fault.cell < NOWHERE else NOWHERE)
        writer.u32(min(fault.line, NOWHERE))
