"""Small notebooks for the tests, as plain dictionaries."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

Json = dict[str, Any]

PLACEHOLDER = "_Type your answer here, replacing this text._"


def code(source: str | list[str], **more: Any) -> Json:
    return {"cell_type": "code", "source": source, **more}


def text(source: str, *, tags: list[str] | None = None, locked: bool = False) -> Json:
    metadata: Json = {"deletable": False, "editable": False} if locked else {}
    if tags:
        metadata["tags"] = tags
    return {"cell_type": "markdown", "source": source, "metadata": metadata}


def notebook(*cells: Json, **top: Any) -> Json:
    return {"cells": list(cells), "nbformat": 4, "nbformat_minor": 5, "metadata": {}, **top}


SMALL = json.dumps(notebook(code("x = 1")))


def write(path: Path, contents: Json | str | bytes = SMALL) -> Path:
    """Writes a notebook or anything else, with the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(contents, dict):
        contents = json.dumps(contents)
    path.write_bytes(contents if isinstance(contents, bytes) else contents.encode())
    return path
