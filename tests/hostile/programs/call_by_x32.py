# attack: call the kernel by numbers of the x32 interface, which filters forget
# held by: seccomp
# outcome: crashed|returned
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
def go():
    return int(libc.syscall(0x40000000 | 39) >= 0) if os.uname().machine == "x86_64" else 0
