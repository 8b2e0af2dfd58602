"""Harmless stand-ins for what a notebook may talk to besides NumPy.

Notebooks carry the marks of where they were written: ``%matplotlib inline``, ``display(df)``,
``grader.check("q1")``, ``drive.mount(...)``, ``plt.show()``.  None of it matters for grading,
none of it may cost points, and all of it must be instant.
"""

from __future__ import annotations

import builtins
import importlib.util
import re
import sys
import types
from collections.abc import Callable
from typing import Any

_TIMED = frozenset({"time", "timeit", "prun", "memit"})
_OPTIONS = re.compile(r"^(\s*-[a-zA-Z]\s*\d*(?=\s|$)|\s*-[a-zA-Z]\d+)+\s*")

RunCode = Callable[[str], None]


class Anything:
    """Does nothing, whatever it is asked: every attribute and every call gives another."""

    def __init__(self, *_: Any, **__: Any) -> None:
        pass

    def __call__(self, *_: Any, **__: Any) -> Anything:
        return Anything()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Anything()

    def __enter__(self) -> Anything:
        return self

    def __exit__(self, *_: Any) -> None:
        return None

    def __repr__(self) -> str:
        return ""


class Shell:
    """What ``get_ipython()`` returns: magics run their code once or do nothing."""

    def __init__(self, run_code: RunCode) -> None:
        self._run_code = run_code

    def run_line_magic(self, name: str, line: str = "", *_: Any, **__: Any) -> None:
        if name in _TIMED:
            self._run_code(_OPTIONS.sub("", line))

    magic = run_line_magic

    def run_cell_magic(self, name: str, line: str = "", cell: str = "") -> None:
        if name in _TIMED or name == "capture":
            self._run_code(cell)

    def system(self, *_: Any, **__: Any) -> None:
        return None

    def getoutput(self, *_: Any, **__: Any) -> list[str]:
        return []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Anything()


class _Passing:
    """``tqdm(iterable)`` where tqdm is not installed: just the iterable."""

    def __init__(self, iterable: Any = (), *_: Any, **__: Any) -> None:
        self._iterable = iterable

    def __iter__(self) -> Any:
        return iter(self._iterable)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Anything()

    def __enter__(self) -> _Passing:
        return self

    def __exit__(self, *_: Any) -> None:
        return None


def _no_input(prompt: object = "") -> str:
    raise EOFError("input() has nobody to answer it while a notebook is graded")


def _drop(*_: Any, **__: Any) -> None:
    return None


def _module(name: str, **attributes: Any) -> types.ModuleType:
    module = types.ModuleType(name)
    module.__path__ = []
    for key, value in attributes.items():
        setattr(module, key, value)
    sys.modules[name] = module
    parent, _, child = name.rpartition(".")
    if parent:
        setattr(sys.modules[parent], child, module)
    return module


def install(run_code: RunCode) -> dict[str, Any]:
    """Put the stand-ins in place; returns the names that notebooks have without importing."""
    shell = Shell(run_code)

    def get_ipython() -> Shell:
        return shell

    kinds = "HTML Markdown Math Latex Image SVG Audio Video Code JSON IFrame Javascript Pretty"
    display_names = dict.fromkeys(kinds.split(), Anything)
    for name in ("display", "clear_output", "set_matplotlib_formats", "update_display"):
        display_names[name] = _drop  # type: ignore[assignment]
    _module("IPython", get_ipython=get_ipython, display=_drop, version_info=(9, 0, 0))
    shown = _module("IPython.display", **display_names)
    _module("IPython.core")
    _module("IPython.core.display", **display_names)
    _module("IPython.core.interactiveshell", InteractiveShell=Anything())
    _module("IPython.utils")
    sys.modules["IPython"].get_ipython = get_ipython  # type: ignore[attr-defined]
    sys.modules["IPython"].display = shown  # type: ignore[attr-defined]
    _module("otter", Notebook=Anything, Grader=Anything)
    _module("google", colab=None)
    _module("google.colab")
    for name in ("drive", "files", "userdata", "output", "patches", "auth"):
        _module(f"google.colab.{name}", __getattr__=lambda _name: _drop)
    for name in ("ipywidgets", "tqdm"):
        if importlib.util.find_spec(name) is None:
            _missing(name)
    builtins.input = _no_input
    return {"get_ipython": get_ipython, "display": _drop}


def _missing(name: str) -> None:
    if name == "tqdm":
        for part in ("tqdm", "tqdm.auto", "tqdm.notebook"):
            _module(part, tqdm=_Passing, trange=lambda *a, **_: range(*a))
    else:
        _module(name, __getattr__=lambda _name: Anything)


def quiet_matplotlib() -> None:
    """``plt.show()`` and ``savefig`` draw nothing: nobody looks, and a warning would puzzle."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None:
        return

    def show(*_: Any, **__: Any) -> None:
        pyplot.close("all")

    pyplot.show = show  # type: ignore[attr-defined]
    pyplot.pause = _drop  # type: ignore[attr-defined]
    figure = sys.modules["matplotlib.figure"]
    figure.Figure.show = _drop
