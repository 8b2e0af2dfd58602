"""What a new interpreter is given to load: the engine's modules, as code.

They are sent through standard input, marshalled, because the folder they lie in may be the course
folder, which student code, and the jail it runs in, must not read.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from functools import cache
from importlib.abc import InspectLoader
from types import CodeType

from autograder.errors import SandboxError

PACKAGES = ("autograder", "autograder.sandbox", "autograder.sandbox.inside")
"""Empty packages, so that the modules find each other by their usual names."""

BOOT = """
import gc, marshal, os, sys, types
def load(modules):
    for name, code in modules:
        module = types.ModuleType(name)
        sys.modules[name] = module
        parent, _, child = name.rpartition(".")
        if parent:
            setattr(sys.modules[parent], child, module)
        if code is None:
            module.__path__ = []
        else:
            exec(code, module.__dict__)
"""
"""Start of what ``python -c`` is given."""

ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LC_ALL": "C.UTF-8",
    "HOME": "/",
    "MPLBACKEND": "Agg",
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    # With more, a child that may not start threads waits for them for ever.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_MAX_THREADS": "1",
}


def compiled(names: Sequence[str]) -> list[tuple[str, CodeType]]:
    """Name and code of modules of this package."""
    return [(f"{__package__}.{name}", _code(f"{__package__}.{name}")) for name in names]


@cache
def _code(name: str) -> CodeType:
    """As Python keeps it beside the module, or compiled now."""
    spec = importlib.util.find_spec(name)
    code = spec.loader.get_code(name) if spec and isinstance(spec.loader, InspectLoader) else None
    if code is None:
        raise SandboxError(f"the module {name} cannot be loaded; install autograder again")
    return _from_nowhere(code, f"<{name}>")


def _from_nowhere(code: CodeType, name: str) -> CodeType:
    """The same with no path in it."""
    inside = (_from_nowhere(c, name) if isinstance(c, CodeType) else c for c in code.co_consts)
    return code.replace(co_filename=name, co_consts=tuple(inside))
