"""Where nothing can be written, writing goes to memory instead of failing.

``plt.savefig("loss.png")`` or ``np.save`` in a notebook has nothing to do with its marks, but an
exception there would cost what comes after it.  In a jail there is a scratch folder and all of
it works; without one, ``open`` for writing gives a file in memory, which can be opened again and,
if it is a module, imported; ``mkdir`` does nothing.  This is a courtesy, not a wall: what may be
written is decided by the kernel.
"""

from __future__ import annotations

import builtins
import importlib.util
import io
import os
import sys
import types
from collections.abc import Callable
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from typing import Any

_WRITING = frozenset("wax")


class _Files:
    """What has been written, by absolute path."""

    def __init__(self, real: Callable[..., object]) -> None:
        self._real = real
        self._kept: dict[str, bytes] = {}

    def open(self, file: object, mode: str = "r", *args: object, **keywords: object) -> Any:
        """In place of :func:`open`."""
        try:
            return self._real(file, mode, *args, **keywords)
        except (PermissionError, FileNotFoundError):
            if not isinstance(mode, str) or not isinstance(file, (str, os.PathLike)):
                raise
            path = os.path.abspath(os.fspath(file))
            if not _WRITING & set(mode) and path not in self._kept:
                raise
            return self._in_memory(path, mode)

    def _in_memory(self, path: str, mode: str) -> _Bytes | _Text:
        kept = b"" if "w" in mode else self._kept.get(path, b"")
        stream = _Bytes(kept) if "b" in mode else _Text(kept.decode("utf-8", "replace"))
        if {*_WRITING, "+"} & set(mode):
            stream.keep = lambda content: self._kept.__setitem__(path, content)
        if "a" in mode:
            stream.seek(0, os.SEEK_END)
        return stream

    def source_of(self, module: str) -> tuple[str, bytes] | None:
        """Path and text of a module that has been written."""
        path = os.path.abspath(module.replace(".", "/") + ".py")
        return (path, self._kept[path]) if path in self._kept else None


class _Bytes(io.BytesIO):
    """A file in memory that is kept when it is closed."""

    keep: Callable[[bytes], None] | None = None

    def close(self) -> None:
        if self.keep is not None and not self.closed:
            self.keep(self.getvalue())
        super().close()


class _Text(io.StringIO):
    """The same for text."""

    keep: Callable[[bytes], None] | None = None

    def close(self) -> None:
        if self.keep is not None and not self.closed:
            self.keep(self.getvalue().encode("utf-8", "replace"))
        super().close()


class _Written(MetaPathFinder, Loader):
    """Imports modules that are files in memory."""

    def __init__(self, files: _Files) -> None:
        self._files = files

    def find_spec(
        self, fullname: str, path: object = None, target: object = None
    ) -> ModuleSpec | None:
        found = self._files.source_of(fullname)
        return None if found is None else ModuleSpec(fullname, self, origin=found[0])

    def exec_module(self, module: types.ModuleType) -> None:
        found = self._files.source_of(module.__name__)
        assert found is not None
        exec(compile(importlib.util.decode_source(found[1]), found[0], "exec"), module.__dict__)


def _passing_over(real: Callable[..., object]) -> Callable[..., None]:
    def make(*args: object, **kwargs: object) -> None:
        try:
            real(*args, **kwargs)
        except PermissionError:
            return

    return make


def install() -> None:
    """Let writing succeed wherever the kernel refuses it."""
    files = _Files(builtins.open)
    builtins.open = io.open = files.open
    sys.meta_path.append(_Written(files))
    os.mkdir = _passing_over(os.mkdir)
    os.makedirs = _passing_over(os.makedirs)
