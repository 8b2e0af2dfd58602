# attack: become root in a user namespace of its own
# held by: seccomp ends the process
# outcome: crashed
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
def go():
    return int(libc.unshare(0x10000000) == 0)
