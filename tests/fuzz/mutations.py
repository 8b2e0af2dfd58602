"""Hand-ins made wrong at random: by bytes, by structure, by names.

Everything comes from one number, so that whatever fails can be made again.
"""

from __future__ import annotations

import copy
import io
import json
import random
import stat
import struct
import warnings
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ASSIGNMENTS = Path(__file__).resolve().parents[2] / "assignments"
LARGEST = 60_000
"""Bytes of an input, about, so that none takes long."""

TOKENS = [
    *(b"\0", b"\xff", b"\xef\xbb\xbf", b"\xff\xfe", b"\r", b"\r\n", b"\x0c", b"\x1a", b"\n" * 999),
    *(
        b" " * 999,
        b"{",
        b"}",
        b"[" * 500,
        b"]",
        b'"',
        b"\\",
        b"\\ud800",
        b"\\u0000",
        b"NaN",
        b"1e999",
    ),
    *(
        b"-",
        b"9" * 400,
        b"<!-- BEGIN QUESTION -->",
        b"<!-- END QUESTION -->",
        b"<!--" * 99,
        b"# " * 99,
    ),
    *(
        b"`explanation`",
        b"%%time\n",
        b"%matplotlib inline\n",
        b"!ls\n",
        b"?\n",
        b"# coding: punycode\n",
    ),
    *(
        b"# coding: utf-7\n",
        b"# -*- coding: undefined -*-\n",
        b"# coding: hex\n",
        b"<<<<<<< HEAD\n",
    ),
    *(
        b"'''",
        b'"""',
        b"(" * 300,
        b"class ",
        b"def f(",
        b"lambda " * 99,
        b"PK\x01\x02",
        b"PK\x03\x04",
    ),
    *(
        b"PK\x05\x06",
        b"PK\x06\x06",
        b"PK\x06\x07",
        b"\x01\x00\x08\x00",
        b"Up\x09\x00",
        b"%PDF",
        b"<html>",
    ),
]

STRANGE: list[Any] = [
    *(None, True, -1, 10**30, 1e308, float("nan"), "", "\ud800", "x" * 3000, "\0", "\u202e", []),
    *({}, [[]], [None], {"cells": []}, ["a", 1, None, ["b"]], {"source": {"source": "x"}}, "code"),
    *([{"cell_type": "code", "source": "x = 1"}] * 3, {"tags": "otter_answer_cell"}, 4, 3, 2, 1),
]

NAMES = [
    *("hw.ipynb", "hw.py", "amy.ipynb", "amy/hw.ipynb", "amy.zip", "submitted/amy/x/hw.ipynb", ""),
    *(
        "/",
        "//",
        "../amy.ipynb",
        "..\\amy.py",
        "C:\\amy.py",
        "/etc/passwd.py",
        "hw.json",
        "notes.txt",
    ),
    *("amy_12_assignsubmission_file_hw.py", "amy_12345_67890_hw.py", "x" * 300 + ".py", "a/" * 400),
    *("\0.py", "a\0b.ipynb", "é.py", "\u202e.ipynb", "‮", "hw", ".hidden.py", "__pycache__/hw.py"),
    *("grades.json", "grades.csv", "feedback/amy.html", "hw.ipynb/", "hw.ipynb/hw.ipynb", "con.py"),
    *("_1" * 2000 + ".py", ".py" * 80, "essay.pdf", "a.ipynb.txt.json", "deep/" * 20 + "hw.py"),
]

Mutation = Callable[[random.Random, bytes], bytes]


def seeds() -> dict[str, list[bytes]]:
    """Real hand-ins by their ending."""
    notebooks, sources = [], []
    for path in sorted(ASSIGNMENTS.glob("*/sample_submissions/*")):
        if path.suffix == ".ipynb" and path.stat().st_size < LARGEST:
            notebooks.append(path.read_bytes())
        elif path.suffix == ".py":
            sources.append(path.read_bytes())
    chosen = random.Random(0)
    return {
        ".ipynb": chosen.sample(notebooks, min(8, len(notebooks))),
        ".py": chosen.sample(sources, min(8, len(sources))),
    }


