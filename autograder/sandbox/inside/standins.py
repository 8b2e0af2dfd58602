"""Harmless stand-ins for what a notebook may talk to besides NumPy.

Notebooks carry the marks of where they were written: ``%matplotlib inline``, ``display(df)``,
``grader.check("q1")``, ``drive.mount(...)``, ``plt.show()``.  None of it matters for grading,
none of it may cost points, and all of it must be instant.

A stand-in replaces looks (plots, progress, widgets, styles) and speed (:mod:`.speed`) only.  It
passes on what it is given to wrap and computes nothing: no number comes out of it.  Any other
module that is missing is an error where it is imported, which costs what depends on it and no more.
"""

from __future__ import annotations

import builtins
import importlib
import importlib.util
import os
import re
import sys
import types
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec

from autograder.sandbox.inside import progress, speed
from autograder.sandbox.inside.pictures import Pictures
from autograder.sandbox.inside.progress import Passing

_TIMED = frozenset({"time", "timeit", "prun", "memit"})
_OPTIONS = re.compile(r"^(\s*-[a-zA-Z]\s*\d*(?=\s|$)|\s*-[a-zA-Z]\d+)+\s*")
_OPTION = re.compile(r"^(\s*-[a-zA-Z](?=\s))+")
_PYLAB = "from pylab import *\nimport numpy as np\nfrom matplotlib import pyplot as plt"

RunCode = Callable[[str], None]


class Anything:
    """A name of a module that is not there: every attribute and every call gives another.

    What it is called with to wrap it passes on: a function (``@interact(x=1)``) comes back, a
    sequence (``track(range(9))``) comes back to be gone through.
    """

    def __init__(self, name: object = "", *_: object, **__: object) -> None:
        self.__dict__["_name"] = name if isinstance(name, str) else ""

    def __call__(self, *things: object, **named: object) -> object:
        named_so = (named[name] for name in _ITERABLES if name in named)
        thing = things[0] if things else next(named_so, None)
        if isinstance(thing, (types.FunctionType, type)):
            return thing
        if isinstance(thing, Iterable) and not isinstance(thing, (str, bytes, Anything)):
            return Passing(thing)
        return Anything(self._name)

    def __getattr__(self, name: str) -> Anything:
        if name.startswith("__"):
            raise AttributeError(name)
        return Anything(f"{self._name}.{name}")

    def __enter__(self) -> Anything:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def __iter__(self) -> Iterator[object]:
        raise TypeError(f"nothing is in '{self._name}', which is only for looks and not here")

    def __add__(self, text: object) -> str:
        return text if isinstance(text, str) else NotImplemented  # Fore.RED + "text"

    __radd__ = __add__
    __array_ufunc__ = None  # np.exp(x) would ask for x.exp()

    def __repr__(self) -> str:
        return ""

    def __format__(self, form: str) -> str:
        return ""


_ITERABLES = ("iterable", "sequence", "gen", "it")
"""What the parameter for what is gone through is called."""


class Shell:
    """What ``get_ipython()`` returns: magics run their code once or do nothing."""

    def __init__(self, run_code: RunCode) -> None:
        self._run_code = run_code

    def run_line_magic(self, name: str, line: str = "", *_: object, **__: object) -> None:
        if name in _TIMED:
            self._run_code(_OPTIONS.sub("", line))
        elif name == "pylab":
            self._run_code(_PYLAB)
        elif name == "run":
            self._run_file(_OPTION.sub("", line).strip().strip("'\""))

    magic = run_line_magic

    def run_cell_magic(self, name: str, line: str = "", cell: str = "") -> None:
        if name in _TIMED or name == "capture":
            self._run_code(cell)
        elif name in ("writefile", "file"):
            _write_file(line.split(), cell)

    def system(self, *_: object, **__: object) -> None:
        return None

    def getoutput(self, *_: object, **__: object) -> list[str]:
        return []

    def _run_file(self, path: str) -> None:
        try:
            with open(path) as file:
                source = file.read()
        except OSError:  # it was not handed in
            return
        self._run_code(source)

    def __getattr__(self, name: str) -> Anything:
        if name.startswith("__"):
            raise AttributeError(name)
        return Anything(name)


