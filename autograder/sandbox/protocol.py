"""The trusted side of the frames: writes requests, and reads what a hostile child answers.

Reading is total: any bytes whatever give either plain data or a :class:`WireError`, in memory
bounded by the frame's length, which is capped before a byte of it is kept.  No name, path or
sentence of the child's choosing gets through except exception messages and texts that were asked
for, which :mod:`.faults` cleans; arguments, cells and functions are spoken of by number, and a
number out of range is an error.  Nothing in a frame is a verdict: a forged answer only claims
that the function returned some numbers, and those are compared like any others.
"""

from __future__ import annotations

import marshal
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from struct import pack

import numpy as np

from autograder.model import Call, Cell, FloatArray, Gradient, Keyed, Neuron, Opaque, Value
from autograder.sandbox.inside import wire
from autograder.sandbox.inside.wire import Reader, WireError, Writer
from autograder.sandbox.modules import compiled

MAX_MESSAGE = 8 << 10
MAX_TEXT = 4 * (64 << 10)
_MAX_DEPTH = 4
_MAX_NAME = 1000


@dataclass(frozen=True)
class RawFault:
    """An exception as the child tells it: hostile words, checked numbers."""

    kind: str
    message: str
    cell: int | None
    """Index of the cell, in range."""
    line: int | None


@dataclass(frozen=True)
class RawTaken:
    """A name that a line took from a function: a hostile word, checked numbers."""

    name: str
    cell: int
    line: int


@dataclass(frozen=True)
class Ran:
    """What running the cells left behind, by index into what was asked."""

    faults: Sequence[tuple[int, RawFault]]
    """Cell index and exception, in the order in which they came."""
    unlisted: int
    """How many more there were."""
    taken: Sequence[RawTaken]
    places: Mapping[int, tuple[int, int, int]]
    """For each function: cell index, first and last line."""
    texts: Mapping[int, str]


@dataclass(frozen=True, eq=False)
class Answer:
    """One call's answer."""

    outcome: int
    value: Value
    fault: RawFault | None
    parameter: str
    """Name of a parameter that nothing was passed for (outcome ``UNFILLED``)."""
    changed: Mapping[int, FloatArray] = field(default_factory=dict)
    unreceived: tuple[int, ...] = ()


def notebook_frame(
    cells: Sequence[tuple[Cell, int]],
    names: Sequence[str],
    texts: Sequence[str],
    seed: int,
    modules: Sequence[str] | None = None,
    call_seconds: float = 0.0,
) -> bytes:
    """Ask for the cells to be run, each up to a statement (``wire.NOWHERE``: all of it).

    ``modules``: packages that may be imported; None: all.  ``call_seconds``: processor time of each
    call afterwards; 0: not bounded by itself.
    """
    writer = Writer()
    writer.u32(seed % (1 << 32))
    writer.u32(math.ceil(1000 * call_seconds))
    writer.u8(modules is not None)
    writer.text("\n".join(modules or ()))
    writer.u32(len(cells))
    for cell, stop in cells:
        writer.u32(max(cell.number, 0))
        writer.u32(stop)
        writer.text(cell.source)
    for words in (names, texts):
        writer.u32(len(words))
        for word in words:
            writer.text(word)
    return writer.frame(wire.NOTEBOOK)


_EXACT = 1 << 53
"""Integers travel as doubles."""


def call_frame(number: int, call: Call) -> bytes:
    """Ask for one call; ``number`` comes back in the answer.

    Raises:
        ValueError: an argument is an integer beyond 2**53.
    """
    inside = _written(call)
    return b"".join((wire.HEADER.pack(wire.CALL, 4 + len(inside)), pack("<I", number), inside))


@cache
def gradients_frame() -> bytes:
    """What builds gradient functions, compiled: for before the first calls that have one."""
    writer = Writer()
    ((_, code),) = compiled(["inside.gradients"])
    writer.raw(marshal.dumps(code))
    return writer.frame(wire.GRADIENTS)


@lru_cache(maxsize=4096)
def _written(call: Call) -> bytes:
    """A call but for its number: names, kinds, all single numbers, then the arrays.

    Kept, because most calls are made again for the next student.
    """
    kinds: list[int] = []
    numbers: list[float] = []
    arrays: list[FloatArray] = []
    for name, argument in call.arguments.items():
        if isinstance(argument, Gradient):
            kind = argument.kind
            numbers.append(0.0 if argument.of == "w" else 1.0)
            if isinstance(kind, Neuron):
                kinds.append(wire.A_NEURON)
                numbers += [kind.scale, kind.low, kind.high, kind.gain, kind.rests]
            else:
                kinds.append(wire.A_STREAM)
                numbers.append(float(kind.points))
                arrays.append(np.asarray(kind.values, dtype=np.float64))
                arrays.append(np.zeros(0) if kind.start is None else kind.start)
        elif isinstance(argument, (int, np.integer)) and not isinstance(argument, bool):
            if abs(argument) > _EXACT:
                raise ValueError(f"{call.name}: {name} is an integer beyond 2**53")
            kinds.append(wire.A_INT)
            numbers.append(float(argument))
        elif isinstance(argument, (float, np.floating)):
            kinds.append(wire.A_FLOAT)
            numbers.append(float(argument))
        else:
            kinds.append(wire.A_ARRAY)
            arrays.append(np.asarray(argument, dtype=np.float64))
    writer = Writer()
    names = (f"{name}{wire.LEFT_OUT}" if name in call.left_out else name for name in call.arguments)
    writer.text("\n".join((call.function, *names)))
    writer.raw(bytes(kinds))
    for array in (np.array(numbers), *arrays):
        writer.array(array)
    return writer.body()


