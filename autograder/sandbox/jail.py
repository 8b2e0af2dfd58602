"""The outer jail: a root folder that holds the interpreter and nothing else, and no network.

Theory of operation.  The zygote moves itself into new namespaces (mount, network, IPC, host
name; also user, when it is not root), makes a small memory file system its root, and shows in it
for reading only what student code may read: interpreter, packages, system libraries.  Nothing
else of the machine has a name there.  Each submission then gets its own process and mount
namespace with a scratch folder in memory, limited in size, which goes when it ends.

Because the folders on the way to an interpreter are made anew, one that lies in a closed home
(pyenv below a 0700 ``/root``) can be read by another user here, and nothing else of that home.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence

from autograder.sandbox import kernel

SCRATCH = "/scratch"
"""Where a submission may write, inside a jail."""
_DEVICES = ("/dev/null", "/dev/urandom", "/dev/zero")
_SYSTEM_LINKS = ("/lib", "/lib32", "/lib64", "/bin")
_BASE = "/tmp"
_OLD = "/old-root"


def separate() -> None:
    """Move into new namespaces; raises OSError where that is not allowed.

    With privileges no user namespace is needed; without, one is made in which only the invoking
    user exists.  A process cannot itself change to a new process namespace: the one that was
    started stays behind, waits, and ends as its only child does, which goes on as the zygote.
    """
    spaces = kernel.CLONE_NEWNS | kernel.CLONE_NEWNET | kernel.CLONE_NEWIPC
    spaces |= kernel.CLONE_NEWUTS | kernel.CLONE_NEWPID
    if os.geteuid() == 0:
        kernel.unshare(spaces)
    else:
        uid, gid = os.geteuid(), os.getegid()
        kernel.unshare(spaces | kernel.CLONE_NEWUSER)
        _write("/proc/self/setgroups", "deny")
        _write("/proc/self/uid_map", f"{uid} {uid} 1")
        _write("/proc/self/gid_map", f"{gid} {gid} 1")
    pid = os.fork()
    if pid:
        _, status = os.waitpid(pid, 0)
        os._exit(1 if status else 0)
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)


def enter(paths: Sequence[str], covered: Sequence[str]) -> None:
    """Change the root to one that shows ``paths``, but for folders ``covered`` in them, and
    nothing else."""
    kernel.mount("none", "/", None, kernel.MS_REC | kernel.MS_PRIVATE)
    _change_root(paths, covered)


def enter_from_bubblewrap() -> None:
    """Finish what bubblewrap has begun: no ``/proc``, and a scratch folder of the zygote's own."""
    kernel.unshare(kernel.CLONE_NEWNS)
    kernel.mount("none", "/", None, kernel.MS_REC | kernel.MS_PRIVATE)
    kernel.unmount("/proc")
    zygote_scratch()


def bubblewrap_command(
    program: str, paths: Sequence[str], covered: Sequence[str], interpreter: str
) -> list[str]:
    """The command line before that of the interpreter.

    ``CAP_SYS_ADMIN`` counts in the new user namespace only; the zygote needs it to give each
    submission namespaces of its own, and every child gives it up.
    """
    command = [program, "--unshare-user", "--unshare-ipc", "--unshare-pid", "--unshare-net"]
    command += ["--unshare-uts", "--unshare-cgroup-try", "--hostname", "sandbox"]
    for path in (*paths, interpreter):
        command += ["--ro-bind", path, path]
    for path in covered:
        command += ["--tmpfs", path, "--remount-ro", path]
    for device in _DEVICES:
        command += ["--dev-bind", device, device]
    for link in _SYSTEM_LINKS:
        if os.path.islink(link):
            command += ["--symlink", os.readlink(link), link]
    command += ["--dir", SCRATCH, "--proc", "/proc", "--remount-ro", "/", "--chdir", "/"]
    return [*command, "--cap-add", "CAP_SYS_ADMIN", "--"]


def _write(path: str, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)


def _change_root(paths: Sequence[str], covered: Sequence[str]) -> None:
    """A memory file system becomes the root; the paths are shown in it, then it is closed."""
    flags = kernel.MS_NOSUID | kernel.MS_NODEV
    kernel.mount("tmpfs", _BASE, "tmpfs", flags, "size=16m,mode=755")
    os.mkdir(_BASE + _OLD)
    kernel.pivot_root(_BASE, _BASE + _OLD)
    os.chdir("/")
    for path in (*paths, *_DEVICES):
        show(_OLD + path, path)
    for path in covered:
        kernel.mount("tmpfs", path, "tmpfs", flags | kernel.MS_RDONLY, "size=4k,mode=755")
    for link in _SYSTEM_LINKS:
        if os.path.islink(_OLD + link) and not os.path.lexists(link):
            os.symlink(os.readlink(_OLD + link), link)
    os.mkdir(SCRATCH, 0o755)
    kernel.unmount(_OLD)
    os.rmdir(_OLD)
    kernel.mount("none", "/", None, kernel.MS_REMOUNT | kernel.MS_BIND | kernel.MS_RDONLY | flags)
    zygote_scratch()


def zygote_scratch() -> None:
    """A writable folder for the zygote itself, which each child covers with its own."""
    flags = kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC
    kernel.mount("tmpfs", SCRATCH, "tmpfs", flags, "size=64m,mode=755")
    os.environ["TMPDIR"] = os.environ["HOME"] = SCRATCH


def show(source: str, target: str) -> None:
    """Bind one path read-only, making the folders on the way; what is not there is passed over."""
    if os.path.isdir(source):
        os.makedirs(target, 0o755, exist_ok=True)
    elif os.path.exists(source):
        os.makedirs(os.path.dirname(target), 0o755, exist_ok=True)
        with open(target, "a"):
            pass
    else:
        return
    kernel.bind_read_only(source, target, device=target in _DEVICES)


def own_scratch(size: int, files: int, uid: int | None) -> None:
    """In a child: a mount namespace of its own with a small writable folder in memory."""
    kernel.unshare(kernel.CLONE_NEWNS | kernel.CLONE_NEWIPC)
    flags = kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC
    owner = f",uid={uid},gid={uid}" if uid is not None else ""
    options = f"size={size},nr_inodes={files},mode=700{owner}"
    kernel.mount("tmpfs", SCRATCH, "tmpfs", flags, options)
    os.chdir(SCRATCH)
