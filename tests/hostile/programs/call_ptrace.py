# attack: attach to the grader with ptrace
# held by: seccomp ends the process
# outcome: crashed
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
def go():
    return int(libc.ptrace(16, ctypes.c_long(PIDS[0]), None, None) == 0)
