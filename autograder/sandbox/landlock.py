"""Files by allow-list: which paths a child may read, whatever its user may.

Theory of operation.  Landlock (Linux 5.13 and later) lets a process give up access to the file
system for itself and its descendants, without privileges.  Every right the kernel knows is
"handled", which means denied, and then reading is allowed again below the interpreter, its
packages and the system's libraries.  A course folder, other submissions, ``/proc`` and ``/etc``
are not on the list, so they need not be named, and the child never learns their paths.
Where the kernel knows them, TCP (ABI 4) and signals and abstract sockets out of the domain
(ABI 6) are denied too; the filter of system calls covers those on older kernels.

Landlock does not hide ``stat``: names and sizes can be asked for.  Only a jail hides those.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Sequence

from autograder.sandbox import kernel

_WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 1, 1 << 2, 1 << 3
_REMOVE_DIR, _REMOVE_FILE, _MAKE_DIR, _MAKE_REG = 1 << 4, 1 << 5, 1 << 7, 1 << 8
_REFER, _TRUNCATE = 1 << 13, 1 << 14

_HANDLED = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1}
_HANDLED_SINCE_5 = (1 << 16) - 1
_READ = _READ_FILE | _READ_DIR
_SCRATCH = (
    _READ | _WRITE_FILE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG | _REFER | _TRUNCATE
)


def rules_for(
    readable: Sequence[str], covered: Sequence[str] = (), scratch: str | None = None
) -> int:
    """A descriptor for rules that deny all files but ``readable`` and, for writing, the folder
    ``scratch``; of folders ``covered`` within the readable ones, only names can be seen.

    Raises OSError where the kernel has no Landlock: the caller must not go on.
    """
    version = kernel.landlock_version()
    if version < 1:
        raise OSError("this kernel has no Landlock")
    handled = _HANDLED.get(version, _HANDLED_SINCE_5)
    attributes = struct.pack("<Q", handled)
    if version >= 4:
        attributes += struct.pack("<Q", 3)  # bind and connect by TCP
    if version >= 6:
        attributes += struct.pack("<Q", 3)  # abstract sockets and signals
    rules = kernel.landlock_create(attributes)
    for path in readable:
        _allow_around(rules, path, covered, _READ & handled)
    _allow(rules, "/dev/null", (_READ_FILE | _WRITE_FILE) & handled)
    _allow(rules, "/dev/urandom", _READ_FILE & handled)
    if scratch is not None:
        _allow(rules, scratch, _SCRATCH & handled)
    return rules


def restrict(rules: int) -> None:
    """Put the rules on this process, and close their descriptor."""
    kernel.landlock_restrict(rules)
    os.close(rules)


def _allow_around(rules: int, path: str, covered: Sequence[str], access: int) -> None:
    """What a rule allows it allows for all below: around a folder, everything beside it and beside
    the folders on the way to it is allowed one by one."""
    if path in covered:
        return
    if not any(folder.startswith(path.rstrip("/") + "/") for folder in covered):
        _allow(rules, path, access)
        return
    _allow(rules, path, access & _READ_DIR)
    for name in os.listdir(path):
        _allow_around(rules, os.path.join(path, name), covered, access)


def _allow(rules: int, path: str, access: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # what is not there cannot be allowed
    try:
        if not os.path.isdir(path):
            access &= _READ_FILE | _WRITE_FILE | _TRUNCATE
        kernel.landlock_allow(rules, descriptor, access)
    finally:
        os.close(descriptor)
