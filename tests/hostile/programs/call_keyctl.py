# attack: read keys from the kernel's key rings
# held by: seccomp
# outcome: crashed
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
NUMBER = {"x86_64": 250, "aarch64": 219}[os.uname().machine]
def go():
    return int(libc.syscall(NUMBER, 0, 0, 0) >= 0)
