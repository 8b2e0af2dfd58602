"""The grader's own cache folder: what takes a while to compute and is the same the next time.

Nothing in it is ever needed.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

FOLDER_VARIABLE = "AUTOGRADER_CACHE"
"""Environment variable with the folder; empty: keep nothing."""


def cache_folder() -> Path | None:
    """Where it is, whether or not it exists; None: nothing is kept."""
    if (named := os.environ.get(FOLDER_VARIABLE)) is not None:
        return Path(named) if named else None
    if base := os.environ.get("XDG_CACHE_HOME"):
        return Path(base) / "autograder"
    with contextlib.suppress(RuntimeError):  # no home
        return Path.home() / ".cache" / "autograder"
    return None
