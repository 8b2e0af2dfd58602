# attack: start a process by the newest call
# held by: seccomp
# outcome: returned
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
NUMBER = {"x86_64": 435, "aarch64": 435}[os.uname().machine]
def go():
    return int(libc.syscall(NUMBER, 0, 0) >= 0)
