# attack: handle its own page faults, a step of many exploits
# held by: seccomp
# outcome: crashed
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
NUMBER = {"x86_64": 323, "aarch64": 282}[os.uname().machine]
def go():
    return int(libc.syscall(NUMBER, 0) >= 0)