def hand_in(number: int, known: dict[str, list[bytes]]) -> tuple[str, bytes]:
    """The ending and the bytes of the input of this number."""
    rng = random.Random(number)
    ending = rng.choice([".ipynb", ".ipynb", ".py", ".zip", ".zip"])
    times, mutations = rng.choice([1, 2, 5]), BY_BYTES
    if ending == ".zip":
        data = _archive(rng, known)
        times, mutations = rng.choice([0, 1, 1, 3]), (_number, _number, _flipped, *BY_BYTES)
    else:
        data = rng.choice(known[ending])
    if ending == ".ipynb" and rng.random() < 0.7:
        data, times = _restructured(rng, data), rng.choice([0, 0, 1])
    for _ in range(times):
        data = rng.choice(mutations)(rng, data)
    if rng.random() < 0.05:
        ending = rng.choice([".ipynb", ".py", ".zip", ".ipynb.txt"])
    return ending, data[: 3 * LARGEST]


# ------------------------------------------------------------------ by bytes


def _place(rng: random.Random, data: bytes) -> tuple[int, int]:
    start = rng.randrange(len(data) + 1)
    return start, min(len(data), start + int(rng.expovariate(0.05)))


def _cut(rng: random.Random, data: bytes) -> bytes:
    start, end = _place(rng, data)
    return data[:start] + data[end:]


def _truncated(rng: random.Random, data: bytes) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def _token(rng: random.Random, data: bytes) -> bytes:
    start, _ = _place(rng, data)
    return data[:start] + rng.choice(TOKENS) + data[start:]


def _repeated(rng: random.Random, data: bytes) -> bytes:
    start, end = _place(rng, data)
    piece = data[start:end] or b"\n"
    return data[:start] + piece * min(rng.choice([2, 50, 2000]), LARGEST // len(piece)) + data[end:]


def _flipped(rng: random.Random, data: bytes) -> bytes:
    out = bytearray(data)
    for _ in range(rng.choice([1, 4, 30])):
        if out:
            out[rng.randrange(len(out))] = rng.randrange(256)
    return bytes(out)


def _number(rng: random.Random, data: bytes) -> bytes:
    """One of an archive's numbers: near one of its marks, or near its end."""
    out = bytearray(data)
    marks = [i for i in range(len(data) - 4) if data[i : i + 2] == b"PK"] or [0]
    at = rng.choice(marks) + rng.randrange(4, 46)
    value = rng.choice([0, 1, 0xFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, len(data), rng.getrandbits(32)])
    packed = struct.pack("<L", value)[: rng.choice([1, 2, 4])]
    out[at : at + len(packed)] = packed
    return bytes(out)


BY_BYTES: Sequence[Mutation] = (_cut, _truncated, _token, _token, _repeated, _flipped, _number)


# ------------------------------------------------------------------ by structure


def _restructured(rng: random.Random, data: bytes) -> bytes:
    document = json.loads(data)
    for _ in range(rng.choice([1, 2, 6])):
        _change(rng, document)
    return json.dumps(document, ensure_ascii=rng.random() < 0.9).encode("utf-8", "surrogatepass")


def _change(rng: random.Random, node: Any) -> None:
    """One place of the tree, at any depth, gets something strange, or is gone, or there twice."""
    while isinstance(node, dict | list) and node:
        key: Any = rng.choice(list(node)) if isinstance(node, dict) else rng.randrange(len(node))
        if isinstance(node[key], dict | list) and node[key] and rng.random() < 0.8:
            node = node[key]
            continue
        how = rng.random()
        if how < 0.6:
            node[key] = copy.deepcopy(rng.choice(STRANGE))
        elif how < 0.8:
            del node[key]
        elif isinstance(node, list):
            node.extend(copy.deepcopy([node[key]] * rng.choice([1, 20])))
        return


# ------------------------------------------------------------------ archives


def _archive(rng: random.Random, known: dict[str, list[bytes]], depth: int = 0) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for _ in range(rng.choice([0, 1, 2, 3, 12])):
            name = rng.choice(NAMES)
            member = zipfile.ZipInfo("x", (1980 + rng.randrange(127), 1, 1, 0, 0, 0))
            member.filename = name
            member.compress_type = rng.choice([zipfile.ZIP_STORED] + [zipfile.ZIP_DEFLATED] * 4)
            if rng.random() < 0.1:
                member.external_attr = rng.choice([stat.S_IFLNK, stat.S_IFIFO, 0xFFFF]) << 16
            if name.endswith(".zip") and depth < 2:
                data = _archive(rng, known, depth + 1)
            elif rng.random() < 0.1:
                data = b"\0" * 200_000
            else:
                data = rng.choice(known[rng.choice([".ipynb", ".py"])])
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # two members of one name are meant
                archive.writestr(member, data)
    return buffer.getvalue()
