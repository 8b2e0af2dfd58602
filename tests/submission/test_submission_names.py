"""Names of students: safe to show, safe as file names, never two for one."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograder.submission import clean, safe_name

HOSTILE = [
    "a\nb",
    'a"b',
    "-rf",
    "..",
    ".",
    "../../etc/passwd",
    "a/b",
    "a\\b",
    "x" * 255,
    "é" * 200,
    "‮gnp.exe",
    "\x1b[31mred",
    "\udcff\udcfe",
    "nul",
    "CON.txt",
    ".hidden",
    "trailing.",
    " ",
    "",
    "a~0123456789abcdef",
    "<script>alert(1)</script>",
    "a\0b",
]
any_name = st.text(st.characters(), max_size=300) | st.sampled_from(HOSTILE)


@pytest.mark.parametrize("name", ["alice", "Jane Doe", "o'brien-smith", "Zoë", "s123_4", "李雷"])
def test_harmless_names_stay_as_they_are(name: str) -> None:
    assert safe_name(name) == name
    assert clean(name) == name


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_told_apart_by_a_digest(name: str) -> None:
    assert "~" in safe_name(name)


@given(any_name)
@example("a" * 100)
def test_safe_name_is_one_path_component(name: str) -> None:
    safe = safe_name(name)
    assert safe == os.path.basename(safe) == Path(safe).name
    assert 0 < len(safe.encode()) <= 100
    assert safe not in (".", "..")
    assert safe[0] not in ".-~ "
    assert safe.isprintable()
    assert not set(safe) & set('/\\:*?"<>|&;$`!\n')
    assert safe == safe_name(name)


@settings(max_examples=60)
@given(st.lists(any_name, unique=True, max_size=30))
def test_different_students_have_different_files(names: list[str]) -> None:
    assert len({safe_name(name) for name in names}) == len(names)


@given(any_name, any_name)
@example("alice", "ALICE")
@example("straße", "STRASSE")
@example("a/b", "A/b")
def test_on_a_disk_without_case_no_two_names_are_one(first: str, second: str) -> None:
    names = [safe_name(name, folds_case=True) for name in (first, second)]
    assert (names[0].casefold() == names[1].casefold()) == (first == second)


def test_names_in_small_letters_are_the_same_on_every_disk() -> None:
    assert safe_name("zoë w", folds_case=True) == "zoë w"
    assert safe_name("Jane Doe", folds_case=True).startswith("Jane Doe~")


def test_names_that_differ_only_in_what_is_replaced_stay_apart() -> None:
    names = ["a/b", "a\\b", "a\nb", "a:b", "a_b", "x" * 120, "x" * 121]
    assert len({safe_name(name) for name in names}) == len(names)


@given(any_name)
def test_clean_text_can_be_printed_anywhere(name: str) -> None:
    shown = clean(name)
    shown.encode("utf-8")
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") for c in shown)


@given(any_name, any_name)
@example("\udc85", "\x85")
@example("\\x0a", "\n")
def test_clean_never_makes_two_names_one(first: str, second: str) -> None:
    composed = [unicodedata.normalize("NFC", name) for name in (first, second)]
    assert (clean(first) == clean(second)) == (composed[0] == composed[1])


def test_clean_shows_what_it_replaced() -> None:
    assert clean("a\nb") == r"a\x0ab"
    assert clean("‮x") == r"\u202ex"
    assert clean(os.fsdecode(b"\xff")) == r"\xff"
    assert clean("Jose\u0301") == "José"
