# attack: change its own rules for files
# held by: seccomp
# outcome: returned
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
NUMBER = {"x86_64": 446, "aarch64": 446}[os.uname().machine]
def go():
    return int(libc.syscall(NUMBER, 3, 0) >= 0)
