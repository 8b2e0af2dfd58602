# attack: kill by calls that are less known
# held by: seccomp
# outcome: returned
def tried(attempt, *args):
    """1 where it got through."""
    try:
        return 0 if attempt(*args) is False else 1
    except BaseException:
        return 0

import ctypes, os, signal
libc = ctypes.CDLL(None)
NUMBERS = {"x86_64": (200, 234, 129, 297, 424), "aarch64": (130, 131, 138, 240, 424)}
def go():
    tkill, tgkill, queue, thread_queue, pidfd = NUMBERS[os.uname().machine]
    got = 0
    for pid in PIDS:
        if pid == os.getpid():
            continue
        got += libc.syscall(tkill, pid, 9) == 0
        got += libc.syscall(tgkill, pid, pid, 9) == 0
        got += libc.syscall(queue, pid, 9, None) == 0
        got += tried(lambda: signal.pidfd_send_signal(os.pidfd_open(pid), 9))
    return got
