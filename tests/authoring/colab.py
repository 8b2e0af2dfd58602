"""A kernel as Colab has one: its shell is ``google.colab._shell.Shell``, and of what may be
installed there are NumPy, Matplotlib and what a kernel itself needs; no otter, no autograder."""

from __future__ import annotations

import sys
import types
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

_THERE = """
    numpy matplotlib mpl_toolkits matplotlib_inline contourpy cycler dateutil fontTools kiwisolver
    packaging PIL pyparsing six google
"""
THERE = frozenset(_THERE.split())


class NothingElse(MetaPathFinder):
    """Refuses what is neither Python's own, nor there, nor in use by the kernel already."""

    def __init__(self) -> None:
        self.known = THERE | sys.stdlib_module_names | {n.partition(".")[0] for n in sys.modules}

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: object = None
    ) -> ModuleSpec | None:
        if name.partition(".")[0] in self.known:
            return None
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def run(notebook: Any, folder: Path) -> Any:
    """Run all cells in such a kernel, in an empty folder; a cell that raises fails the test."""
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient

    class Colab(AsyncKernelManager):
        def format_kernel_cmd(self, extra_arguments: list[str] | None = None) -> list[str]:
            return [sys.executable, str(Path(__file__).resolve()), "-f", self.connection_file]

    assert list(folder.iterdir()) == []
    resources = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, kernel_manager_class=Colab, timeout=60, resources=resources).execute()
    return notebook


def main() -> None:
    from ipykernel.ipkernel import IPythonKernel
    from ipykernel.kernelapp import IPKernelApp
    from ipykernel.zmqshell import ZMQInteractiveShell

    class Shell(ZMQInteractiveShell):
        """Colab's, by its name."""

    Shell.__module__, Shell.__qualname__ = "google.colab._shell", "Shell"
    colab: Any = types.ModuleType("google.colab._shell")
    colab.Shell = Shell
    for name in ("google", "google.colab"):
        sys.modules[name] = types.ModuleType(name)
    sys.modules["google.colab._shell"] = colab
    app = IPKernelApp.instance(kernel_class=IPythonKernel)
    IPythonKernel.shell_class.default_value = Shell
    app.initialize()
    sys.path[:] = [path for path in sys.path if path != str(Path(__file__).parent)]
    sys.meta_path.insert(0, NothingElse())
    app.start()


if __name__ == "__main__":
    main()
