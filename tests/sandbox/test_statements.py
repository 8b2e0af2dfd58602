"""Where a cell is cut: lines must say the same as the syntax tree, or leave it to the tree."""

from __future__ import annotations

import ast
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.sandbox.inside import statements
from autograder.sandbox.inside.statements import Piece, pieces
from autograder.sandbox.inside.transform import CellReader

READER = CellReader()
ORDINARY = (
    "a = 1",
    "a = [1,\n     2]",
    "c = {\n  5\n}",
    "e = 'one' \\\n  'two'",
    "import math, string",
    "import re  # not two",
    "from math import (\n    pi,\n    e as euler,\n)",
    "def f(x):\n    return x\n\n    # no more",
    "def g(x): return x",
    "@staticmethod\ndef h(): pass",
    "class C:\n    x = 1\n\n    def m(self): pass",
    "if a:\n    i = 1\nelse:\n    i = 2",
    "try:\n    a.b\nexcept AttributeError:\n    j = 3\nfinally:\n    k = 4",
    "for n in range(3):\n    pass\n# a comment\nelse:\n    n = 9",
    "elsewhere = 5",
    "definite = 6",
    "fromage = importance = 7",
    "# only a comment",
    "",
    "(a)",
)
LEFT_TO_THE_TREE = (
    "f = 1; g = 2",
    "from math import (pi,\n    e); a = 3",
    "import math, \\\n  re; a = 4",
    "\f",
    "\fa = 5",
    " \fa = 6",
    "def h(): pass\n\fa = 7",
)
AT_THE_MARGIN = (
    "b = [\n3,\n4,\n]",
    "d = '''\nfrom here\nimport nothing\ndef f(:\n'''",
    "e = 'one' \\\n'two'",
    "from math import (\npi)",
    "@staticmethod\n@staticmethod\ndef h():\n    '''Text\nat the margin.'''",
    "lines = [m for m in\n'ab'\n]",
)


def by_tree(source: str) -> list[Piece]:
    return list(statements._compiled(statements._by_tree(ast.parse(source)), "<cell>", alone=True))


def left_by(cut: list[Piece]) -> dict[str, str]:
    namespace: dict[str, Any] = {"a": 0}
    for piece in cut:
        exec(piece.code, namespace)
    namespace.pop("__builtins__", None)
    return {name: repr(value).split(" at 0x")[0] for name, value in namespace.items()}


@given(st.lists(st.sampled_from(ORDINARY + AT_THE_MARGIN + LEFT_TO_THE_TREE), max_size=8))
def test_lines_cut_where_the_tree_does(parts: list[str]) -> None:
    source = "\n".join(parts)
    cut, right = list(pieces(READER, source, "<cell>")), by_tree(source)
    assert [piece.line for piece in cut if piece.line] == [p.line for p in right if p.line]
    assert left_by(cut) == left_by(right)


def test_ordinary_cells_need_no_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "_by_tree", lambda tree: pytest.fail("a tree was made"))
    assert len(pieces(READER, "\n".join(ORDINARY), "<cell>")) > 10


@pytest.mark.parametrize("part", ORDINARY + AT_THE_MARGIN + LEFT_TO_THE_TREE)
def test_a_function_after_anything_is_on_its_line(part: str) -> None:
    source = f"{part}\na = 1\ndef last():\n    return 1"
    namespace: dict[str, Any] = {"a": 0}
    for piece in pieces(READER, source, "<cell>"):
        exec(piece.code, namespace)
    first = namespace["last"].__code__.co_firstlineno
    assert source.split("\n")[first - 1] == "def last():"


def test_what_may_hang_begins_a_piece() -> None:
    source = "import math\nloop()\ndef f(): pass\nfrom a import (b,\n  c)\nx = 1\n\n@g\ndef h(): x"
    assert [piece.line for piece in pieces(READER, source, "<cell>")] == [0, 2, 6, 8]


@pytest.mark.parametrize("source", LEFT_TO_THE_TREE)
def test_statements_that_share_a_line_or_begin_oddly_are_pieces_of_their_own(source: str) -> None:
    cut = pieces(READER, source, "<cell>")
    assert [piece.line for piece in cut] == [piece.line for piece in by_tree(source)]
    assert all(piece.code.co_code for piece in cut)


def test_what_the_parser_warns_of_is_not_said(recwarn: pytest.WarningsRecorder) -> None:
    pieces(READER, "x = '\\d'\ny = 1 is 1", "<cell>")
    assert [str(one.message)[:4] for one in recwarn] == ['"is"']


def test_a_cell_of_very_many_statements_is_cut_as_well() -> None:
    cut = pieces(READER, "x = 1\n" * 3000, "<cell>")
    assert [piece.line for piece in cut] == list(range(1, 3001))


@pytest.mark.parametrize("source", ["x = 1\rwhile False: pass\r", "x = 1\r\ny = 2\r\n"])
def test_whatever_ends_lines(source: str) -> None:
    assert [piece.line for piece in pieces(READER, source, "<cell>")] == [1, 2]


@pytest.mark.parametrize(
    "end", ["def f(:", "return x", "x = '\0'", "x = (", "'''", "x \\", "else:"]
)
def test_what_cannot_be_compiled_is_no_piece(end: str) -> None:
    with pytest.raises((SyntaxError, ValueError)):
        pieces(READER, f"print(1)\n{end}", "<cell>")
