"""One table of what does not show, and half characters that become whole."""

from __future__ import annotations

import unicodedata

import pytest

from autograder.formats.parts import neutral
from autograder.report.text import visible
from autograder.sandbox.faults import clean
from autograder.text import INVISIBLE, ended, listed, whole, whole_throughout

JOINERS = "\u200c\u200d"
FORMATS = {"Cc", "Cf", "Cs", "Zl", "Zp"}
NEEDED = {*"\t\n", *JOINERS}


def test_nothing_invisible_of_unicode_is_missing() -> None:
    """But for marks that belong to a script, such as the sign above an Arabic number."""
    missed = [
        f"U+{ord(c):04X} {unicodedata.name(c, '?')}"
        for c in map(chr, range(0x110000))
        if unicodedata.category(c) in FORMATS and c not in NEEDED and not INVISIBLE.search(c)
    ]
    scripts = ("ARABIC", "SYRIAC", "KAITHI", "EGYPTIAN", "MUSICAL", "SHORTHAND", "MONGOLIAN")
    assert [name for name in missed if not name.split(" ", 1)[1].startswith(scripts)] == []


@pytest.mark.parametrize(
    "text", ["Zoë\t✓\n", "नमस्\u200dते", "می\u200cخواهم", "👩\u200d💻", "e\u0301", "\u00a0"]
)
def test_what_people_write_is_left_alone(text: str) -> None:
    assert INVISIBLE.search(text) is None
    assert clean(text, 100) == visible(text) == text


@pytest.mark.parametrize("code", [0x00, 0x1B, 0x9B, 0xAD, 0x200B, 0x202E, 0xD800, 0xFEFF, 0xE0041])
def test_every_way_out_uses_it(code: int) -> None:
    text = f"a{chr(code)}b"
    assert clean(text, 100) == "a�b" or code == 0x1B
    assert visible(text) == f"a{text[1].encode('unicode_escape').decode()}b"
    assert neutral(text) == "a b"


def test_half_characters_become_whole_wherever_they_are() -> None:
    assert whole("\ud83d\ude00") == r"\ud83d\ude00"
    data = {"a\udfff": ["\ud800", ("😀", 1, None, True, 0.5)]}
    assert whole_throughout(data) == {r"a\udfff": [r"\ud800", ["😀", 1, None, True, 0.5]]}


def test_names_are_listed_as_people_say_them() -> None:
    names = ["a", "b", "c"]
    assert [listed(names[:n]) for n in range(4)] == ["", "a", "a and b", "a, b and c"]


def test_no_sentence_has_two_ends() -> None:
    assert [ended(text) for text in ("Sign in", "It is Alice A.", "did you mean Monday?")] == [
        "Sign in.",
        "It is Alice A.",
        "did you mean Monday?",
    ]
