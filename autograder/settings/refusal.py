"""A value that is refused: its place, and what is wrong with it."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable
from datetime import date, time
from pathlib import Path

from autograder.errors import AssignmentError
from autograder.text import ended


class Refused(ValueError):
    """A value of a settings file that cannot be meant.

    A ``ValueError``, because that is what msgspec carries out of a check of several values.
    """

    def __init__(self, path: Iterable[str | int], reason: str) -> None:
        super().__init__(reason)
        self.path = tuple(path)
        """Keys and, within arrays, numbers counted from 0: the way from the top of the file."""
        self.reason = reason
        """Continues a sentence that begins with the path, without a full stop."""

    def below(self, path: Iterable[str | int]) -> Refused:
        """The same, seen from further up."""
        return Refused((*path, *self.path), self.reason)

    def within(self, file: Path) -> AssignmentError:
        """The whole sentence."""
        return AssignmentError(ended(f"{file}: {self}"))

    def __str__(self) -> str:
        return f"{dotted(self.path)} {self.reason}"


def dotted(path: Iterable[str | int]) -> str:
    """A path as TOML writes it: ``questions.NAME.checks."edge cases"``, ``texts[0]``."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            bare = re.fullmatch(r"[A-Za-z0-9_-]+", step)
            text += ("." if text else "") + (step if bare else json.dumps(step))
    return text or "the file"


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that was probably meant; None: nothing is near."""
    return next(iter(difflib.get_close_matches(name, sorted(known), n=1)), None)


def among(name: str, known: Iterable[str]) -> str:
    """What there is in place of an unknown name: the nearest one, else all."""
    names = sorted(known)
    near = nearest(name, names)
    if near is not None:
        return f"did you mean {near}?"
    return f"there is {', '.join(names)}" if names else "there is none"


def shown(raw: object) -> str:
    """A value as TOML writes it, cut where it is long."""
    if isinstance(raw, dict):
        return "a table"
    if isinstance(raw, list):
        return "an array"
    if isinstance(raw, int) and raw.bit_length() > 64:
        return "a number that large"  # Python refuses to write out thousands of digits
    if isinstance(raw, str | bool):
        # What a terminal would obey is written out.
        text = json.dumps(raw, ensure_ascii=not str(raw).isprintable())
    else:
        text = raw.isoformat() if isinstance(raw, date | time) else f"{raw}"
    return text if len(text) <= 60 else f"{text[:57]}..."
