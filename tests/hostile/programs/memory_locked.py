# attack: lock memory so that it cannot be swapped out
# held by: seccomp
# outcome: returned
import ctypes
def go():
    return 1 if ctypes.CDLL(None).mlockall(3) == 0 else 0
