"""Strangers' text becomes harmless before it is shown anywhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.report.text import one_line, shortened, uncoloured, visible
from autograder.text import points


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("w ← w − η/√(v+ε)·g\n\tüñ العربية 😀", "w ← w − η/√(v+ε)·g\n\tüñ العربية 😀"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\x9b31m\x00\x07\x7f", "a\\x9b31m\\x00\\x07\\x7f"),
        ("if x:\u202e # \u2066", "if x:\\u202e # \\u2066"),
        ("name\udce9", "name\\udce9"),
        ("one\u2028two\ufeff", "one\\u2028two\\ufeff"),
        ("\x1bwindows\r\nold mac\rend", "\\x1bwindows\nold mac\nend"),
    ],
)
def test_what_is_invisible_is_written_out(text: str, expected: str) -> None:
    assert visible(text) == expected


@given(st.text(st.characters(codec=None, categories=None)))
def test_visible_text_is_utf_8_without_controls_and_stays(text: str) -> None:
    shown = visible(text)
    shown.encode("utf-8")
    assert not {c for c in shown if (c < " " and c not in "\n\t") or "\x7f" <= c <= "\x9f"}
    assert visible(shown) == shown


def test_colours_of_printed_text_are_dropped() -> None:
    assert uncoloured("\x1b[1;31mloss\x1b[0m 0.5") == "loss 0.5"
    assert uncoloured("\x1b[2J") == "\x1b[2J"  # more than a colour: to be written out


def test_names_stay_on_one_short_line() -> None:
    assert one_line("  a\n\tb  ") == "a b"
    assert one_line("x" * 300, 10) == "x" * 9 + "…"


def test_long_text_says_what_is_left_out() -> None:
    assert shortened("abcdef", 4, " ({count} more)") == "abcd (2 more)"
    assert shortened("abcd", 4, " ({count} more)") == "abcd"


@pytest.mark.parametrize(
    ("score", "shown"),
    [
        (78.0, "78"),
        (17.5, "17.5"),
        (2 / 3, "0.67"),
        (100.0, "100"),
        (0, "0"),
        (-0.001, "0"),
        (None, "–"),
    ],
)
def test_scores_read_as_people_write_them(score: float | None, shown: str) -> None:
    assert points(score) == shown
