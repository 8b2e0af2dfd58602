# attack: open files without their path
# held by: seccomp
# outcome: crashed
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
NUMBER = {"x86_64": 304, "aarch64": 265}[os.uname().machine]
def go():
    return int(libc.syscall(NUMBER, 0, 0, 0) >= 0)
