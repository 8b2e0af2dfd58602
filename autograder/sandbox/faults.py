"""Turns what a child says went wrong into a :class:`Fault` that may be shown.

Everything from a child is hostile.  Two dangers: control characters (a terminal obeys them, a
right-to-left mark reverses a line) and *hidden values*: a function that is called with hidden
inputs can raise an exception that carries them, in digits or in words.  So the message of an
exception from a hidden call is kept only where it cannot say much:

- it is one of the interpreter's or NumPy's own sentences (a closed table below), with numbers
  taken out (also those that count: a function can ask for as many as a digit of its input says)
  and only such names in quotes as the student's source contains;
- or it stands in the student's source as a fixed text.

Everything else becomes "…".  The kind is an exception class of Python, NumPy or the student's
source.  What is left (which line, which of a few sentences) can carry a few bits a call, as a
score does; it is no way to read out inputs.
"""

from __future__ import annotations

import re
import signal
from collections.abc import Sequence
from functools import cached_property

import numpy as np

from autograder.model import Cell, Fault, Keyed, Opaque, Taken, Value
from autograder.sandbox.protocol import RawFault, RawTaken
from autograder.sandbox.sentences import FIXED, KINDS, PLAIN_WORDS, sentences
from autograder.text import HIDDEN, INVISIBLE

MAX_MESSAGE = 500
MAX_CODE = 200

_ESCAPES = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)?|[@-Z\\^_])")


def clean(text: str, cap: int) -> str:
    """Text that a terminal and a page may be given: no escapes, no controls, not too long.

    Line ends and tabs stay.  (It still has to be escaped for HTML and CSV.)
    """
    text = _ESCAPES.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    text = INVISIBLE.sub("�", text)
    return text if len(text) <= cap else text[: cap - 1] + HIDDEN


_TAIL = re.compile(r"\.\n`np\..*| \(/\S*\)$", re.DOTALL)
"""What follows NumPy's and Python's sentences: advice over several lines, a path."""
_WORD = re.compile(r"[^\W\d]\w*")
_CLASS = re.compile(r"^[ \t]*class[ \t]+(\w+)", re.MULTILINE)
_LINE_END = re.compile(r"\r\n|\r|\n")
_NUMBER = re.compile(r"(?<!\w)[-+]?(\d[\d_]*\.?\d*|\.\d+)([eE][-+]?\d+)?|\bnan\b|\binf\b")


def source_lines(source: str) -> list[str]:
    """Lines as Python counts them (``str.splitlines`` also splits at form feeds and others)."""
    return _LINE_END.split(source)


class Faults:
    """Makes faults for one submission, whose source tells what may be said."""

    def __init__(self, cells: Sequence[Cell]) -> None:
        self._cells = cells
        self._source = "\n".join(cell.source for cell in cells)
        self._lines: dict[int, list[str]] = {}

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(_WORD.findall(self._source)) | KINDS | PLAIN_WORDS

    @cached_property
    def _classes(self) -> frozenset[str]:
        return frozenset(_CLASS.findall(self._source))

    def lines_of(self, cell: int) -> list[str]:
        """The lines of a cell, by its index."""
        if cell not in self._lines:  # once, however much is said of the cell
            self._lines[cell] = source_lines(self._cells[cell].source)
        return self._lines[cell]

    def taken(self, raw: RawTaken) -> Taken:
        """A name that a line took from a function."""
        place = self._fault(RawFault("", "", raw.cell, raw.line), "", "")
        return Taken(clean(raw.name, 100), place.cell, raw.line, place.code)

    def of_cell(self, raw: RawFault) -> Fault:
        """What a cell raised: no hidden value exists yet, so the message stays."""
        return self._fault(raw, clean(raw.kind, 100), clean(raw.message, MAX_MESSAGE))

    def of_call(self, raw: RawFault) -> Fault:
        """What a function raised when called with hidden inputs."""
        known = raw.kind in KINDS or raw.kind in self._classes
        return self._fault(
            raw, raw.kind if known else "Exception", self.without_values(raw.message)
        )

    def without_values(self, message: str) -> str:
        """The message as far as it can be shown; "" where there was none."""
        stripped = _TAIL.sub("", clean(message, MAX_MESSAGE).strip())
        if not stripped:
            return ""
        if stripped in FIXED:
            return stripped
        if any(pattern.fullmatch(stripped) for pattern in sentences()):
            return self._without_numbers(stripped)
        quoted = (f'"{stripped}"', f"'{stripped}'", f'"""{stripped}"""')
        if any(text in self._source for text in quoted):
            return stripped
        return HIDDEN

    def of_value(self, value: Value) -> Value:
        """What a call returned, with no type named that the source does not name."""
        if isinstance(value, Keyed):
            entries = tuple((self._known(key), self.of_value(part)) for key, part in value.entries)
            known = value.type_name in self._words
            return Keyed(value.type_name if known else "object", entries)
        if isinstance(value, Opaque):
            known = value.type_name in self._words
            return Opaque(value.type_name if known else "object")
        if isinstance(value, tuple) and any(type(entry) is not np.ndarray for entry in value):
            return tuple(self.of_value(entry) for entry in value)
        return value

    def _known(self, key: str) -> str:
        return key if key in self._words else HIDDEN

    def _without_numbers(self, message: str) -> str:
        known = self._words

        def word(match: re.Match[str]) -> str:
            return match.group(0) if match.group(0) in known else HIDDEN

        return _NUMBER.sub(HIDDEN, _WORD.sub(word, message))

    def _fault(self, raw: RawFault, kind: str, message: str) -> Fault:
        if raw.cell is None:
            return Fault(kind, message)
        cell, lines = self._cells[raw.cell], self.lines_of(raw.cell)
        if raw.line is None or raw.line > len(lines):
            return Fault(kind, message, cell.number or None)
        code = clean(lines[raw.line - 1].strip(), MAX_CODE)
        return Fault(kind, message, cell.number or None, raw.line, code)

    def unfilled(self, function: str, parameter: str) -> Fault:
        """A parameter that has no default and that nothing is passed for."""
        shown = parameter if parameter in self._words else HIDDEN
        return Fault(
            "TypeError",
            f"{function}() has a parameter '{shown}' that is not among those it is called with "
            "and that has no default",
        )


def of_signal(number: int) -> Fault:
    """How a process was ended by a signal."""
    try:
        name = signal.Signals(number).name
    except ValueError:
        name = f"signal {number}"
    return Fault(name, _SIGNALS.get(name, "the process was ended by a signal"))


_SIGNALS = {
    "SIGSEGV": "the process read or wrote memory that is not its own",
    "SIGSYS": "the process asked for something that is forbidden while grading",
    "SIGABRT": "the process ended itself",
    "SIGFPE": "the processor refused an operation",
    "SIGILL": "the processor refused an operation",
    "SIGBUS": "the process read or wrote memory that is not there",
    "SIGKILL": "the process was ended by the system",
}
