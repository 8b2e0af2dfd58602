"""Takes a file off the wire: counted as it comes, and known by what is in it, not by its name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from os.path import splitext

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from autograder.submission import clean
from autograder.submission.opening import LARGEST, Unreadable
from autograder.submission.reading import kind_of, require_program_size, require_size
from autograder.submission.sniffing import begins_as_notebook, disguise, looks_like_notebook

MOST_BODY = LARGEST + (64 << 10)
"""Bytes of a request with a file: the file, and what stands around it."""
_LONGEST_NAME, _LONGEST_ENDING = 120, 10
_TEXT_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")
_SAMPLE = 8192


class Refused(Exception):
    """Something that is not taken; ``str()`` says why, in a sentence."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status
        """As HTTP has it."""


@dataclass(frozen=True)
class Received:
    """A file as it came."""

    name: str
    """Safe to show, and no path."""
    data: bytes


async def read_form(request: Request) -> FormData:
    """The fields of a form with a file; raises :class:`Refused` where it is none."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "multipart/form-data":
        raise Refused(415, "Send the file as the field `file` of a form (multipart/form-data).")
    try:
        return await request.form(max_files=1, max_fields=20, max_part_size=64 << 10)
    except HTTPException as error:
        if _is_head_too_long(error):
            raise Refused(400, NAME_TOO_LONG) from None
        raise Refused(
            400, f"That is no form that can be read: {error.detail.rstrip('.')}."
        ) from None


def _is_head_too_long(error: BaseException | None) -> bool:
    """Whether it is what stands before a file, of which nearly all is its name."""
    while error is not None:
        if "header size" in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False


async def file_in(form: FormData) -> Received:
    """The file of a form; raises :class:`Refused`."""
    file = form.get("file")
    if not isinstance(file, UploadFile):
        raise Refused(400, "There is no file in it: choose one, and send it as the field `file`.")
    size, name = file.size or 0, name_of(file.filename or "")
    if size > LARGEST:
        raise Refused(413, TOO_LARGE)
    head = await file.read(_SAMPLE)
    if kind_of(name) == "python" and not begins_as_notebook(head):
        with _refusing(name):  # before the rest is in memory
            require_program_size(size)
    return Received(name, head + await file.read())


NAME_TOO_LONG = (
    "That is no form that can be read, for the name of the file, or what else stands before it, is "
    "too long: give it a shorter name."
)
TOO_LARGE = (
    f"The file is larger than {LARGEST / 1e6:g} MB: clear the outputs of all cells, save and hand "
    "in again."
)


def name_of(raw: str) -> str:
    """What a browser said that a file is called, without folders and safe to show."""
    last = re.split(r"[\\/]", raw)[-1].strip()
    shown = clean(last)
    if len(shown) > _LONGEST_NAME:  # the ending says what it is
        stem, ending = splitext(shown)
        ending = ending[:_LONGEST_ENDING]
        shown = stem[: _LONGEST_NAME - len(ending)] + ending
    return shown if shown.strip(". ") else "submission.ipynb"


@contextmanager
def _refusing(name: str) -> Iterator[None]:
    try:
        yield
    except Unreadable as why:
        raise Refused(413, f"{name} {why}") from None


def require_submission(received: Received) -> None:
    """Raises :class:`Refused` for what is neither a notebook nor Python by its contents, and for
    what is too large to be graded."""
    _require_kind(received)
    with _refusing(received.name):
        require_size(received.name, received.data)


def _require_kind(received: Received) -> None:
    data, name = received.data, received.name
    if not data.strip(b" \t\r\n\f\x00"):
        raise Refused(415, f"{name} is empty: save your work and hand it in again.")
    if looks_like_notebook(data):
        return
    if (what := disguise(data)) is not None:
        raise Refused(
            415, f"{name} is {what}: hand in the notebook (.ipynb) or the Python file (.py) itself."
        )
    sample = data[:_SAMPLE]
    if b"\0" in sample and not sample.startswith(_TEXT_MARKS) and not _is_wide(sample):
        raise Refused(
            415,
            f"{name} is neither a notebook nor a Python file: it has bytes in it that are no text.",
        )
    if kind_of(name) is None:
        raise Refused(
            415,
            f"{name} is no notebook, and its name is not that of a Python file: hand in a notebook "
            "(.ipynb) or a Python file (.py).",
        )


def _is_wide(sample: bytes) -> bool:
    """Whether it may be text in two bytes a letter, as Windows writes it now and then."""
    return 0 < sample[1::2].count(0) == len(sample[1::2]) or 0 < sample[::2].count(0) == len(
        sample[::2]
    )
