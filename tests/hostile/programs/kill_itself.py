# attack: end the process with SIGKILL
# held by: seccomp, or the outcome is its own
# outcome: raised|crashed|returned
import os, signal
def go():
    os.kill(os.getpid(), signal.SIGKILL)
    return 0
