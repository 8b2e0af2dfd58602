"""What the machine is short of where it refuses what the sandbox needs, and what helps."""

from __future__ import annotations

import errno

from autograder.errors import SandboxError

_ADVICE = {
    errno.EMFILE: "too many files are open in this process: raise the limit (ulimit -n), or use "
    "fewer workers",
    errno.ENFILE: "too many files are open on this machine: close programs, or use fewer workers",
    errno.EAGAIN: "no more processes may be started: raise the limit (ulimit -u), or use fewer "
    "workers",
    errno.ENOMEM: "the machine has no memory left: close programs, or use fewer workers",
    errno.ENOSPC: "there is no room left: make room in the folder for temporary files, or name "
    "another in TMPDIR",
    errno.EDQUOT: "your quota is used up: make room in the folder for temporary files, or name "
    "another in TMPDIR",
    errno.EROFS: "the folder for temporary files cannot be written to: name another in TMPDIR",
}


def is_shortage(error: OSError) -> bool:
    """Whether the machine lacks room for something that it otherwise can."""
    return error.errno in _ADVICE


def lacking(what: str, error: OSError) -> SandboxError:
    """The sentence: ``what`` could not be done, why, and what helps."""
    advice = _ADVICE.get(error.errno or 0)
    why = f"{error.strerror or error}; {advice}" if advice else str(error)
    return SandboxError(f"{what} ({why})")
