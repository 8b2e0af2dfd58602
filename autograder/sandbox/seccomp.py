"""System calls by allow-list: what a child may ask the kernel for.

Theory of operation.  libseccomp turns the lists below into a BPF program for the machine at
hand (x86-64, 64-bit Arm).  That is done once, in the trusted process; a child only installs the
bytes.  Three answers besides "allowed":

- what an honest library may try (a socket, a second process) fails with EPERM;
- what nobody asks for by accident (ptrace, mount, bpf) ends the process, so that the kernel
  itself reports it: SIGSYS;
- everything else, and every call newer than this list, does not exist: ENOSYS.

Landlock leaves some things to us: times, modes, owners and extended attributes of files, locks,
and (before its third version) emptying a file by its path; so these are refused here.

A child may signal only itself (``abort``).  Its process number is not known when the program is
built, so a number that is no process stands for it and :func:`for_process` puts in the real one.
"""

from __future__ import annotations

import contextlib
import errno
import os
import struct
import tempfile
from typing import BinaryIO

_STANDS_FOR_PID = 0x5AFEC0DE

_ALLOWED = """
    read write close fstat lseek mmap mprotect munmap brk rt_sigaction rt_sigprocmask
    rt_sigreturn pread64 pwrite64 readv writev futex openat newfstatat getdents64 madvise
    mremap poll select sched_yield msync dup dup2 dup3 pause nanosleep getitimer alarm
    setitimer getpid exit exit_group uname fsync fdatasync ftruncate getcwd
    chdir fchdir rename mkdir rmdir unlink readlink umask gettimeofday getrlimit getrusage
    sysinfo times getuid getgid geteuid getegid getppid sigaltstack statfs fstatfs arch_prctl
    gettid time sched_getaffinity restart_syscall clock_gettime clock_getres clock_nanosleep
    mkdirat unlinkat renameat readlinkat faccessat pselect6 ppoll set_robust_list
    pipe2 getcpu renameat2 getrandom membarrier statx rseq faccessat2 open stat lstat access
    set_tid_address mincore capget rt_sigpending rt_sigtimedwait rt_sigsuspend getgroups
    getresuid getresgid getpgid getpgrp getsid sched_getparam sched_getscheduler
    sched_get_priority_max sched_get_priority_min getpriority epoll_create1 epoll_ctl
    epoll_wait epoll_pwait eventfd2 fadvise64 fallocate
"""

_KILLED = """
    ptrace process_vm_readv process_vm_writev mount umount2 pivot_root chroot unshare setns
    bpf userfaultfd perf_event_open add_key request_key keyctl init_module finit_module
    delete_module kexec_load open_by_handle_at pidfd_getfd acct swapon reboot
"""

_REFUSED = """
    flock utimensat truncate setxattr lsetxattr fsetxattr
    kill tkill fork vfork execve execveat socket socketpair connect bind listen accept accept4
    sendto recvfrom sendmsg recvmsg shmget shmat msgget semget sched_setaffinity setpriority
    memfd_create pidfd_open pidfd_send_signal setsid setpgid rt_sigqueueinfo rt_tgsigqueueinfo
    link symlink linkat symlinkat chmod fchmod fchmodat chown fchown fchownat mknod mknodat
    setuid setgid setresuid setresgid setgroups seccomp kcmp name_to_handle_at process_madvise
    io_uring_setup io_uring_enter io_uring_register capset setrlimit mlock mlockall
"""

_IOCTLS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5451)
"""TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIOCLEX."""
_FCNTLS = (0, 1, 2, 3, 4, 1030)  # no F_SETOWN: it can send signals
_PRCTLS = (15, 16, 3, 39, 21, 0x53564D41)  # names; reading three settings; naming a mapping
_FORBIDDEN_CLONE = 0x7E020080  # any new namespace
_CLONE_THREAD, _CLONE_VM = 0x10000, 0x100
_AS_A_TREE = 2
"""Shape of the program.  The kernel runs it for every call there is when it is installed."""


def build() -> bytes:
    """The filter as BPF; raises ImportError or OSError where libseccomp is missing."""
    import pyseccomp as sc

    allow, refuse = sc.ALLOW, sc.ERRNO(errno.EPERM)
    program = sc.SyscallFilter(sc.ERRNO(errno.ENOSYS))
    program.set_attr(sc.Attr.ACT_BADARCH, sc.KILL_PROCESS)  # 32-bit and x32 calls
    with contextlib.suppress(OSError, ValueError):  # libseccomp before 2.5 knows one shape only
        program.set_attr(sc.Attr.CTL_OPTIMIZE, _AS_A_TREE)

    def rule(action: int, name: str, *conditions: object) -> None:
        if sc.resolve_syscall(sc.Arch.NATIVE, name) >= 0:  # below zero: not on this machine
            program.add_rule(action, name, *conditions)

    def only(name: str, argument: int, values: tuple[int, ...]) -> None:
        for value in values:
            rule(allow, name, sc.Arg(argument, sc.MASKED_EQ, 0xFFFFFFFF, value))

    for names, action in ((_ALLOWED, allow), (_REFUSED, refuse), (_KILLED, sc.KILL_PROCESS)):
        for name in names.split():
            rule(action, name)
    only("ioctl", 1, _IOCTLS)
    only("fcntl", 1, _FCNTLS)
    only("prctl", 0, _PRCTLS)
    only("tgkill", 0, (_STANDS_FOR_PID,))
    only("prlimit64", 0, (0, _STANDS_FOR_PID))
    threads = _FORBIDDEN_CLONE | _CLONE_THREAD | _CLONE_VM
    rule(allow, "clone", sc.Arg(0, sc.MASKED_EQ, threads, _CLONE_THREAD | _CLONE_VM))
    with _memory_file() as file:
        program.export_bpf(file)
        file.seek(0)
        return file.read()


def _memory_file() -> BinaryIO:
    """A file that needs no room on a disk, where there is such a thing."""
    try:
        return os.fdopen(os.memfd_create("filter"), "w+b")
    except OSError:  # not everywhere may one have such a file
        return tempfile.TemporaryFile()


def for_process(program: bytes, pid: int) -> bytes:
    """The filter for process ``pid``: the number that stands for it is replaced."""
    return program.replace(struct.pack("<I", _STANDS_FOR_PID), struct.pack("<I", pid))
