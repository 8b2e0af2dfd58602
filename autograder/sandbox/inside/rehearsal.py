"""What every child does, done some times before there is one.

An interpreter that has run a function often runs it faster, and has made what it makes at the first
time: patterns, names, caches.  A forked child begins where the zygote stands.  So the zygote reads
a cell and makes calls of a small made-up notebook, and every child finds the way well trodden.
Nothing of it is left but that: no name, no file, and no seed.
"""

from __future__ import annotations

import types
from typing import cast

import numpy as np

from autograder.sandbox.inside.calls import Caller
from autograder.sandbox.inside.names import Names
from autograder.sandbox.inside.notebook import Notebook
from autograder.sandbox.inside.statements import pieces
from autograder.sandbox.inside.transform import CellReader
from autograder.sandbox.inside.wire import A_ARRAY, A_FLOAT, A_INT, Reader, Writer

_CELL = '''"""A cell of every kind of line."""
import numpy as np

scale = 2.0


def number(a, b):
    """A number."""
    return 1 / (1 + np.exp(-(a + b)))


def vector(a, x):
    return a * x


def paths(x, a, n, step=0.1):
    w_s, b_s = [x], [a]
    for _ in range(n):
        w_s.append(w_s[-1] - step * x)
        b_s.append(b_s[-1] - step * a)
    return w_s, b_s


print
'''
_OFTEN = 40
"""Runs until the interpreter takes a function for one that is run often."""


def rehearse(reader: CellReader) -> None:
    """Read the cell, run it, and make its functions' calls."""
    namespace: dict[str, object] = {}
    names = Names(namespace)
    for piece in pieces(reader, _CELL, "<rehearsal>"):
        exec(piece.code, namespace)
        names.look(piece.code, 0, piece.line, lambda: reader.parse(_CELL, "<rehearsal>"))
    caller = Caller(cast(Notebook, types.SimpleNamespace(namespace=namespace)), seed=0)
    x = np.array([1.0, 2.0])
    frames = [
        _frame("number", a=0.5, b=1.0),
        _frame("vector", a=0.5, x=x),
        _frame("paths", x=1.0, a=0.5, n=3, step=0.2),
        _frame("paths", x=x, a=0.5, n=3, step=0.2),
    ]
    for frame in frames * _OFTEN:
        caller.answer(Reader(frame), None)


def _frame(function: str, **arguments: object) -> bytes:
    """The inside of a call's frame."""
    kinds, numbers, arrays = [], [], []
    for value in arguments.values():
        if isinstance(value, np.ndarray):
            kinds.append(A_ARRAY)
            arrays.append(value)
        else:
            kinds.append(A_INT if isinstance(value, int) else A_FLOAT)
            numbers.append(value)
    writer = Writer()
    writer.u32(0)
    writer.text("\n".join([function, *arguments]))
    writer.raw(bytes(kinds))
    writer.array(np.array(numbers, dtype=np.float64))
    for array in arrays:
        writer.array(array)
    return writer.body()
