# attack: close the pipe of the requests
# held by: outcome of its own
# outcome: returned|exited|crashed
import os
def go():
    os.close(4)
    return 0
