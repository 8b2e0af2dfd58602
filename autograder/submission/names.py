"""Names that students chose, made safe to show and to use as file names.

A file's name is as hostile as its contents: it may hold newlines, quotes, terminal escapes, marks
that reverse the direction of reading, bytes that are no text, or ``..``.  :func:`clean` makes it
safe to print; :func:`safe_name` makes it one component of a path.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

LONGEST_FILE_NAME = 100
"""Bytes of UTF-8 a safe name has at most, so that ``.html`` and more still fit behind it."""

_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_PUNCTUATION = frozenset(" ._-+@,()'")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)  # on Windows
_DIGEST_DIGITS = 16


def clean(raw: str) -> str:
    r"""The text without anything that could move a cursor, end a line or turn the reading round.

    Composed (NFC), so that one name typed on two systems is one student.  What is not printable
    stays visible as an escape such as ``\x0a`` or ``\u202e``, a byte that is no text as ``\xff``;
    backslashes are doubled, so two different names never become one.
    """
    composed = unicodedata.normalize("NFC", raw)
    if composed.isascii() and composed.isprintable() and "\\" not in composed:
        return composed
    return "".join(map(_visible, composed))


def _visible(character: str) -> str:
    if character == "\\":
        return "\\\\"
    if unicodedata.category(character) not in _UNPRINTABLE:
        return character
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # how Python carries a byte that is no UTF-8
        # Written apart from the control characters below, which stop at \x9f: U+0080 is "\u0080".
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def safe_name(student: str, *, folds_case: bool = False) -> str:
    """A file name for this student: one path component, the same one every time.

    A name that is harmless already is kept (``alice`` stays ``alice``, ``Jane Doe`` too).  Any
    other is reduced to its harmless characters and told apart by a digest of the original behind
    a ``~``, which no harmless name contains: different students get different names.

    ``folds_case``: for a disk that takes ``Alice`` and ``alice`` for one name.  Only names without
    capitals are then harmless, so that no two differ by capitals alone.
    """
    if _is_harmless(student) and not (folds_case and student != student.casefold()):
        return student
    composed = unicodedata.normalize("NFC", student)
    kept = "".join(c if _is_plain(c) else "_" for c in composed)
    digest = hashlib.sha256(student.encode("utf-8", "surrogatepass")).hexdigest()
    room = LONGEST_FILE_NAME - _DIGEST_DIGITS - 1
    kept = kept.encode()[:room].decode("utf-8", "ignore").strip(" ._-")
    return f"{kept or 'student'}~{digest[:_DIGEST_DIGITS]}"


def _is_harmless(name: str) -> bool:
    return (
        bool(name)
        and all(map(_is_plain, name))
        and (name[0].isalnum() or name[0] == "_")
        and name[-1] not in " ."
        and not _RESERVED.fullmatch(name)
        and unicodedata.is_normalized("NFC", name)
        and len(name.encode()) <= LONGEST_FILE_NAME
    )


def _is_plain(character: str) -> bool:
    return character in _PUNCTUATION or unicodedata.category(character)[0] in "LNM"
