"""The bytes of a ``.py`` file -> its text, in every encoding Python itself accepts.

Beyond those, what Windows editors leave behind is read too: UTF-16 with its mark, and Latin-1
without a coding line.  A file that does not *parse* is still Python: the student is told later,
question by question.
"""

from __future__ import annotations

import codecs
import io
import tokenize
from dataclasses import dataclass

from autograder.submission.notebook import tidy
from autograder.submission.opening import Unreadable
from autograder.submission.sniffing import disguise, require_content

_REFUSED_CODECS = frozenset(
    # Decoding takes time with the square of the length, depends on the machine, or runs escapes.
    ["punycode", "idna", "undefined", "mbcs", "oem", "unicode-escape", "raw-unicode-escape"]
)
_NOT_IN_TEXT = bytes(set(range(32)) - set(b"\t\n\r\f\v\x1b")) + b"\x7f"
_SHARE_OF_ASCII = 0.9


@dataclass(frozen=True)
class PythonText:
    """What a ``.py`` file says."""

    text: str
    notice: str | None = None
    """What was unusual about it, continuing a sentence that begins with its name."""


def parse_python(data: bytes) -> PythonText:
    """The text of a Python file; raises :class:`Unreadable` where it is none."""
    require_content(data)
    if (what := disguise(data)) is not None:
        raise Unreadable(f"is not a Python file but {what}: hand in the .py file itself.")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _utf16(data)
    if b"\0" in data:
        raise Unreadable(
            "is not a Python file: it is binary (it has zero bytes in it); hand in the source text."
        )
    encoding = _encoding(data)
    if encoding is None:
        return _without_encoding(data)
    try:
        return PythonText(tidy(data.decode(encoding).removeprefix("\ufeff")))
    except (UnicodeError, LookupError, ValueError):
        if encoding in ("utf-8", "utf-8-sig"):
            return _without_encoding(data)
        raise Unreadable(
            f"says that its text is encoded as {encoding}, which it is not: save it as UTF-8."
        ) from None


def _encoding(data: bytes) -> str | None:
    """What the file says or, silent, UTF-8; None: it is silent and its first lines are not."""
    try:
        encoding, _first_lines = tokenize.detect_encoding(io.BytesIO(data).readline)
    except SyntaxError as error:
        if "unknown encoding" in str(error):
            raise Unreadable(
                "names a text encoding in its coding line that there is not: save it as UTF-8."
            ) from None
        return None
    name = codecs.lookup(encoding.removesuffix("-sig")).name
    if name.replace("_", "-") in _REFUSED_CODECS:
        raise Unreadable(
            f"names {name} as its text encoding, which is not read here: save it as UTF-8."
        )
    return encoding


def _utf16(data: bytes) -> PythonText:
    try:
        text = data.decode("utf-16")
    except UnicodeError:
        text = "\0"
    if "\0" in text or 2 * sum(c.isascii() for c in text) < len(text):  # bytes by chance, no text
        raise Unreadable("is not a Python file: it is binary; hand in the source text.")
    return PythonText(tidy(text), "is encoded as UTF-16, which Python itself refuses: use UTF-8.")


def _without_encoding(data: bytes) -> PythonText:
    line = _first_bad_line(data)
    is_text = not any(byte in _NOT_IN_TEXT for byte in set(data))
    if not is_text or sum(byte < 128 for byte in data) < _SHARE_OF_ASCII * len(data):
        raise Unreadable("is not a Python file: it is binary; hand in the source text.")
    return PythonText(
        tidy(data.decode("latin-1")),
        f"is not UTF-8 in line {line} and names no other encoding, which Python itself refuses: "
        "it was read as Latin-1.",
    )


def _first_bad_line(data: bytes) -> int:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return data.count(b"\n", 0, error.start) + 1
    return 1
