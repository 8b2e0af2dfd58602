"""What is to be installed is this program's own, from a clone; no message names another's."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from autograder.extras import DISTRIBUTION, EXTRAS, NEEDS, how_to_get

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
INSTALLS = re.compile(r"pip install (?:-[qU] |--[a-z]+ )*(?P<what>[^\s,;:)`\"]+)")
TEXTS = [
    *sorted((ROOT / "autograder").rglob("*.py")),
    *sorted((ROOT / "autograder").rglob("*.j2")),
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "assignments").rglob("*.md")),
]


def depended_on() -> set[str]:
    asked = list(PROJECT["dependencies"])
    for further in PROJECT["optional-dependencies"].values():
        asked += further
    return {re.split(r"[\[<>=;~ ]", one)[0].lower() for one in asked}


def named(text: str) -> list[str]:
    """Packages that a text says to install by their names, ours included."""
    found = [match["what"].strip("'") for match in INSTALLS.finditer(text)]
    return [what for what in found if re.match(r"\w", what)]


def test_the_distribution_has_its_own_name_and_the_command_stays() -> None:
    assert PROJECT["name"] == DISTRIBUTION == "update-rule-grader"
    assert PROJECT["scripts"] == {"autograder": "autograder.cli:main"}


def test_everything_for_the_tests_is_asked_for_by_that_name() -> None:
    (itself,) = [one for one in PROJECT["optional-dependencies"]["test"] if "[" in one]
    assert itself == f"{DISTRIBUTION}[{','.join(EXTRAS)}]"


@pytest.mark.parametrize("extra", EXTRAS)
def test_how_to_get_a_set_of_packages_works_from_the_clone(extra: str) -> None:
    assert extra in PROJECT["optional-dependencies"]
    assert how_to_get(extra) == f"pip install -e '.[{extra}]' (in {ROOT})"
    assert set(NEEDS) == set(EXTRAS)


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_message_names_what_is_somebody_elses(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\bautograder\[", text)
    assert set(named(text)) - {"--user", "numpy"} <= depended_on()


def test_the_search_would_find_it() -> None:
    assert named("needs more: pip install 'autograder[cluster]'.") == ["autograder[cluster]'."]
    assert named("pip install -q autograder") == ["autograder"]
    assert named("pip install -e '.[cluster]'") == []
