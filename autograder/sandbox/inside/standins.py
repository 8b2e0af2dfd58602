"""Harmless stand-ins for what a notebook may talk to besides NumPy.

Notebooks carry the marks of where they were written: ``%matplotlib inline``, ``display(df)``,
``grader.check("q1")``, ``drive.mount(...)``, ``plt.show()``.  None of it matters for grading,
none of it may cost points, and all of it must be instant.
"""

from __future__ import annotations

import builtins
import re
import sys
import types
from collections.abc import Callable, Iterator, Mapping
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
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

    def __iter__(self) -> Iterator[object]:
        return iter(())

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


def _leave(code: object = None) -> None:
    raise SystemExit(code)


def _drop(*_: Any, **__: Any) -> None:
    return None


_OURS = frozenset({"IPython", "otter", "ipywidgets", "matplotlib_inline"})
"""Talk to a notebook's front end, which is not there, whether they are installed or not."""
_IF_MISSING = frozenset({"google", "tqdm"})


class _Finder(MetaPathFinder, Loader):
    """Imports a module in which every name is :class:`Anything`, for some packages."""

    def __init__(self, packages: frozenset[str], names: Mapping[str, Any]) -> None:
        self._packages, self._names = packages, names

    def find_spec(
        self, fullname: str, path: object = None, target: object = None
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] in self._packages:
            return ModuleSpec(fullname, self, is_package=True)
        return None

    def exec_module(self, module: types.ModuleType) -> None:
        module.__dict__.update(self._names)
        module.__dict__["__getattr__"] = _any_name


def _any_name(name: str) -> Anything:
    if name.startswith("__"):
        raise AttributeError(name)
    return Anything()


def install(run_code: RunCode) -> dict[str, Any]:
    """Put the stand-ins in place; returns the names that notebooks have without importing."""
    shell = Shell(run_code)

    def get_ipython() -> Shell:
        return shell

    # To look through all modules would copy the pages on which their names lie.
    if any(package in sys.modules for package in _OURS):
        for name in [name for name in sys.modules if name.partition(".")[0] in _OURS]:
            del sys.modules[name]
    sys.meta_path.insert(0, _Finder(_OURS, {"get_ipython": get_ipython}))
    progress = {"tqdm": _Passing, "trange": lambda *numbers, **_: range(*numbers)}
    sys.meta_path.append(_Finder(_IF_MISSING, progress))
    builtins.input = _no_input
    builtins.exit = builtins.quit = _leave  # type: ignore[assignment]
    builtins.help = _drop  # type: ignore[assignment]
    sys.breakpointhook = _drop
    quiet_matplotlib()
    return {"get_ipython": get_ipython, "display": Anything()}


def quiet_matplotlib() -> None:
    """``plt.show()`` draws nothing and no window is asked for: nobody looks."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None:
        return

    def show(*_: Any, **__: Any) -> None:
        pyplot.close("all")

    matplotlib, figure = sys.modules["matplotlib"], sys.modules["matplotlib.figure"]
    replaced = {
        matplotlib: {"use": _drop},
        pyplot: {"show": show, "pause": _drop, "switch_backend": _drop},
        figure.Figure: {"show": _drop},
    }
    for owner, names in replaced.items():
        for name, function in names.items():
            setattr(owner, name, function)
