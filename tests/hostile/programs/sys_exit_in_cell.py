# attack: leave while the notebook runs
# held by: outcome of its own
# outcome: returned
import sys
def go():
    return 0
sys.exit(0)
