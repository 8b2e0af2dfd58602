"""A notebook of many megabytes -> the same without its outputs.

Figures make notebooks large, and nothing that is graded is in them.  One pass over the bytes finds
the cells and skips over everything else in them, without building it: 100 MB take half a second,
and no memory but for what is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from autograder.submission.opening import Unreadable
from autograder.submission.sniffing import disguise, require_content

_BOM = b"\xef\xbb\xbf"
_MOST_SHEETS = 20
MOST_CELLS = 10_000
"""Cells of a notebook that are read."""


class _Marks(Struct):
    """What matters of a cell's metadata."""

    tags: Raw | UnsetType = UNSET
    editable: Raw | UnsetType = UNSET


class _Cell(Struct):
    """What matters of a cell, of whatever format of notebooks."""

    cell_type: Raw | UnsetType = UNSET
    source: Raw | UnsetType = UNSET
    input: Raw | UnsetType = UNSET
    code: Raw | UnsetType = UNSET
    text: Raw | UnsetType = UNSET
    metadata: Raw | UnsetType = UNSET


_of_cell = msgspec.json.Decoder(_Cell)
_of_marks = msgspec.json.Decoder(_Marks)


def _first(most: int, kind: object, name: str) -> type[Struct]:
    """A list of which the first are built and the rest skipped: a file may hold 30 million cells.

    A struct that is written as an array ignores what comes after its own fields.
    """
    fields = [(f"item{number}", kind, UNSET) for number in range(most)]
    return msgspec.defstruct(name, fields, array_like=True)


def _items(found: Struct) -> Iterator[Any]:
    for field in found.__struct_fields__:
        item = getattr(found, field)
        if item is UNSET:
            return
        yield item


@cache
def _of_notebook() -> msgspec.json.Decoder[Any]:
    cells = _first(MOST_CELLS + 1, Raw | UnsetType, "Cells")
    sheet = msgspec.defstruct("Sheet", [("cells", cells | UnsetType, UNSET)])
    sheets = _first(_MOST_SHEETS, sheet | UnsetType, "Sheets")
    return msgspec.json.Decoder(
        msgspec.defstruct(
            "Notebook",
            [
                ("nbformat", Raw | UnsetType, UNSET),
                ("cells", cells | UnsetType, UNSET),
                ("worksheets", sheets | UnsetType, UNSET),
            ],
        )
    )


def without_outputs(data: bytes, most: int) -> bytes:
    """The notebook with its cells' kinds, texts and marks alone.

    Raises :class:`Unreadable` where it is no notebook, or is still more than ``most`` bytes.
    """
    require_content(data)
    try:
        notebook = _of_notebook().decode(data.removeprefix(_BOM))
        slim = msgspec.json.encode(_slimmed(notebook))
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        if (what := disguise(data)) is not None:
            raise Unreadable(
                f"is not a notebook but {what}: hand in the .ipynb file itself."
            ) from None
        raise Unreadable(
            f"is larger than {most / 1e6:.3g} MB, and no notebook that can be read without its "
            "outputs: clear the outputs of all cells, save and hand in again."
        ) from None
    if len(slim) > most:
        raise Unreadable(
            f"is larger than {most / 1e6:.3g} MB even without its outputs: hand in the notebook "
            "that holds your work."
        )
    return slim


def _slimmed(notebook: Any) -> dict[str, Any]:
    slim: dict[str, Any] = {}
    if notebook.nbformat is not UNSET:
        slim["nbformat"] = notebook.nbformat
    if notebook.cells is not UNSET:
        slim["cells"] = [_slim(cell) for cell in _items(notebook.cells)]
    if notebook.worksheets is not UNSET:
        slim["worksheets"] = [
            {"cells": [] if sheet.cells is UNSET else [_slim(cell) for cell in _items(sheet.cells)]}
            for sheet in _items(notebook.worksheets)
        ]
    return slim


def _slim(raw: Raw) -> Raw:
    """A cell without its outputs; what is no cell stays as it is, for whoever numbers them."""
    try:
        cell = _of_cell.decode(raw)
    except msgspec.ValidationError:
        return Raw(b"null")
    if not isinstance(cell.metadata, UnsetType):
        try:
            cell.metadata = Raw(msgspec.json.encode(_of_marks.decode(cell.metadata)))
        except msgspec.ValidationError:
            cell.metadata = UNSET
    return Raw(msgspec.json.encode(cell))
