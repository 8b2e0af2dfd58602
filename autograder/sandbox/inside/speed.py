"""Stand-ins for what only makes Python faster, numba and its like, and for ``nest_asyncio``, whose
work is done (:mod:`.awaiting`).

Where such a package is missing, its decorators pass on the function as it is, its parallel loops
are plain ones, and the types of a signature are NumPy's.  All else of it computes in a way of its
own (kernels, stencils), so that it stays missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np


class Kind:
    """A type as signatures name it (``float64(float64[:])``), which also converts numbers."""

    def __init__(self, name: str) -> None:
        self.dtype = np.dtype(name)

    def __call__(self, *things: Any) -> Any:
        if len(things) == 1 and isinstance(things[0], (int, float, np.generic, np.ndarray)):
            return np.asarray(things[0]).astype(self.dtype)[()]
        return self

    def __getitem__(self, _: object) -> Kind:
        return self


def as_it_is(*things: Any, **_: object) -> Any:
    """A decorator, with arguments (``@njit(fastmath=True)``) or without (``@njit``)."""
    function = _function_in(things)
    return as_it_is if function is None else function


def _elementwise(*things: Any, **_: object) -> Any:
    """``numba.vectorize``: makes a function of numbers one of arrays."""
    function = _function_in(things)
    return _elementwise if function is None else np.vectorize(function, otypes=[float])


def _function_in(things: tuple[Any, ...]) -> Callable[..., object] | None:
    function = things[0] if things else None
    return function if callable(function) and not isinstance(function, Kind) else None


def _nothing(*_: object, **__: object) -> None:
    return None


class _Memory:
    """``joblib.Memory``: keeps results on a disk."""

    def __init__(self, *_: object, **__: object) -> None:
        self.cache = as_it_is


class _Parallel:
    """``joblib.Parallel``: makes calls at once."""

    def __init__(self, *_: object, **__: object) -> None:
        pass

    def __call__(self, calls: Iterable[Callable[[], object]]) -> list[object]:
        return [call() for call in calls]


def _delayed(function: Callable[..., object]) -> Callable[..., Callable[[], object]]:
    return lambda *args, **named: lambda: function(*args, **named)


_TYPES: Mapping[str, object] = {
    **{name: Kind("f8") for name in ("float64", "float_", "double", "f8")},
    **{name: Kind("f4") for name in ("float32", "f4")},
    **{name: Kind("i8") for name in ("int64", "int_", "intp", "i8", "long_")},
    **{name: Kind("i4") for name in ("int32", "i4", "intc")},
    **{name: Kind("?") for name in ("boolean", "bool_", "b1")},
    "void": Kind("V"),
}
_TYPED: Mapping[str, object] = {"List": list, "Dict": dict}
_NUMBA: Mapping[str, object] = {
    **dict.fromkeys(("jit", "njit", "generated_jit"), as_it_is),
    "vectorize": _elementwise,
    "prange": range,
    "set_num_threads": _nothing,
    "types": SimpleNamespace(**_TYPES),
    "typed": SimpleNamespace(**_TYPED),
    "experimental": SimpleNamespace(jitclass=as_it_is),
    **_TYPES,
}
_CYTHON = """
    cfunc ccall inline locals returns compile boundscheck wraparound cdivision nonecheck infer_types
    initializedcheck
"""
MODULES: Mapping[str, Mapping[str, object]] = {
    "numba": _NUMBA,
    "numba.types": _TYPES,
    "numba.core": {},
    "numba.core.types": _TYPES,
    "numba.core.errors": dict.fromkeys(
        ("NumbaWarning", "NumbaPerformanceWarning", "NumbaDeprecationWarning"), Warning
    ),
    "numba.experimental": {"jitclass": as_it_is},
    "numba.typed": _TYPED,
    "codon": {"jit": as_it_is},
    "cython": {
        **dict.fromkeys(_CYTHON.split(), as_it_is),
        **{name: Kind("f8") for name in ("double", "float")},
        **{name: Kind("i8") for name in ("int", "long", "Py_ssize_t")},
        "compiled": False,
    },
    "nest_asyncio": {"apply": _nothing},
    "joblib": {"Memory": _Memory, "Parallel": _Parallel, "delayed": _delayed},
}
"""What each module holds."""
PACKAGES = frozenset(name.partition(".")[0] for name in MODULES)
