"""The few Linux system calls that Python's ``os`` does not offer, by ctypes.

Each raises OSError with the call's name.  Numbers are those that are the same on x86-64 and
64-bit Arm (all calls since 2019 are); ``pivot_root`` is looked up by machine.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x20000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 32, 4096, 16384, 1 << 18
MNT_DETACH = 2
_ATTR_RDONLY, _ATTR_NOSUID, _ATTR_NODEV = 1, 2, 4
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000

PR_SET_PDEATHSIG, PR_SET_DUMPABLE = 1, 4
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT = 22, 38, 47

_MADV_COLLAPSE = 25

_NR_MOUNT_SETATTR = 442
_NR_LANDLOCK_CREATE, _NR_LANDLOCK_ADD, _NR_LANDLOCK_RESTRICT = 444, 445, 446
_NR_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long
_libc.prctl.argtypes = (ctypes.c_int, *4 * (ctypes.c_ulong,))
_libc.unshare.argtypes = (ctypes.c_int,)
_libc.setns.argtypes = (ctypes.c_int, ctypes.c_int)
_text = ctypes.c_char_p
_libc.mount.argtypes = (_text, _text, _text, ctypes.c_ulong, _text)
_libc.umount2.argtypes = (_text, ctypes.c_int)
_libc.capset.argtypes = (_text, _text)
_libc.madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
_libc.mincore.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p)


def _checked(result: int, name: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result


def _syscall(name: str, number: int, *args: int | bytes | None) -> int:
    converted = [ctypes.c_long(a) if isinstance(a, int) else ctypes.c_char_p(a) for a in args]
    return _checked(_libc.syscall(ctypes.c_long(number), *converted), name)


def prctl(option: int, argument: int = 0, second: int = 0) -> int:
    return _checked(_libc.prctl(option, argument, second, 0, 0), f"prctl({option})")


def unshare(flags: int) -> None:
    _checked(_libc.unshare(flags), "unshare")


def setns(descriptor: int, kind: int) -> None:
    _checked(_libc.setns(descriptor, kind), "setns")


def mount(source: str, target: str, kind: str | None, flags: int, options: str = "") -> None:
    result = _libc.mount(
        source.encode(),
        os.fsencode(target),
        kind.encode() if kind else None,
        flags,
        options.encode() or None,
    )
    _checked(result, f"mount on {target}")


def bind_read_only(source: str, target: str, device: bool = False) -> None:
    """Show ``source`` at ``target``, with everything mounted below it, for reading only.

    A ``device`` stays usable, which for ``/dev/null`` means written to.
    """
    mount(source, target, None, MS_BIND | MS_REC)
    closed = _ATTR_NOSUID if device else _ATTR_RDONLY | _ATTR_NOSUID | _ATTR_NODEV
    attributes = struct.pack("<QQQQ", closed, 0, 0, 0)
    path = os.fsencode(target)
    _syscall("mount_setattr", _NR_MOUNT_SETATTR, _AT_FDCWD, path, _AT_RECURSIVE, attributes, 32)


def unmount(target: str) -> None:
    _checked(_libc.umount2(os.fsencode(target), MNT_DETACH), f"umount {target}")


def pivot_root(new: str, old: str) -> None:
    number = _NR_PIVOT_ROOT.get(platform.machine())
    if number is None:
        raise OSError(f"pivot_root: unknown machine {platform.machine()}")
    _syscall("pivot_root", number, os.fsencode(new), os.fsencode(old))


def share_present(start: int, length: int) -> float:
    """Of this process's memory at an address, how much is there and not only promised."""
    pages = ctypes.create_string_buffer(length // os.sysconf("SC_PAGE_SIZE"))
    _checked(_libc.mincore(start, length, pages), "mincore")
    return sum(page & 1 for page in pages.raw) / len(pages)


def join_pages(start: int, length: int) -> None:
    """Have one large page there in place of many (Linux 6.1 and later)."""
    _checked(_libc.madvise(start, length, _MADV_COLLAPSE), "madvise")


def drop_capabilities() -> None:
    """Give up every capability.

    The bounding set may stay: it matters to ``execve`` only, which the filter forbids.
    """
    prctl(PR_CAP_AMBIENT, 4)  # PR_CAP_AMBIENT_CLEAR_ALL
    header = struct.pack("<Ii", 0x20080522, 0)
    _checked(_libc.capset(header, bytes(24)), "capset")


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def install_filter(program: bytes) -> None:
    """Put a seccomp filter (compiled BPF) on this process; there is no way back."""
    buffer = ctypes.create_string_buffer(program, len(program))
    described = _Program(len(program) // 8, ctypes.addressof(buffer))
    prctl(PR_SET_SECCOMP, 2, ctypes.addressof(described))


def landlock_version() -> int:
    """ABI version of the kernel's Landlock; 0 where there is none."""
    try:
        return _syscall("landlock", _NR_LANDLOCK_CREATE, None, 0, 1)
    except OSError:
        return 0


def landlock_create(attributes: bytes) -> int:
    """A descriptor for a new set of rules."""
    return _syscall("landlock_create_ruleset", _NR_LANDLOCK_CREATE, attributes, len(attributes), 0)


def landlock_allow(rules: int, path: int, access: int) -> None:
    """Allow ``access`` below the folder (or on the file) behind descriptor ``path``."""
    rule = struct.pack("<Qi", access, path)
    _syscall("landlock_add_rule", _NR_LANDLOCK_ADD, rules, 1, rule, 0)


def landlock_restrict(rules: int) -> None:
    _syscall("landlock_restrict_self", _NR_LANDLOCK_RESTRICT, rules, 0)
