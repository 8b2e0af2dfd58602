"""What students were given to read, to tell their words from it where both stand in one cell."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

PLACEHOLDER = re.compile(
    r"[_*]{0,3}Type your answer here, replacing this text\.?[_*]{0,3}", re.IGNORECASE
)
"""What stands where an answer is to be written."""
_LONG = 20
"""Characters of a line that nobody writes again by chance."""
_QUESTION = re.compile(
    r"^`{3,}otter\b[^\n]*\n#\s+BEGIN\s+QUESTION\b.*?^name:\s*[\"']?(?P<name>[\w.-]+).*?^`{3,}\s*$"
    r"(?P<asked>.*?)^`{3,}otter\b[^\n]*\n#\s+END\s+QUESTION\b",
    re.MULTILINE | re.DOTALL | re.IGNORECASE,
)
"""Of a master notebook's text: one question, its configuration left out."""
_NOT_SHOWN = (
    re.compile(r"^# BEGIN SOLUTION$.*?^# END SOLUTION$", re.MULTILINE | re.DOTALL),
    re.compile(r"^(`{3,})(?:python|otter)\b.*?^\1$", re.MULTILINE | re.DOTALL),
    PLACEHOLDER,
)
"""Of that: model answers, then cells of code and marks of blocks."""
_COMMENT = re.compile(r"<!--[^>\n]{0,300}?-->")


@dataclass(frozen=True)
class Given:
    """The lines of what an assignment's notebook asks people to answer in words."""

    lines: tuple[str, ...] = ()
    """In their order, without blank ones; blanks between words made alike."""

    @classmethod
    def of(cls, text: str, questions: Container[str]) -> Given:
        """``text``: a master notebook's (:mod:`autograder.authoring.master`); ``questions``: those
        that are answered in words.

        Nothing else of it counts, since it stands in no cell with an answer: a paragraph above,
        worded anew, makes no other answer of what somebody wrote.
        """
        asked = "\n".join(_asked(text, questions))
        for pattern in _NOT_SHOWN:
            asked = pattern.sub("", asked)
        return cls(tuple(plain_lines(asked)))

    @cached_property
    def places(self) -> Mapping[str, frozenset[int]]:
        """Where each line is."""
        places: dict[str, set[int]] = {}
        for place, line in enumerate(self.lines):
            places.setdefault(line, set()).add(place)
        return {line: frozenset(at) for line, at in places.items()}

    @cached_property
    def lengths(self) -> Sequence[int]:
        """Of the long lines, each once, the longest first."""
        return sorted({len(line) for line in self.lines if len(line) >= _LONG}, reverse=True)

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
        for length in self.lengths:
            if length < len(plain) and plain[:length] in self.places:
                return plain[:length], plain[length:].strip()
        return "", ""


def _asked(text: str, questions: Container[str]) -> Iterator[str]:
    """Each of these questions, from the heading on that stands in it or right above."""
    for question in _QUESTION.finditer(text):
        if question["name"] in questions:
            asked = question["asked"]
            _, mark, above = text[: question.start()].rpartition("\n#")
            is_headed = asked.lstrip().startswith("#") or "\n```" in above
            yield asked if is_headed else f"{mark}{above}{asked}"


def plain_lines(text: str) -> Iterator[str]:
    """The lines of a text as :class:`Given` has them."""
    return filter(None, map(_plain, _COMMENT.sub("", text).splitlines()))


def _plain(line: str) -> str:
    return " ".join(line.split())


NOTHING = Given()