@dataclass(frozen=True)
class Place:
    """A statement that is about to be run."""

    cell: int = 0
    """Index of its cell."""
    statement: int = 0
    line: int = 0


def read_statement(data: bytes, cells: int) -> Place:
    """The statement that is about to be run."""
    frame = Reader(data)
    place = Place(frame.count(cells - 1), frame.u32(), frame.u32())
    frame.end()
    return place


def read_ran(data: bytes, cells: int, names: int, texts: int) -> Ran:
    """What the notebook left behind."""
    frame = Reader(data)
    faults = []
    for _ in range(frame.count(wire.MAX_FAULTS)):
        index = frame.count(cells - 1)
        faults.append((index, _read_fault(frame, cells)))
    unlisted = frame.u32()
    taken = []
    for _ in range(frame.count(wire.MAX_TAKEN)):
        name = frame.text(_MAX_NAME)
        if not name.isidentifier():
            raise WireError("no name")
        taken.append(RawTaken(name, frame.count(cells - 1), frame.u32()))
    places = {}
    for _ in range(frame.count(names)):
        index = frame.count(names - 1)
        places[index] = (frame.count(cells - 1), frame.u32(), frame.u32())
    found = {}
    for _ in range(frame.count(texts)):
        index = frame.count(texts - 1)
        found[index] = frame.text(MAX_TEXT)
    frame.end()
    return Ran(faults, unlisted, taken, places, found)


def read_answer(data: bytes, number: int, arguments: int, cells: int) -> Answer:
    """The answer to call ``number``, which had so many arguments."""
    frame = Reader(data)
    answered, outcome, marks, changes, unreceived = frame.unpack(wire.ANSWER_HEAD)
    if answered != number:
        raise WireError("an answer to another call")
    if outcome > wire.UNFILLED:
        raise WireError("no such outcome")
    if changes > arguments or unreceived > arguments:
        raise WireError("a count is beyond its cap")
    value = _read_value(frame, 0, _Parts())
    fault = _read_fault(frame, cells) if marks & wire.HAS_FAULT else None
    parameter = frame.text(_MAX_NAME) if marks & wire.HAS_PARAMETER else ""
    changed = {frame.count(arguments - 1): frame.array() for _ in range(changes)}
    without = tuple(frame.count(arguments - 1) for _ in range(unreceived))
    frame.end()
    return Answer(outcome, value, fault, parameter, changed, without)


def value_alone(data: bytes, number: int) -> bytes | None:
    """The part of an answer's frame that is its value, where it is one to call ``number`` and there
    is nothing else to it; else None."""
    head = wire.ANSWER_HEAD.pack(number, wire.RETURNED, 0, 0, 0)
    return data[len(head) :] if data.startswith(head) else None


def read_value(data: bytes) -> Value:
    """What :func:`value_alone` gave."""
    frame = Reader(data)
    value = _read_value(frame, 0, _Parts())
    frame.end()
    return value


class _Parts:
    """How many more values an answer may consist of."""

    def __init__(self) -> None:
        self.left = wire.MAX_PARTS

    def spend(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise WireError("an answer has too many parts")


def _read_value(frame: Reader, depth: int, parts: _Parts) -> Value:
    parts.spend()
    kind = frame.u8()
    if kind == wire.V_NONE:
        return None
    if kind == wire.V_ARRAY:
        return frame.array()
    if kind == wire.V_TUPLE and depth < _MAX_DEPTH:
        count = frame.count(wire.MAX_ENTRIES)
        return tuple(_read_value(frame, depth + 1, parts) for _ in range(count))
    if kind == wire.V_OPAQUE:
        return Opaque(frame.text(_MAX_NAME))
    if kind == wire.V_KEYED and depth < _MAX_DEPTH:
        name = frame.text(_MAX_NAME)
        return Keyed(
            name,
            tuple(
                (frame.text(_MAX_NAME), _read_value(frame, depth + 1, parts))
                for _ in range(frame.count(wire.MAX_KEYS))
            ),
        )
    raise WireError("no such value")


def _read_fault(frame: Reader, cells: int) -> RawFault:
    kind, message = frame.text(_MAX_NAME), frame.text(MAX_MESSAGE)
    cell, line = frame.u32(), frame.u32()
    place = cell if cell < cells else None
    return RawFault(kind, message, place, line if place is not None and line else None)
