"""Where nothing can be written, writing goes nowhere instead of failing.

``plt.savefig("loss.png")`` or ``np.save`` in a notebook has nothing to do with its marks, but an
exception there would cost the rest of the cell.  In a jail there is a scratch folder and all of
it works; without one, ``open`` for writing gives a file in memory and ``mkdir`` does nothing.
This is a courtesy, not a wall: what may be written is decided by the kernel.
"""

from __future__ import annotations

import builtins
import io
import os
from collections.abc import Callable
from typing import Any


def _writing_to_nowhere(real: Callable[..., Any]) -> Callable[..., Any]:
    def open(file: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        try:
            return real(file, mode, *args, **kwargs)
        except PermissionError:
            if not isinstance(mode, str) or not set(mode) & set("wax"):
                raise
            return io.BytesIO() if "b" in mode else io.StringIO()

    return open


def _passing_over(real: Callable[..., Any]) -> Callable[..., Any]:
    def make(*args: Any, **kwargs: Any) -> None:
        try:
            real(*args, **kwargs)
        except PermissionError:
            return

    return make


def install() -> None:
    """Let writing succeed wherever the kernel refuses it."""
    builtins.open = io.open = _writing_to_nowhere(builtins.open)
    os.mkdir = _passing_over(os.mkdir)
    os.makedirs = _passing_over(os.makedirs)
