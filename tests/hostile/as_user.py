"""Becomes an ordinary user and runs a command: ``python as_user.py UID command ...``.

Started by root.  The Python that runs these tests may lie in a folder that only root may enter
(pyenv in a closed home), so those folders are covered, in a mount namespace of our own, by ones
that anyone may enter and that show the interpreter only.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from autograder.sandbox import kernel
from autograder.sandbox.layout import find_layout


def _closed_parent(path: str) -> str | None:
    closed = [p for p in Path(path).parents if not p.stat().st_mode & 0o001]
    return str(closed[-1]) if closed else None


def open_the_way(paths: list[str]) -> None:
    """Make ``paths`` reachable for everyone."""
    kernel.unshare(kernel.CLONE_NEWNS)
    kernel.mount("none", "/", None, kernel.MS_REC | kernel.MS_PRIVATE)
    behind: dict[str, dict[str, int]] = {}
    for path in paths:
        closed = _closed_parent(path)
        if closed is not None:
            behind.setdefault(closed, {})[path] = os.open(path, os.O_PATH)
    for closed, inside in behind.items():
        kernel.mount("tmpfs", closed, "tmpfs", 0, "mode=755")
        for path, descriptor in inside.items():
            os.makedirs(path, exist_ok=True)
            kernel.mount(f"/proc/self/fd/{descriptor}", path, None, kernel.MS_BIND | kernel.MS_REC)
            os.close(descriptor)


def main() -> None:
    user = int(sys.argv[1])
    layout = find_layout()
    folders = [path for path in layout.readable if os.path.isdir(path)]
    open_the_way([*folders, str(Path(layout.interpreter).parents[0]), sys.prefix])
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    os.environ["HOME"] = "/nonexistent"
    os.execv(sys.argv[2], sys.argv[2:])


if __name__ == "__main__":
    main()
