"""What student code may read: the interpreter, its packages and the system's libraries.

Worked out in the trusted process from how it was installed itself: a virtual environment,
Debian's ``dist-packages``, ``pip install --user``, conda, pyenv.  Folders that are on the import
path for another reason (the course folder of an editable install, the working directory) are
left out: a package folder is one that is named so or that holds NumPy.  Where the engine itself is
among the packages, installed as a wheel, its folder is covered.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import SandboxError

_PACKAGE_FOLDERS = frozenset({"site-packages", "dist-packages"})
_OWN = __name__.partition(".")[0]
"""The engine's package."""
_NEEDED = ("numpy", "matplotlib", "pandas", "IPython")
_SYSTEM = (
    "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/local/lib", "/lib", "/lib64",
    "/usr/share/fonts", "/usr/share/zoneinfo", "/etc/ld.so.cache", "/etc/localtime",
)  # fmt: skip


@dataclass(frozen=True)
class Layout:
    """Where things are on this machine."""

    interpreter: str
    """The real file of the Python that runs this program."""
    import_path: tuple[str, ...]
    """Folders to import from, in order."""
    readable: tuple[str, ...]
    """Folders and files that may be read; none lies within another."""
    covered: tuple[str, ...] = ()
    """Folders within those that may not: the engine's own."""


def find_layout(hidden: Iterable[Path] = ()) -> Layout:
    """The layout of this installation; raises SandboxError where it would show ``hidden``."""
    standard = [sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")]
    standard += [path for path in sys.path if os.path.basename(path) == "lib-dynload"]
    packages = [path for path in sys.path if _is_package_folder(path)]
    import_path = _distinct(os.path.realpath(path) for path in (*standard, *packages))
    libraries = [os.path.join(sys.base_prefix, "lib")] if sys.base_prefix != "/usr" else []
    wanted = (*import_path, *(os.path.realpath(path) for path in (*libraries, *_SYSTEM)))
    readable = _outermost(path for path in _distinct(wanted) if os.path.exists(path))
    for secret in hidden:
        _refuse_overlap(os.path.realpath(secret), readable)
    own = [os.path.join(folder, _OWN) for folder in import_path]
    covered = [path for path in own if os.path.isdir(path)]
    interpreter = os.path.realpath(sys.executable)
    return Layout(interpreter, tuple(import_path), tuple(readable), tuple(covered))


def _is_package_folder(path: str) -> bool:
    if not path or not os.path.isdir(path):
        return False
    if os.path.basename(os.path.normpath(path)) in _PACKAGE_FOLDERS:
        return True
    return any(os.path.isfile(os.path.join(path, name, "__init__.py")) for name in _NEEDED)


def _refuse_overlap(secret: str, readable: Sequence[str]) -> None:
    """A hidden folder may hold a virtual environment, but may not lie in a readable folder."""
    for path in readable:
        if secret == path or secret.startswith(path.rstrip("/") + "/"):
            raise SandboxError(
                f"{secret} must be hidden from student code, but lies in {path}, which Python "
                "needs to read; move it elsewhere"
            )


def _distinct(paths: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(path for path in paths if path))


def _outermost(paths: Iterable[str]) -> list[str]:
    """Without those that lie within another."""
    kept: list[str] = []
    for path in sorted(paths):
        if not any(path == outer or path.startswith(outer + "/") for outer in kept):
            kept.append(path)
    return kept


def readable_by_everyone(layout: Layout, through_parents: bool) -> bool:
    """Whether a user that owns nothing can read the interpreter's library and packages.

    ``through_parents``: also the folders on the way count (not in a jail, which makes them anew;
    an interpreter in a closed home is common).  Two files are tried for all the others, because
    an installation under a strict umask closes every file.
    """
    samples = [os.__file__]
    for folder in layout.import_path:
        samples += [os.path.join(folder, name, "__init__.py") for name in _NEEDED]
    files = [os.path.realpath(path) for path in samples if os.path.isfile(path)]
    folders = [path for path in layout.readable if os.path.isdir(path)]
    try:
        if not all(os.stat(path).st_mode & 0o004 for path in files):
            return False
        if not all(os.stat(path).st_mode & 0o005 == 0o005 for path in folders):
            return False
        parents = {str(parent) for path in (*files, *folders) for parent in Path(path).parents}
        return not through_parents or all(os.stat(path).st_mode & 0o001 for path in parents)
    except OSError:
        return False
