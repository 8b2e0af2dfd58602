# attack: end the process with abort()
# held by: outcome of its own
# outcome: crashed
import os
def go():
    os.abort()
