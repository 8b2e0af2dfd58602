"""What students were given to read, to tell their words from it where both stand in one cell."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

PLACEHOLDER = re.compile(
    r"[_*]{0,3}Type your answer here, replacing this text\.?[_*]{0,3}", re.IGNORECASE
)
"""What stands where an answer is to be written."""
_LONG = 20
"""Characters of a line that nobody writes again by chance."""
_NOT_SHOWN = (
    re.compile(r"^# BEGIN SOLUTION$.*?^# END SOLUTION$", re.MULTILINE | re.DOTALL),
    re.compile(r"^(`{3,})(?:python|otter)\b.*?^\1$", re.MULTILINE | re.DOTALL),
    PLACEHOLDER,
)
"""Of a master notebook's text: model answers, then cells of code and marks of blocks."""
_COMMENT = re.compile(r"<!--[^>\n]{0,300}?-->")


@dataclass(frozen=True)
class Given:
    """The lines of an assignment's own notebook, blanks between words made alike."""

    places: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """Where each line is, blank lines not counted."""
    lengths: tuple[int, ...] = ()
    """Of the long lines, each once."""

    @classmethod
    def of(cls, text: str) -> Given:
        """``text``: a master notebook's (:mod:`autograder.authoring.master`)."""
        for pattern in _NOT_SHOWN:
            text = pattern.sub("", text)
        places: dict[str, set[int]] = {}
        lines = filter(None, map(_plain, _COMMENT.sub("", text).splitlines()))
        for place, line in enumerate(lines):
            places.setdefault(line, set()).add(place)
        lengths = sorted({len(line) for line in places if len(line) >= _LONG})
        return cls({line: frozenset(at) for line, at in places.items()}, tuple(lengths))

    def added(self, text: str) -> str:
        """What somebody wrote into a text that was given: below its last line, between two lines
        that follow each other, at a line's end.

        Nothing where no line of it was given, and none of its lines that may be an older wording:
        those in place of lines that are there now.
        """
        found: list[str] = []
        gap: list[str] = []
        before: frozenset[int] = frozenset()
        for line in _COMMENT.sub("", text).splitlines():
            given, rest = self._apart(line)
            if not given:
                gap.append(line)
                continue
            if any(place + 1 in self.places[given] for place in before):
                found += gap
            gap = [rest] if rest else []
            before = self.places[given]
        return "\n".join((*found, *gap)).strip() if before else ""

    def _apart(self, line: str) -> tuple[str, str]:
        """The line that was given and what stands behind it; the first is empty: none was."""
        plain = _plain(line)
        if plain in self.places:
            return plain, ""
        for length in reversed(self.lengths):
            if length < len(plain) and plain[:length] in self.places:
                return plain[:length], plain[length:].strip()
        return "", ""


def _plain(line: str) -> str:
    return " ".join(line.split())


NOTHING = Given()