def _write_file(words: list[str], text: str) -> None:
    """``%%writefile [-a] NAME``."""
    names = [word for word in words if not word.startswith("-")]
    if names:
        with open(names[-1].strip("'\""), "a" if len(words) > len(names) else "w") as file:
            file.write(text)
        importlib.invalidate_caches()  # what is imported next may be this


def _no_input(prompt: object = "") -> str:
    raise EOFError("input() has nobody to answer it while a notebook is graded")


def _leave(code: object = None) -> None:
    raise SystemExit(code)


def _drop(*_: object, **__: object) -> None:
    return None


def _same(*things: object) -> object:
    """``icecream.ic``: gives back what it shows."""
    return None if not things else things[0] if len(things) == 1 else things


OURS = frozenset({"autograder"})
"""What grades is not there for what is graded, however it was installed."""
_CHECKS = "notebook_checks"
"""What the first cell of a released notebook imports its ``grader`` from, where there is one: here,
so that the checks which it brings stay text, and its calls of them do nothing."""
_FRONT_END = frozenset(
    {"IPython", "google.colab", "ipympl", "ipywidgets", "matplotlib_inline", "otter", "tqdm"}
) | {_CHECKS}
"""Talk to a notebook's front end, which is not there, whether they are installed or not."""
_LOOKS_WORDS = """
    adjustText alive_progress altair asciichartpy atpbar bokeh brewer2mpl celluloid cmasher cmocean
    colorama colorcet colored cufflinks dash enlighten fastprogress folium ggplot graphviz halo
    holoviews hvplot icecream ipydatagrid ipyvolume itables jupyterthemes k3d kaleido lab_black
    line_profiler matplotlib memory_profiler mpl_interactions mpl_toolkits mplcursors mplcyberpunk
    mpld3 mplhep nb_black palettable panel plotext plotly plotnine prettytable progressbar proplot
    pydot pygal pylab pyprind pythreejs pyvista qbstyles rich scienceplots seaborn seaborn_image
    tabulate termcolor termplotlib texttable tqdm_joblib tueplots ultraplot vega watermark yaspin
    yellowbrick
"""
_OF_MATPLOTLIB = frozenset({"matplotlib", "mpl_toolkits", "pylab"})
_LOOKS = frozenset(_LOOKS_WORDS.split())
_SPARED = _LOOKS | speed.PACKAGES
"""Only looks or speed depend on them: a stand-in where they are not installed."""

_SHARED = "google"
"""A package whose name others' packages share: of it, only ``google.colab`` is meant."""

_DISPLAY = """
    display clear_output update_display HTML Markdown Math Latex Image Audio Video YouTubeVideo
    IFrame SVG JSON Javascript Code Pretty FileLink
"""
_WIDGETS = """
    interact interactive interact_manual interactive_output fixed widgets Widget Layout IntSlider
    FloatSlider FloatLogSlider IntRangeSlider FloatRangeSlider SelectionSlider IntProgress
    FloatProgress BoundedIntText BoundedFloatText IntText FloatText Text Textarea Dropdown
    RadioButtons Select SelectMultiple Checkbox ToggleButton ToggleButtons Button Label HTML
    HTMLMath Image Output Play Box HBox VBox GridBox Tab Accordion link jslink jsdlink Valid
    ColorPicker DatePicker
"""
_HELD: Mapping[str, Mapping[str, object]] = {
    "IPython.display": dict.fromkeys(_DISPLAY.split()),
    "ipywidgets": dict.fromkeys(_WIDGETS.split()),
    "icecream": {"ic": _same},
}
"""Names that must be in a module by themselves, as ``import *`` takes only those."""


def _held(module: str) -> dict[str, object]:
    """What a stand-in for a module holds; any other name is there when it is asked for."""
    if module.partition(".")[0] == "tqdm":
        return dict(progress.TQDM)
    held = _HELD.get(module, {})
    names = {name: Anything(name) if what is None else what for name, what in held.items()}
    if module.startswith("IPython"):
        names["ProgressBar"] = progress.counted
    return names


