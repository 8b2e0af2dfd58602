# attack: do input and output past the filter
# held by: seccomp
# outcome: returned
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
NUMBER = {"x86_64": 425, "aarch64": 425}[os.uname().machine]
def go():
    return int(libc.syscall(NUMBER, 1, 0) >= 0)
