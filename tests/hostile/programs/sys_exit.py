# attack: leave with sys.exit, as if all were well
# held by: outcome of its own
# outcome: exited
import sys
def go():
    sys.exit(0)
