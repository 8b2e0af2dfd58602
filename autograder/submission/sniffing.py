"""Says what a file is that is not what its name says."""

from __future__ import annotations

import re

from autograder.submission.opening import Unreadable

_SIGNATURES = (
    (b"PK\x03\x04", "a zip archive (or an Office document)"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"{\\rtf", "a Word document"),
    (b"\xd0\xcf\x11\xe0", "a Word document"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"version https://git-lfs", "a Git LFS pointer, without the contents"),
)
_PREAMBLE = re.compile(rb"(?:\s*<(?:\?xml[^>]*|!--[^>]*--)>)*")
_WEB_PAGE = re.compile(rb"\s*<(!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_CONFLICT = re.compile(r"^(<{7} |>{7} )", re.MULTILINE)


def disguise(data: bytes) -> str | None:
    """What the bytes are instead of a notebook or Python, with its article; None: unknown."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    for signature, what in _SIGNATURES:
        if data.startswith(signature):
            return what
    start = data[:2000]
    begins = _PREAMBLE.match(start)
    if _WEB_PAGE.match(start, begins.end() if begins else 0):
        return "a web page, perhaps the page to log in or an exported copy"
    return None


def conflict_line(text: str) -> int | None:
    """The line, counted from 1, of the first marker of an unfinished git merge; None: none."""
    found = _CONFLICT.search(text)
    return None if found is None else text.count("\n", 0, found.start()) + 1


def require_content(data: bytes) -> None:
    """Raises :class:`Unreadable` where there is nothing in the file."""
    if not data:
        raise Unreadable("is empty (0 bytes): save your work and hand it in again.")
    if not data.strip(b" \t\r\n\f\x00"):
        raise Unreadable("is empty but for blanks: save your work and hand it in again.")


_START_OF_NOTEBOOK = re.compile(
    rb'\s*\{\s*"(cells|metadata|nbformat|nbformat_minor|worksheets)"\s*:'
)


def begins_as_notebook(data: bytes) -> bool:
    """Whether these are the first bytes of what may be a notebook, whatever its name."""
    return _START_OF_NOTEBOOK.match(data.removeprefix(b"\xef\xbb\xbf")) is not None


def looks_like_notebook(data: bytes) -> bool:
    """Whether bytes under another name begin as only a notebook does, and go on as one."""
    return begins_as_notebook(data) and b'"cell_type"' in data
