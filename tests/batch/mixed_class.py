"""A class in which forty hand-ins were made to harm: each is somebody's whole submission."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from pathlib import Path

from tests.hostile.program import FOLDER

COURSE = Path(__file__).resolve().parents[2]
ASSIGNMENT = COURSE / "assignments" / "adaptive_learning_rates"
VARIANTS = sorted((ASSIGNMENT / "right_variants").glob("*.py"))
RIGHT = (ASSIGNMENT / "right_variants" / "lecture_loops.py").read_text(encoding="utf-8")

PROGRAMS = """
infinite_loop memory_at_once memory_bit_by_bit memory_in_cell os_exit os_exit_in_cell sys_exit
segmentation_fault thread_bomb print_without_end large_frame_header kill_itself read_files
statements_without_end poison_the_next write_without_end
"""
"""Of ``tests/hostile/programs``."""

ANSWERS = {
    "tuples of empty tuples": "[[[] for _ in range(99)] + ['x'] for _ in range(400)]",
    "many empty arrays": "[np.zeros(0) for _ in range(9_999)] + ['x']",
    "as much as a frame holds": "np.zeros(1_040_000)",
    "two such": "(np.zeros(500_000), np.zeros(500_000))",
    "empty but for its shape": "np.zeros((0, 4_000_000_000))",
    "a list in itself": "(lambda a: (a.append(a), a)[1])([])",
    "an iterator without end": "iter(int, 1)",
    "numbers beyond doubles": "[10**400, 10**5000]",
    "nothing but NaN": "(np.full(13, np.nan), np.full(13, np.nan))",
    "histories of other lengths": "(np.zeros((3, 2, 2, 2)), np.zeros(2))",
    "text": "'x' * 5_000_000",
}
"""What all functions return."""

FAULTY = {
    "f returns two numbers": "def f(w, b, x):\n    return np.zeros(2)\n",
    "f returns a matrix": "def f(w, b, x):\n    return np.zeros((3, 5))\n",
    "f returns what it is given": "def f(w, b, x):\n    return x, w, b\n",
}
"""One function of an otherwise right program."""


def write_class(folder: Path, *, honest: int, hostile: bool) -> list[str]:
    """Write the hand-ins; the names of the hostile students."""
    folder.mkdir()
    for number in range(honest):
        shutil.copy(VARIANTS[number % len(VARIANTS)], folder / f"honest_{number:03}.py")
    if not hostile:
        return []
    made = {**_programs(), **_answers(), **_files()}
    for student, (ending, data) in made.items():
        (folder / f"{student}{ending}").write_bytes(data)
    return sorted(made)


def _student(words: str) -> str:
    return "hostile_" + words.replace(" ", "_")


def _programs() -> dict[str, tuple[str, bytes]]:
    """Programs that attack the sandbox, where the rules should be."""
    made = {}
    for name in PROGRAMS.split():
        source = (FOLDER / f"{name}.py").read_text("utf-8")
        facts = "PATHS, PIDS, HIDDEN, PORT = ['/etc'], [1], '/x', 1\n"
        functions = "".join(
            f"\ndef do_{rule}(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, **rest):\n"
            "    return go(*[X] * go.__code__.co_argcount)\n"
            for rule in ("adagrad", "rmsprop", "adam")
        )
        made[_student(name)] = (".py", (facts + source + functions).encode())
    return made


def _answers() -> dict[str, tuple[str, bytes]]:
    """Answers that are much to decode, or odd to judge."""
    made = {}
    for words, value in ANSWERS.items():
        functions = "".join(
            f"def {name}(*a, **k):\n    return {value}\n"
            for name in ("f", "grad_w", "grad_b", "do_adagrad", "do_rmsprop", "do_adam",
                         "correct_bias")
        )  # fmt: skip
        made[_student(words)] = (".py", f"import numpy as np\n{functions}".encode())
    for words, source in FAULTY.items():
        start, end = RIGHT.index("def f("), RIGHT.index("def grad_w(")
        made[_student(words)] = (".py", (RIGHT[:start] + source + "\n\n" + RIGHT[end:]).encode())
    return made


def _files() -> dict[str, tuple[str, bytes]]:
    """Files that are much to read, to unpack or to show."""

    def notebook(*cells: dict[str, object]) -> bytes:
        document = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        return json.dumps(document).encode()

    def code(source: str) -> dict[str, object]:
        return {"cell_type": "code", "source": source, "metadata": {}, "outputs": [],
                "execution_count": None}  # fmt: skip

    return {
        _student("blank lines"): (".py", b"\n" * 400_000 + RIGHT.encode()),
        _student("cells that fail"): (".ipynb", notebook(*[code(f"x = {'y' * 900}")] * 9_000)),
        _student("empty cells"): (".ipynb", notebook(*[code("")] * 90_000)),
        _student("deep JSON"): (".ipynb", b"[" * 2_000_000),
        _student("many small objects"): (".ipynb", b"[" + b"{}," * 15_000_000 + b"{}]"),
        _student("one long line"): (".py", b"x = " + b"-" * 20_000_000 + b"1"),
        _student("nested brackets"): (".py", b"x = " + b"(" * 500_000),
        _student("zeros in an archive"): (".zip", _zip({"hw.ipynb": bytes(900 << 20)})),
        _student("archives in archives"): (".zip", _nested(8)),
        _student("many members"): (".zip", _zip({f"{n}.py": b"x = 1" for n in range(30_000)})),
    }


def _zip(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def _nested(depth: int) -> bytes:
    inner = _zip({"hw.py": bytes(50 << 20)})
    for _ in range(depth):
        inner = _zip({f"{n}.zip": inner for n in range(4)})
    return inner
