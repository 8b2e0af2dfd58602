"""The grader's own cache folder: where it is, and whether what lies there is our own."""

from __future__ import annotations

import contextlib
import logging
import os
import stat
from pathlib import Path

FOLDER_VARIABLE = "AUTOGRADER_CACHE"
"""Environment variable with the folder; empty: keep nothing."""
_OTHERS_MAY_WRITE = stat.S_IWGRP | stat.S_IWOTH


def cache_folder() -> Path | None:
    """Where it is, whether or not it exists; None: nothing is kept.

    No link leads to it that could be changed later: only its own name may be one.
    """
    if (named := os.environ.get(FOLDER_VARIABLE)) is not None:
        return _without_links(Path(named)) if named else None
    if base := os.environ.get("XDG_CACHE_HOME"):
        return _without_links(Path(base) / "autograder")
    with contextlib.suppress(RuntimeError):  # no home
        return _without_links(Path.home() / ".cache" / "autograder")
    return None


def _without_links(folder: Path) -> Path:
    folder = Path(os.path.abspath(folder))
    return folder.parent.resolve() / folder.name


def make_private(folder: Path) -> None:
    """Make a folder for this user alone, and those above it that are missing.

    Raises OSError where that is impossible; what is there already is left as it is.
    """
    for missing in reversed([one for one in (folder, *folder.parents) if not os.path.lexists(one)]):
        missing.mkdir(mode=0o700, exist_ok=True)


def not_ours(path: Path) -> str | None:
    """Why somebody else may have written what lies at ``path``, as the rest of a sentence.

    None: nobody but this user, and root, can have; or nothing is there.  The folder that it lies
    in has to be asked about, too.  Raises OSError where it cannot be looked at.
    """
    try:
        found = path.lstat()
    except FileNotFoundError:
        return None
    if stat.S_ISLNK(found.st_mode):
        return "is a symbolic link"
    if not hasattr(os, "geteuid"):
        return None  # Windows: a user's folder is that user's
    if found.st_uid != os.geteuid():
        return "belongs to another user"
    if found.st_mode & _OTHERS_MAY_WRITE:
        return "can be written by other users"
    return None


def exchangeable(folder: Path) -> str | None:
    """Why somebody else may put another folder in the place of this one, as the rest of a sentence.

    None: nobody but this user, and root, can.  Raises OSError where it cannot be looked at.
    """
    if not hasattr(os, "geteuid"):
        return None
    for above in folder.parents:
        found = above.stat()
        # In a sticky folder, such as /tmp, everybody may exchange only what is theirs.
        shared = found.st_mode & _OTHERS_MAY_WRITE and not found.st_mode & stat.S_ISVTX
        if shared or found.st_uid not in (0, os.geteuid()):
            return f"lies in {above}, where other users may exchange it"
    return None


def say(sentence: str) -> None:
    """Tell whoever runs the program: on standard error, unless logging is set up otherwise."""
    logging.getLogger(__name__).warning(sentence)
