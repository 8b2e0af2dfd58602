"""What a new interpreter is given to load: the engine's modules, as text.

They are sent through standard input, because the folder they lie in may be the course folder,
which student code, and the jail it runs in, must not read.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

_HERE = Path(__file__).parent

PACKAGES = ("autograder", "autograder.sandbox", "autograder.sandbox.inside")
"""Empty packages, so that the modules find each other by their usual names."""

BOOT = """
import gc, json, os, sys, types
def load(modules):
    for name, source in modules:
        module = types.ModuleType(name)
        sys.modules[name] = module
        parent, _, child = name.rpartition(".")
        if parent:
            setattr(sys.modules[parent], child, module)
        if source is None:
            module.__path__ = []
        else:
            exec(compile(source, "<" + name + ">", "exec"), module.__dict__)
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


def sources(names: Sequence[str]) -> list[tuple[str, str]]:
    """Name and text of modules of this package."""
    return [
        (f"autograder.sandbox.{name}", (_HERE / f"{name.replace('.', '/')}.py").read_text("utf-8"))
        for name in names
    ]
