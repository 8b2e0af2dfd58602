"""The pictures that a student put into a written answer.

A notebook keeps what is pasted into a text cell beside its text, in ``attachments``, and the text
says ``![what](attachment:name.png)``.  A name is a cell's own: another cell may have another one of
that name.  What a picture is, its bytes tell; only PNG and JPEG are pictures here, for what else
browsers show may hold scripts.
"""

from __future__ import annotations

import base64
import binascii
import re
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import msgspec

from autograder.submission.given import NOTHING, Given
from autograder.submission.notebook import parse_notebook
from autograder.submission.opening import DEFAULT_CAP, Unreadable
from autograder.submission.written import find_places

MOST_BYTES = 4 << 20
"""Of one picture."""
_MOST_PIXELS = 40_000_000
"""A small file may be made so that showing it takes a browser's whole memory."""
_MOST_PICTURES = 20
"""In one answer."""
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_NAMED = re.compile(r"!\[[^\]\n]{0,500}\]\([ \t]{0,20}<?attachment:([^)\s>]{1,300})")


@dataclass(frozen=True)
class Picture:
    """A picture that can be shown."""

    type: str
    """``image/png`` or ``image/jpeg``, as its bytes say."""
    data: bytes


class _Notebook(msgspec.Struct):
    cells: list[Any] = []


_decode = msgspec.json.Decoder(_Notebook).decode


def named_pictures(text: str) -> tuple[str, ...]:
    """Names of the pictures that a text shows, in their order."""
    names = (unquote(match.group(1)) for match in _NAMED.finditer(text))
    return tuple(names)[:_MOST_PICTURES]


def find_picture(
    data: bytes, questions: Sequence[str], question: str, place: int, given: Given = NOTHING
) -> Picture | None:
    """The picture at this place, from 0, of those that the answer names; None: there is none that
    can be shown.

    ``data``: the notebook; ``questions`` and ``given``: as for :func:`autograder.submission.read`.
    """
    if len(data) > DEFAULT_CAP:
        return None
    try:
        answer = find_places(parse_notebook(data), questions, given).get(question, ())
        cells = _decode(data.removeprefix(b"\xef\xbb\xbf")).cells
    except (Unreadable, msgspec.MsgspecError, UnicodeError, RecursionError):
        return None
    named = [(cell.number - 1, name) for cell in answer for name in named_pictures(cell.source)]
    if place >= len(named) or named[place][0] >= len(cells):
        return None
    number, name = named[place]
    return _picture(cells[number], name)


def _picture(cell: object, name: str) -> Picture | None:
    attachments = cell.get("attachments") if isinstance(cell, Mapping) else None
    for given, bundle in attachments.items() if isinstance(attachments, Mapping) else ():
        if unquote(str(given)) != name or not isinstance(bundle, Mapping):
            continue
        for text in bundle.values():
            data = _bytes(text)
            if (kind := type_of(data)) is not None:
                return Picture(kind, data)
    return None


def _bytes(text: object) -> bytes:
    """What a notebook writes as text; empty: nothing that could be a picture."""
    if not isinstance(text, str) or len(text) > 2 * MOST_BYTES:
        return b""
    try:
        return base64.b64decode(text)
    except (binascii.Error, ValueError):
        return b""


def type_of(data: bytes) -> str | None:
    """What kind of picture these bytes are; None: none that is shown."""
    if len(data) > MOST_BYTES:
        return None
    kind, width, height = None, 0, 0
    if data.startswith(_PNG) and data[12:16] == b"IHDR" and len(data) >= 24:
        kind = "image/png"
        width, height = struct.unpack(">II", data[16:24])
    elif data.startswith(_JPEG):
        kind = "image/jpeg"
        width, height = max(_frames(data), default=(0, 0), key=lambda size: size[0] * size[1])
    return kind if 0 < width * height <= _MOST_PIXELS else None


def _frames(data: bytes) -> Iterator[tuple[int, int]]:
    """Width and height of each frame of a JPEG; segments are walked from one to the next."""
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4])
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            yield width, height
        at += 2 + max(length, 2)