class _Finder(MetaPathFinder, Loader):
    """Imports a module in which every name is :class:`Anything`, for some packages."""

    def __init__(
        self, packages: frozenset[str], names: Mapping[str, object], refused: frozenset[str]
    ) -> None:
        self._packages, self._names, self._refused = packages, names, refused

    def find_spec(
        self, fullname: str, path: object = None, target: object = None
    ) -> ModuleSpec | None:
        package, _, rest = fullname.partition(".")
        if package in self._refused:
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)
        if package == _SHARED:
            package = f"google.{rest.partition('.')[0]}" if rest else package
        if package not in self._packages:
            return None
        if package in speed.PACKAGES and fullname not in speed.MODULES:
            return None
        return ModuleSpec(fullname, self, is_package=True)

    def exec_module(self, module: types.ModuleType) -> None:
        name = module.__name__
        if name in speed.MODULES:
            module.__dict__.update(speed.MODULES[name])
            module.__dict__["__getattr__"] = partial(_missing_from, name)
            return
        module.__dict__.update(_held(name))
        module.__dict__.update(self._names)
        if name != _SHARED:
            module.__dict__["__getattr__"] = partial(_anything_of, name)


def _anything_of(module: str, name: str) -> Anything:
    if name.startswith("__"):
        raise AttributeError(name)
    return Anything(f"{module}.{name}")


def _missing_from(module: str, name: str) -> object:
    """Of a package that is missing, a name that no stand-in can do the work of."""
    if name.startswith("__"):
        raise AttributeError(name)
    raise ModuleNotFoundError(f"No module named {module!r}", name=module)


def install(run_code: RunCode, modules: frozenset[str] | None = None) -> dict[str, object]:
    """Put the stand-ins in place; returns the names that notebooks have without importing.

    ``modules``: packages that a notebook may import; None: all that are installed.
    """
    shell = Shell(run_code)

    def get_ipython() -> Shell:
        return shell

    replaced = _FRONT_END
    if modules is not None:
        modules |= _OF_MATPLOTLIB if "matplotlib" in modules else frozenset()
        replaced |= _SPARED - modules
        _allow_only(modules | replaced | {"numpy"})
    # To look through all modules would copy the pages on which their names lie.
    if any(package in sys.modules for package in replaced):
        for name in [name for name in sys.modules if name.partition(".")[0] in replaced]:
            del sys.modules[name]
    sys.meta_path.insert(0, _Finder(replaced, {"get_ipython": get_ipython}, OURS))
    sys.meta_path.append(_Finder(_SPARED | {_SHARED}, {}, frozenset()))
    builtins.input = _no_input
    builtins.exit = builtins.quit = _leave  # type: ignore[assignment]
    builtins.help = _drop  # type: ignore[assignment]
    sys.breakpointhook = _drop
    return {"get_ipython": get_ipython, "display": Anything("display")}


def _allow_only(packages: frozenset[str]) -> None:
    """Of what is installed, a notebook finds these; packages find one another as ever."""
    real = builtins.__import__
    installed = tuple(path for path in sys.path if path != os.getcwd())

    def import_chosen(
        name: str,
        globals: Mapping[str, object] | None = None,
        locals: Mapping[str, object] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> types.ModuleType:
        package = name.partition(".")[0]
        if (globals or {}).get("__name__") == "__main__" and package not in packages:
            spec = None if package in sys.stdlib_module_names else importlib.util.find_spec(package)
            if spec is not None and str(spec.origin).startswith(installed):
                raise ModuleNotFoundError(f"No module named {package!r}", name=package)
        return real(name, globals, locals, fromlist, level)

    builtins.__import__ = import_chosen


def quiet_matplotlib() -> None:
    """``plt.show()`` draws nothing and no window is asked for: nobody looks."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None:
        return

    close = pyplot.close
    pictures = Pictures(pyplot)

    def show(*_: object, **__: object) -> None:
        pictures.forget()
        close("all")

    matplotlib, figure = sys.modules["matplotlib"], sys.modules["matplotlib.figure"]
    style = sys.modules["matplotlib.style"]
    replaced: dict[object, dict[str, Callable[..., None]]] = {
        matplotlib: {"use": _drop},
        pyplot: {"show": show, "pause": _drop, "switch_backend": _drop},
        figure.Figure: {"show": _drop},
        style: {"use": _if_it_is_there(style.use)},
    }
    for owner, names in replaced.items():
        for name, function in names.items():
            setattr(owner, name, function)


def _if_it_is_there(use: Callable[..., None]) -> Callable[..., None]:
    """Styles come and go with versions of matplotlib and are looks only."""

    def use_style(*args: object, **keywords: object) -> None:
        try:
            use(*args, **keywords)
        except OSError:
            return

    return use_style
