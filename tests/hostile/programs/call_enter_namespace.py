# attack: enter the namespaces of another process
# held by: seccomp ends the process
# outcome: crashed
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
def go():
    return int(libc.setns(3, 0) == 0)
