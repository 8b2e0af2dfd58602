"""What may be shown of an exception: no controls anywhere, no values where inputs were hidden."""

from __future__ import annotations

import math
import re
import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.model import Cell, Opaque
from autograder.sandbox.faults import Faults, clean, of_signal
from autograder.sandbox.protocol import RawFault
from autograder.text import HIDDEN

SOURCE = """
class TooFar(Exception): pass
def f(X, m_hat):
    raise TooFar("went too far") or ValueError('X must be a list')
"""
FAULTS = Faults([Cell(3, SOURCE)])


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("", ""),
        ("division by zero", "division by zero"),
        ("name 'm_hat' is not defined", "name 'm_hat' is not defined"),
        ("name 'x0_31415' is not defined", "name '…' is not defined"),
        ("'float' object is not subscriptable", "'float' object is not subscriptable"),
        ("object of type 'int' has no len()", "object of type 'int' has no len()"),
        ("math domain error", "math domain error"),
        ("list index out of range", "list index out of range"),
        (
            "index 7 is out of bounds for axis 0 with size 3",
            "index … is out of bounds for axis … with size …",
        ),
        (
            "operands could not be broadcast together with shapes (4,) (100,4) ",
            "operands could not be broadcast together with shapes (…,) (…,…)",
        ),
        ("f() takes 1 positional argument but 3 were given",
         "f() takes … positional argument but … were given"),
        (
            "could not convert string to float: '0.31415'",
            "could not convert string to float: '…'",
        ),
        ("unsupported operand type(s) for +: 'NoneType' and 'float'",) * 2,
        ("f() missing 1 required positional argument: 'm_hat'",
         "f() missing … required positional argument: 'm_hat'"),
        ("went too far", "went too far"),
        ("X must be a list", "X must be a list"),
        ("X must be a list, not 0.31415", HIDDEN),
        ("ufunc three one four one five", HIDDEN),
        ("only three one four one", HIDDEN),
        ("name 'three one four' is not defined", HIDDEN),
        ("too many indices for array: three one four", HIDDEN),
        ("could not convert string to float: 'three one four'", HIDDEN),
        ("cannot import name 'array' from 'numpy' (/three/one/four)",
         "cannot import name 'array' from 'numpy'"),
        ("three one four one five", HIDDEN),
        ("[0.31415 0.2]", HIDDEN),
        ("name 'x' is not defined\nname 'y' is not defined", HIDDEN),
    ],
)  # fmt: skip
def test_messages_from_calls_keep_only_what_cannot_carry_inputs(message: str, shown: str) -> None:
    assert FAULTS.without_values(message) == shown


COMMON = """
math.sqrt(a); math.sqrt(-1.0); math.exp(1000); math.sqrt(None); True.dtype; [1].shape
a.append(1.0); none.append(1.0); none + 1.0; none[0]; np.float64(0.5)[0]; number(); a()
len(number); len(np.float64(0.5)); list(number); sum(number); [1.0] - number; [1.0] * number
[1.0] + number; 'a' + number; [1][number]; [1][none]; a['w']; a[np.array([0.5])]; range(number)
[][0]; ()[0]; [].pop(); [1].remove(5); int(none); float([1])
int(math.nan); 1 / 0; 1.0 / 0; 1 % 0; 1.0 % 0; 0.0 ** -1.0; 10.0 ** 400; bool(a > 0)
-[1]; abs(None); 0.5 < 'a'; none ** 2; np.sqrt('a'); np.add(np.arange(3), 0.5, out=np.arange(3))
np.concatenate([]); np.stack([a, a[1:]]); np.linalg.inv(np.zeros((2, 2))); np.max([])
max([]); np.argmin([]); np.sum(x for x in [0.5])
np.power([1, 2], -1); a[0.5]; hash([1]); __import__('tensorflow'); m_hat
"""


@pytest.mark.parametrize("expression", [e.strip() for e in re.split("[;\n]", COMMON.strip())])
def test_common_sentences_of_python_and_numpy_come_through_whole(expression: str) -> None:
    names = {"np": np, "math": math, "a": np.arange(4.0), "none": None, "number": 0.5}
    message = ""
    try:
        eval(expression, names)
    except Exception as error:
        message = str(error)
    assert message
    assert FAULTS.without_values(message) == message


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_no_digit_of_an_input_gets_through(number: float) -> None:
    for text in (
        f"{number}",
        f"bad value {number!r}",
        f"index {number} is out of bounds for size 1",
    ):
        shown = FAULTS.without_values(text)
        assert not any(character.isdigit() for character in shown)


def test_a_file_without_cells_has_lines_only() -> None:
    faults = Faults([Cell(0, SOURCE)])
    fault = faults.of_cell(RawFault("ValueError", "", 0, 4))
    assert (fault.cell, fault.line) == (None, 4)


def test_messages_from_cells_stay() -> None:
    fault = FAULTS.of_cell(RawFault("ValueError", "got 0.5\x1b[31m", 0, 4))
    assert (fault.message, fault.cell, fault.line) == ("got 0.5", 3, 4)
    assert fault.code.startswith("raise TooFar")


@pytest.mark.parametrize(
    ("kind", "shown"), [("TooFar", "TooFar"), ("KeyError", "KeyError"), ("E31415", "Exception")]
)
def test_only_known_exceptions_are_named(kind: str, shown: str) -> None:
    assert FAULTS.of_call(RawFault(kind, "", None, None)).kind == shown


def test_only_known_types_are_named() -> None:
    value = (Opaque("dict"), Opaque("TooFar"), Opaque("E31415"), np.zeros(1), None)
    shown = FAULTS.of_value(value)
    assert isinstance(shown, tuple)
    assert shown[:3] == (Opaque("dict"), Opaque("TooFar"), Opaque("object"))


@given(st.text(max_size=300))
def test_cleaned_text_has_no_controls_and_is_not_longer_than_allowed(text: str) -> None:
    cleaned = clean(text, 50)
    assert len(cleaned) <= 50
    for character in cleaned.replace("\n", "").replace("\t", ""):
        assert unicodedata.category(character) not in ("Cc", "Cs")
        assert unicodedata.bidirectional(character) not in ("RLO", "LRO", "RLI", "LRI", "PDF")


def test_terminal_escapes_go_as_a_whole() -> None:
    assert clean("\x1b]0;title\x07\x1b[1;31mred\x1b[0m\r\nnext\r", 100) == "red\nnext\n"


def test_a_line_beyond_the_source_is_not_believed() -> None:
    fault = FAULTS.of_cell(RawFault("ValueError", "x", 0, 999))
    assert (fault.cell, fault.line, fault.code) == (3, None, "")


def test_signals_have_names() -> None:
    assert of_signal(11).kind == "SIGSEGV"
    assert of_signal(31).kind == "SIGSYS"
    assert of_signal(99).kind == "signal 99"
