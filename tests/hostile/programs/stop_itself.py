# attack: stop the process with SIGSTOP so that it cannot be asked to end
# held by: time limit
# outcome: timed_out|returned
import ctypes
def go():
    ctypes.CDLL(None)["raise"](19)
    return 0
