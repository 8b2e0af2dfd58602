"""A notebook's bytes -> its cells, for every format there has been (nbformat 1 to 4).

Only three things of a notebook matter for grading: of each cell its kind, its text, and whether
it is marked as the place for an answer.  They are read straight from the JSON, so that a notebook
without metadata, outputs, counts or cell ids is a notebook.  (``nbformat``, with which we
write notebooks, refuses those, and checks versions 1 to 3 against their schema, twice; it takes
0.9 ms where this takes 0.2.)

The formats differ in where the text is: ``code`` and ``text`` (1), ``input`` in ``worksheets``
(2, 3), ``source`` (4); and in whether lines bring their own ends: in 2 and 3 they need not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from autograder.submission.opening import Unreadable
from autograder.submission.slimming import MOST_CELLS
from autograder.submission.sniffing import conflict_line, disguise, require_content

ANSWER_TAG = "otter_answer_cell"
"""What ``otter assign`` tags the cell with that a student writes an answer into."""

_TEXT_KEYS = ("source", "input", "code", "text")
_DECISIVE_KEYS = ("nbformat", "cells", "worksheets", "cell_type", *_TEXT_KEYS)
_KINDS = {"code": "code", "raw": "raw"}  # everything else is text: markdown, heading, html, text
_MOST_PARTS = 3_000_000
"""Of a notebook of megabytes, to keep what it unpacks to in memory in proportion."""


@dataclass(frozen=True)
class NotebookCell:
    """What matters of one cell, of whatever format."""

    number: int
    """Position among all cells, counted from 1."""
    kind: str
    """``"code"``, ``"raw"`` or ``"markdown"``."""
    source: str
    tags: frozenset[str] = frozenset()
    """What the template tagged it with, such as :data:`ANSWER_TAG`."""
    is_locked: bool = False
    """Marked as not to be edited: part of the question."""


def parse_notebook(data: bytes) -> tuple[NotebookCell, ...]:
    """The cells of a notebook; raises :class:`Unreadable` where it is none."""
    require_content(data)
    text = _decode(data)
    document = _parse_json(data, text)
    if not isinstance(document, dict):
        raise Unreadable(
            "is not a notebook: it is JSON, but a bare "
            f"{_json_word(document)} instead of a notebook's object."
        )
    _require_version(document)
    cells = enumerate(_cells(document), 1)
    joint = "\n" if "worksheets" in document else ""
    return tuple(_cell(number, cell, joint) for number, cell in cells if cell is not None)


# ------------------------------------------------------------------ JSON


def _decode(data: bytes) -> str:
    # One bad byte in some output must not cost the whole notebook: it becomes U+FFFD.
    return data.decode(json.detect_encoding(data), "replace").removeprefix("\ufeff")


def _parse_json(data: bytes, text: str) -> Any:
    if len(data) > 1_000_000 and _parts_of(text) > _MOST_PARTS:
        raise Unreadable(
            "holds far too many values for a notebook: clear the outputs of all cells and save."
        )
    try:
        return json.loads(text, object_pairs_hook=_object, parse_int=_number)
    except RecursionError:
        raise Unreadable(
            "is not a notebook: its JSON is nested too deeply; save it from Jupyter again."
        ) from None
    except json.JSONDecodeError as error:
        raise Unreadable(_not_json(data, text, error)) from None


def _parts_of(text: str) -> int:
    """A bound for the objects that it unpacks to; a dictionary takes the memory of several."""
    return text.count(",") + text.count("[") + 4 * text.count("{")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        _require_unambiguous(pairs)
    return found


def _require_unambiguous(pairs: list[tuple[str, Any]]) -> None:
    for key in _DECISIVE_KEYS:
        values = [value for name, value in pairs if name == key]
        if any(value != values[0] for value in values):
            raise Unreadable(
                f'says "{key}" twice in one place, and not the same: open it in Jupyter, '
                "look whether everything is there, and save it again."
            )


def _number(digits: str) -> int | float:
    return int(digits) if len(digits) < 19 else float(digits)  # int() of 5000 digits would raise


def _not_json(data: bytes, text: str, error: json.JSONDecodeError) -> str:
    if (what := disguise(data)) is not None:
        return f"is not a notebook but {what}: hand in the .ipynb file itself."
    if (line := conflict_line(text)) is not None:
        return (
            f"has the markers of an unfinished git merge in it (line {line}): "
            "finish the merge, open it in Jupyter and save it again."
        )
    if not text.lstrip().startswith(("{", "[")):
        return "is not a notebook: it is not JSON; a Python file must be named .py."
    if error.msg.startswith("Unterminated") or error.pos >= len(text.rstrip()):
        return (
            f"is cut off: the notebook stops in the middle of line {error.lineno}; "
            "save or download it again."
        )
    return (
        f"is not a notebook: its JSON is broken in line {error.lineno}, column {error.colno} "
        f"({error.msg}); save it from Jupyter again."
    )


def _json_word(value: Any) -> str:
    words = {list: "list", str: "text", bool: "true or false", type(None): "null"}
    return words.get(type(value), "number")


# ------------------------------------------------------------------ what is in it


def _require_version(document: dict[str, Any]) -> None:
    has_cells = "cells" in document or "worksheets" in document
    if "nbformat" not in document:
        if has_cells:
            return  # lost with the other metadata, or format 1, which did not say
        raise Unreadable(
            'is not a notebook: it is JSON, but has neither "cells" nor "nbformat" in it.'
        )
    version = document["nbformat"]
    if isinstance(version, bool) or version not in (1, 2, 3, 4):
        shown = json.dumps(version)[:20] if isinstance(version, str | int | float) else "unknown"
        raise Unreadable(
            f"has notebook format {shown}, which there is not (known are 1 to 4): "
            "save it from Jupyter again."
        )


def _cells(document: dict[str, Any]) -> list[dict[str, Any] | None]:
    """All cells in order; None where an entry is no cell, so that the others keep their number."""
    found = document.get("cells")
    if not isinstance(found, list):
        sheets = document.get("worksheets")
        found = list(_cells_of_sheets(sheets if isinstance(sheets, list) else []))
    if not any(isinstance(cell, dict) for cell in found):
        raise Unreadable("has no cells in it: hand in the notebook that holds your work.")
    if len(found) > MOST_CELLS:
        raise Unreadable(
            f"has more than the {MOST_CELLS} cells that are read: "
            "hand in the notebook that holds your work."
        )
    return [cell if isinstance(cell, dict) else None for cell in found]


def _cells_of_sheets(sheets: list[Any]) -> Iterator[Any]:
    for sheet in sheets:
        cells = sheet.get("cells") if isinstance(sheet, dict) else None
        yield from cells if isinstance(cells, list) else []


def _cell(number: int, cell: dict[str, Any], joint: str) -> NotebookCell:
    kind = cell.get("cell_type", "code")  # text run as code fails harmlessly; not the reverse
    metadata = cell.get("metadata")
    if not isinstance(metadata, dict):
        metadata = {}
    tags = metadata.get("tags")
    return NotebookCell(
        number,
        _KINDS.get(kind, "markdown") if isinstance(kind, str) else "markdown",
        _text(cell, joint),
        frozenset(filter(_is_text, tags)) if isinstance(tags, list) else frozenset(),
        is_locked=metadata.get("editable") is False,
    )


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _text(cell: dict[str, Any], joint: str) -> str:
    """``joint``: what stands between lines that do not bring their own ends."""
    for key in _TEXT_KEYS:
        value = cell.get(key)
        if isinstance(value, list):
            lines = [part for part in value if isinstance(part, str)]
            value = ("" if lines and lines[0].endswith(("\n", "\r")) else joint).join(lines)
        if isinstance(value, str):
            return tidy(value)
    return ""


_SURROGATE = re.compile("[\ud800-\udfff]")


def tidy(text: str) -> str:
    """With ``\\n`` for every end of line, and without halves of characters, which are no text."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)
