# attack: mount a file system
# held by: seccomp ends the process
# outcome: crashed
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
def go():
    return int(libc.mount(b"none", b"/", b"tmpfs", ctypes.c_ulong(0), None) == 0)
