# attack: close the pipe of the answers
# held by: outcome of its own
# outcome: exited|crashed|timed_out
import os
def go():
    os.close(3)
    return 0
