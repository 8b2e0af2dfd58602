# attack: install a filter of its own
# held by: seccomp
# outcome: returned
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
NUMBER = {"x86_64": 317, "aarch64": 277}[os.uname().machine]
def go():
    return int(libc.syscall(NUMBER, 1, 0, 0) >= 0)
