"""Pictures of a written answer: what they are is told by their bytes, and nothing else is shown."""

from __future__ import annotations

import base64
import json
import struct
import zlib

import pytest

from autograder.submission import find_picture, named_pictures
from autograder.submission.pictures import MOST_BYTES, type_of


def png(width: int = 2, height: int = 2) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * ((width + 1) * height) if width < 100 else b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def jpeg(width: int = 3, height: int = 2) -> bytes:
    app = b"\xff\xe0\x00\x04\x00\x00"
    frame = b"\xff\xc0\x00\x0b\x08" + struct.pack(">HH", height, width) + b"\x01\x01\x11\x00"
    return b"\xff\xd8" + app + frame + b"\xff\xd9"


def notebook(*cells: tuple[str, dict[str, bytes]]) -> bytes:
    made = [
        {
            "cell_type": "markdown",
            "metadata": {"tags": ["otter_answer_cell"]},
            "source": text,
            "attachments": {
                name: {"image/svg+xml": base64.b64encode(data).decode()}
                for name, data in pictures.items()
            },
        }
        for text, pictures in cells
    ]
    begin = {"cell_type": "markdown", "metadata": {}, "source": "<!-- BEGIN QUESTION -->\n`why`"}
    end = {"cell_type": "markdown", "metadata": {}, "source": "<!-- END QUESTION -->"}
    return json.dumps({"nbformat": 4, "cells": [begin, *made, end]}).encode()


def found(data: bytes, place: int = 0) -> str | None:
    picture = find_picture(data, ["why"], "why", place)
    return None if picture is None else picture.type


def test_its_bytes_say_what_it_is_whatever_the_notebook_does() -> None:
    data = notebook(("![a](attachment:a.svg) ![b](attachment:b)", {"a.svg": png(), "b": jpeg()}))
    assert [found(data, place) for place in (0, 1, 2)] == ["image/png", "image/jpeg", None]
    picture = find_picture(data, ["why"], "why", 0)
    assert picture is not None
    assert picture.data == png()
    assert find_picture(data, ["why"], "adam", 0) is None


def test_a_name_is_a_cells_own() -> None:
    data = notebook(
        ("![](attachment:image.png)", {"image.png": png()}),
        ("![](attachment:image.png)", {"image.png": jpeg()}),
    )
    assert [found(data, place) for place in (0, 1)] == ["image/png", "image/jpeg"]


def test_names_with_blanks_are_found() -> None:
    data = notebook(("![x](attachment:my%20plot.png)", {"my plot.png": png()}))
    assert found(data) == "image/png"
    assert named_pictures("![x](attachment:my%20plot.png) [y](attachment:z)") == ("my plot.png",)


@pytest.mark.parametrize(
    "bytes_",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"GIF89a" + b"\0" * 40,
        b"<html><script>alert(1)</script>",
        b"\x89PNG\r\n\x1a\n",
        png(100_000, 100_000),
        jpeg(60_000, 60_000),
        b"\xff\xd8\xff" + b"\xff\xe0\x00\x00" * 1_000,
        png() + b"\0" * MOST_BYTES,
        b"",
    ],
)
def test_what_is_no_picture_or_too_large_is_not_shown(bytes_: bytes) -> None:
    assert type_of(bytes_) is None
    assert found(notebook(("![x](attachment:x)", {"x": bytes_}))) is None


@pytest.mark.parametrize(
    "attachments",
    [None, [], "x", {"x": None}, {"x": {"image/png": 3}}, {"x": {"image/png": "%%%"}}, {"y": {}}],
)
def test_attachments_of_any_shape_harm_nobody(attachments: object) -> None:
    document = json.loads(notebook(("![x](attachment:x)", {})))
    document["cells"][1]["attachments"] = attachments
    assert found(json.dumps(document).encode()) is None


def test_what_is_no_notebook_has_no_pictures() -> None:
    for data in (b"", b"explanation = 'x'", b"[1]", b'{"cells": 3}', b"\xff\xfe{"):
        assert found(data) is None
