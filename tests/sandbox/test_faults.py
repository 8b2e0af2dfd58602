"""What may be shown of an exception: no controls anywhere, no values where inputs were hidden."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.model import Cell, Opaque
from autograder.sandbox.faults import HIDDEN, Faults, clean, of_signal
from autograder.sandbox.protocol import RawFault

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
        ("three one four one five", HIDDEN),
        ("[0.31415 0.2]", HIDDEN),
        ("name 'x' is not defined\nname 'y' is not defined", HIDDEN),
    ],
)  # fmt: skip
def test_messages_from_calls_keep_only_what_cannot_carry_inputs(message: str, shown: str) -> None:
    assert FAULTS.without_values(message) == shown


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_no_digit_of_an_input_gets_through(number: float) -> None:
    for text in (
        f"{number}",
        f"bad value {number!r}",
        f"index {number} is out of bounds for size 1",
    ):
        shown = FAULTS.without_values(text)
        assert not any(character.isdigit() for character in shown)


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
