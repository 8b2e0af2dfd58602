"""How many threads linear algebra may use."""

from __future__ import annotations

import os


def limit_threads() -> None:
    """One thread for linear algebra, here and in processes started from here; call it before NumPy
    is imported.

    Our arrays are small, so that more threads only wait for each other; with one worker a core
    they get into each other's way; and a process with threads is no good one to fork from.
    """
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
