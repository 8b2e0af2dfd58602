"""Cells as Python: what Jupyter accepts beyond the language is turned into it, or dropped.

A cell that is Python already is left alone, so only cells with magics cost anything.  For those
IPython's own transformer is used, because it alone knows all the forms (``x = !ls``, ``f??``,
a magic within an ``if``).  Importing it the usual way runs IPython's ``__init__``, which brings
the terminal, history and debugger with it: 100 ms and 30 MB for a function that needs
``tokenize``.  So its two modules are imported below an empty stand-in for the package that has
the real package's search path, and the stand-in is taken away again.
"""

from __future__ import annotations

import ast
import importlib
import re
import sys
import types
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.machinery import BuiltinImporter, FrozenImporter, PathFinder

RUN_ONCE = frozenset({"time", "timeit", "capture", "prun", "memit", "mprun", "lprun"})
"""Cell magics whose body is ordinary code; the bodies of others are another language."""

_CELL_MAGIC = re.compile(r"\s*%%(\w+)([^\n]*)")
_WRITES = frozenset({"writefile", "file"})
_WRITE = "get_ipython().run_cell_magic({!r}, {!r}, {!r})"

_INSTALL = re.compile(r"^([ \t]*)(pip3?|conda|mamba|uv)[ \t]+\w.*$", re.MULTILINE)
"""What Jupyter runs as ``%pip`` although the per cent sign is missing."""

_FINDERS = (BuiltinImporter, FrozenImporter, PathFinder)

Transform = Callable[[str], str]


@contextmanager
def _bare_ipython() -> Iterator[None]:
    """``IPython`` and its subpackages as empty modules with the real search paths."""
    spec = PathFinder.find_spec("IPython")
    if spec is None or not spec.submodule_search_locations:
        raise ImportError("IPython is not installed")
    root = list(spec.submodule_search_locations)
    kept = {name: module for name, module in sys.modules.items() if _is_ipython(name)}
    for name in kept:
        del sys.modules[name]
    finders = sys.meta_path[:]
    sys.meta_path[:] = _FINDERS  # none that has a stand-in for it
    for name, part in (("IPython", ""), ("IPython.core", "/core"), ("IPython.utils", "/utils")):
        module = types.ModuleType(name)
        module.__path__ = [folder + part for folder in root]
        sys.modules[name] = module
    try:
        yield
    finally:
        sys.meta_path[:] = finders
        for name in [name for name in sys.modules if _is_ipython(name)]:
            del sys.modules[name]
        sys.modules.update(kept)


def _is_ipython(name: str) -> bool:
    return name == "IPython" or name.startswith("IPython.")


def load_ipython_transform() -> Transform:
    """``TransformerManager().transform_cell``; raises ImportError where IPython is missing."""
    with _bare_ipython():
        # By name, so that nothing of the real package is looked at before the stand-in is there.
        module = importlib.import_module("IPython.core.inputtransformer2")
    transform: Transform = module.TransformerManager().transform_cell
    return transform


class CellReader:
    """Parses cells; loads IPython's transformer when the first cell needs it."""

    def __init__(self) -> None:
        self._transform: Transform | None = None

    def preload(self) -> None:
        """Load the transformer now (in the zygote, once for all children)."""
        if self._transform is None:
            self._transform = load_ipython_transform()

    def parse(self, source: str, filename: str) -> ast.Module:
        """The cell's syntax tree, line numbers as the student sees them.

        Raises what ``ast.parse`` raises (SyntaxError, ValueError, RecursionError, MemoryError).
        """
        source = _without_cell_magic(source)
        with warnings.catch_warnings():
            # "invalid escape sequence" and the like: they are said once, when the cell is run.
            warnings.simplefilter("ignore")
            try:
                return ast.parse(source, filename)
            except SyntaxError as original:
                try:
                    return ast.parse(self._as_python(source), filename)
                except SyntaxError:
                    raise original from None

    def _as_python(self, source: str) -> str:
        source = _INSTALL.sub(r"\1pass", source)
        try:
            self.preload()
        except ImportError:
            return source
        assert self._transform is not None
        # IPython drops empty lines at the top; put them back to keep line numbers.
        empty = len(source) - len(source.lstrip("\n"))
        return "\n" * empty + self._transform(source.lstrip("\n"))


def _without_cell_magic(source: str) -> str:
    """``%%time`` and its kind are replaced by empty lines; ``%%writefile`` by what writes the file;
    other languages' cells by nothing."""
    at = 0
    while match := _CELL_MAGIC.match(source, at):
        name, words = match.groups()
        if name in _WRITES:
            call = (name, words.strip(), source[match.end() + 1 :])
            return "\n" * source.count("\n", 0, match.start(1)) + _WRITE.format(*call)
        if name not in RUN_ONCE:
            return ""
        at = match.end()
    return "\n" * source.count("\n", 0, at) + source[at:] if at else source
