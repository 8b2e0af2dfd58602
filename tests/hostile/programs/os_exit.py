# attack: end the process with status 0
# held by: outcome of its own
# outcome: exited
import os
def go():
    os._exit(0)
