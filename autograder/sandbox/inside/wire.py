"""The frames that travel between the trusted process and a child, both ways.

A frame is one byte for its kind, four for the length of what follows, and that many bytes.
Inside are only four sorts of things: small numbers, doubles, UTF-8 text and arrays of doubles,
little endian, each with its length before it.  There is no pickle, no JSON and no object, so
there is nothing that reading could set off.

:class:`Reader` is total and bounded: for any bytes whatever it either gives back a value that
was there or raises :class:`WireError`; it allocates no more than the bytes it was handed.
"""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

HEADER = struct.Struct("<BI")
_U8, _U32 = struct.Struct("<B"), struct.Struct("<I")
_DOUBLES = np.dtype("<f8")
MAX_FRAME = 8 << 20
"""Bytes in a frame at most; the longest honest answer (200,000 doubles) is a fifth of it."""
MAX_DIMENSIONS = 4
_SHAPES = tuple(struct.Struct(f"<{dimensions}I") for dimensions in range(MAX_DIMENSIONS + 1))
_ROW = struct.Struct("<BI")
_HEADS = tuple(struct.Struct(f"<B{dimensions}I") for dimensions in range(MAX_DIMENSIONS + 1))
"""What an array begins with."""

# Kinds of frames: to the child ...
NOTEBOOK, CALL, GRADIENTS = 1, 2, 3
# ... and from it.
READY, STATEMENT, RAN, ANSWER = 16, 17, 18, 19

# How a call ended, as the child tells it (how a process ended is not for the child to tell).
RETURNED, RAISED, MISSING, FLOODED, EXITED, UNFILLED = 0, 1, 2, 3, 4, 5

# Arguments of a call: all their single numbers come first, as one array, then the arrays.
A_FLOAT, A_INT, A_ARRAY, A_NEURON, A_STREAM = 0, 1, 2, 3, 4
# An answer begins with the call's number, how it ended, marks of what follows besides the value,
# and how many changed arguments and arguments without a parameter there are.
ANSWER_HEAD = struct.Struct("<IBBII")
HAS_FAULT, HAS_PARAMETER = 1, 2
# What a function returned.
V_NONE, V_ARRAY, V_TUPLE, V_OPAQUE, V_KEYED = 0, 1, 2, 3, 4
MAX_PARTS = 40_000
"""Values in one answer at most, however they lie in each other: an empty array takes six bytes of a
frame and a hundred of memory."""
MAX_ENTRIES = 10_000
"""Entries of a tuple that is no regular array."""
MAX_KEYS = 100
"""Entries of a mapping."""
MAX_FAULTS, MAX_TAKEN = 200, 50
"""Exceptions, and names that were taken from functions, that are told of a notebook."""

NO_TIME, NO_MEMORY, BROKEN = 124, 125, 126
"""Exit status of a child whose call has used its processor time up; that has no memory left for an
answer; that cannot go on otherwise."""

NOWHERE = 0xFFFFFFFF
"""In place of a position: there is none."""
LEFT_OUT = "?"
"""Behind the name of an argument that is left out where the function has such a parameter."""


class WireError(ValueError):
    """The bytes are no frame that anyone of ours would write."""


class Writer:
    """Builds the inside of a frame."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def u8(self, number: int) -> None:
        self._parts.append(_U8.pack(number))

    def raw(self, data: bytes) -> None:
        self.u32(len(data))
        self._parts.append(data)

    def u32(self, number: int) -> None:
        self._parts.append(_U32.pack(number))

    def pack(self, shape: struct.Struct, *numbers: int) -> None:
        self._parts.append(shape.pack(*numbers))

    def text(self, text: str) -> None:
        self.raw(text.encode("utf-8", "backslashreplace"))

    def array(self, array: NDArray[np.float64]) -> None:
        shape = array.shape
        self._parts.append(_HEADS[len(shape)].pack(len(shape), *shape))
        self._parts.append(array.astype(_DOUBLES, copy=False).tobytes())

    def append(self, other: Writer) -> None:
        self._parts.extend(other._parts)

    def body(self) -> bytes:
        """The inside of the frame."""
        return b"".join(self._parts)

    def frame(self, kind: int) -> bytes:
        """The whole frame, header included."""
        body = self.body()
        return HEADER.pack(kind, len(body)) + body


class Reader:
    """Takes the inside of a frame apart; raises :class:`WireError` at the first thing amiss."""

    def __init__(self, data: bytes) -> None:
        self._data, self._length = data, len(data)
        self._at = 0

    def _take(self, count: int) -> int:
        """Claim the next ``count`` bytes; returns where they start."""
        start = self._at
        self._at = end = start + count
        if end > self._length:
            raise WireError("the frame ends too early")
        return start

    def u8(self) -> int:
        return self._data[self._take(1)]

    def u32(self) -> int:
        number: int = _U32.unpack_from(self._data, self._take(4))[0]
        return number

    def unpack(self, shape: struct.Struct) -> tuple[Any, ...]:
        """Several numbers at once."""
        return shape.unpack_from(self._data, self._take(shape.size))

    def count(self, cap: int) -> int:
        """A number of things that follow; more than ``cap`` is an error."""
        number = self.u32()
        if number > cap:
            raise WireError("a count is beyond its cap")
        return number

    def raw(self, cap: int) -> bytes:
        """At most ``cap`` bytes."""
        length = self.count(cap)
        start = self._take(length)
        return self._data[start : start + length]

    def text(self, cap: int) -> str:
        """Text of at most ``cap`` bytes; what is no UTF-8 in it is shown as such."""
        return self.raw(cap).decode("utf-8", "replace")

    def array(self) -> NDArray[np.float64]:
        """A fresh, writable array of doubles."""
        return self.array_and_bytes()[0]

    def array_and_bytes(self) -> tuple[NDArray[np.float64], bytes]:
        """A fresh array, and its numbers as they were written."""
        # Most of what travels is arrays, so this one reads without help.
        data, at = self._data, self._at
        dimensions = data[at] if at < self._length else 0
        start = at + 1 + 4 * dimensions
        if dimensions > MAX_DIMENSIONS:
            raise WireError("an array has too many dimensions")
        if at == self._length or start > self._length:
            raise WireError("the frame ends too early")
        shape = _SHAPES[dimensions].unpack_from(data, at + 1)
        count = shape[0] if dimensions == 1 else math.prod(shape)
        # Taken as if no length were zero: NumPy refuses shapes that are too large even so.
        if (count or math.prod([length or 1 for length in shape])) > MAX_FRAME // 8:
            raise WireError("an array is too large")
        self._at = end = start + 8 * count
        if end > self._length:
            raise WireError("the frame ends too early")
        numbers = data[start:end]
        return np.ndarray(shape, _DOUBLES, numbers).astype(np.float64), numbers

    def numbers(self) -> tuple[float, ...]:
        """An array of one dimension, as numbers of Python's."""
        dimensions, count = self.unpack(_ROW)
        if dimensions != 1 or count > MAX_FRAME // 8:
            raise WireError("a row of numbers is none")
        return struct.unpack_from(f"<{count}d", self._data, self._take(8 * count))

    def end(self) -> None:
        """Nothing may be left."""
        if self._at != len(self._data):
            raise WireError("the frame holds more than it should")
