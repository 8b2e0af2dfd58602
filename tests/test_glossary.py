"""The glossary names things that are there, in order, and README leads to it."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GLOSSARY = ROOT / "autograder" / "GLOSSARY.md"
ROWS = re.findall(r"^\| \*\*(.+?)\*\* \| (.+?) \| `(.+?)` \|$", GLOSSARY.read_text("utf-8"), re.M)


@pytest.mark.parametrize(("word", "place"), [(word, place) for word, _, place in ROWS])
def test_what_it_names_is_there(word: str, place: str) -> None:
    module, _, name = place.rpartition(".")
    try:
        importlib.import_module(place)
    except ModuleNotFoundError:
        assert hasattr(importlib.import_module(module), name), word


def test_words_are_sorted_and_unlike() -> None:
    words = [word for word, _, _ in ROWS]
    assert len(words) > 20
    assert words == sorted(set(words))


def test_readme_leads_to_it() -> None:
    assert "(autograder/GLOSSARY.md)" in (ROOT / "README.md").read_text("utf-8")
