"""What the names of files and folders say: without their endings, and beside an assignment's."""

from __future__ import annotations

from pathlib import PurePosixPath


def stem(name: str) -> str:
    """A name without the endings of notebooks, Python files and archives."""
    while PurePosixPath(name).suffix.lower() in (".ipynb", ".py", ".zip", ".txt", ".json"):
        name = name[: name.rindex(".")]
    return name


def is_archive(name: str) -> bool:
    """Whether a file of this name is looked into."""
    return name.lower().endswith(".zip")


def likeness(name: str, assignment: str) -> int:
    """2: the file is named as the assignment is; 1: its name contains it; 0: neither."""
    wanted, given = _plain(assignment), _plain(stem(name))
    if not wanted or wanted not in given:
        return 0
    return 2 if wanted == given else 1


def _plain(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
