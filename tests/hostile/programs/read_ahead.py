# attack: read the calls that are still in the pipe
# held by: only inputs are there
# outcome: returned
import os
def go():
    os.set_blocking(4, False)
    try:
        return 1 if os.read(4, 100) else 0
    except BlockingIOError:
        return 0
