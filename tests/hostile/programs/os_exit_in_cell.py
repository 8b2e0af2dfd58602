# attack: end the process while the notebook runs
# held by: outcome of its own
# outcome: returned
# notebook: exited
import os
def go():
    return 0
os._exit(0)
