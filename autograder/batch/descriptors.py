"""How many files this process may have open: too few would fail somewhere in the middle."""

from __future__ import annotations

from autograder.errors import AutograderError

_ALWAYS, _EACH = 128, 16
"""Open files of a run (64 is what the sandbox gives a submission), and for each worker."""


def require_descriptors(workers: int) -> None:
    """Raise the soft limit where it is low; raises AutograderError where the hard one is."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    needed = _ALWAYS + _EACH * workers
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return
    if hard != resource.RLIM_INFINITY and hard < needed:
        fewer = " or give fewer --workers" if workers > 1 else ""
        raise AutograderError(
            f"A program may have {hard} files open here, and this run needs {needed}: raise the "
            f"limit (ulimit -n {needed}, or ask whoever set it){fewer}."
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
