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

    run_code: RunCode

    def run_line_magic(self, name: str, line: str = "", *_: Any, **__: Any) -> None:
        if name in _TIMED:
            self.run_code(_OPTIONS.sub("", line))

    magic = run_line_magic

    def run_cell_magic(self, name: str, line: str = "", cell: str = "") -> None:
        if name in _TIMED or name == "capture":
            self.run_code(cell)

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


class Standins:
    """The stand-in modules: made once in the zygote, put in place in each child."""

    def __init__(self) -> None:
        self._modules: dict[str, types.ModuleType] = {}
        self._shell = Shell()
        self._add_ipython()
        self._add("otter", Notebook=Anything, Grader=Anything)
        self._add("google")
        self._add("google.colab")
        for name in ("drive", "files", "userdata", "output", "patches", "auth"):
            self._add(f"google.colab.{name}", __getattr__=lambda _name: _drop)
        if importlib.util.find_spec("ipywidgets") is None:
            self._add("ipywidgets", __getattr__=lambda _name: Anything)
        if importlib.util.find_spec("tqdm") is None:
            for name in ("tqdm", "tqdm.auto", "tqdm.notebook"):
                self._add(name, tqdm=_Passing, trange=lambda *a, **_: range(*a))

    def _add(self, name: str, **attributes: Any) -> None:
        module = self._modules[name] = types.ModuleType(name)
        module.__path__ = []
        for key, value in attributes.items():
            setattr(module, key, value)
        parent, _, child = name.rpartition(".")
        if parent:
            setattr(self._modules[parent], child, module)

    def _add_ipython(self) -> None:
        kinds = "HTML Markdown Math Latex Image SVG Audio Video Code JSON IFrame Javascript Pretty"
        functions = ("display", "clear_output", "set_matplotlib_formats", "update_display")
        shown: dict[str, Any] = dict.fromkeys(kinds.split(), Anything)
        shown.update(dict.fromkeys(functions, _drop))
        self._add("IPython", get_ipython=self._get_ipython, version_info=(9, 0, 0))
        self._add("IPython.display", **shown)
        self._add("IPython.core")
        self._add("IPython.core.display", **shown)
        self._add("IPython.core.interactiveshell", InteractiveShell=Anything())
        self._add("IPython.utils")

    def _get_ipython(self) -> Shell:
        return self._shell

    def install(self, run_code: RunCode) -> dict[str, Any]:
        """Put them in place; returns the names that notebooks have without importing."""
        self._shell.run_code = run_code
        sys.modules.update(self._modules)
        builtins.input = _no_input
        return {"get_ipython": self._get_ipython, "display": _drop}


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
