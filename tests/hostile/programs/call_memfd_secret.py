# attack: hide memory from the kernel
# held by: seccomp
# outcome: returned
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
NUMBER = {"x86_64": 447, "aarch64": 447}[os.uname().machine]
def go():
    return int(libc.syscall(NUMBER, 0) >= 0)
