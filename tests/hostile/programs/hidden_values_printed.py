# attack: print the hidden inputs
# held by: output of calls is thrown away
# outcome: returned
import sys
def go(X):
    print("inputs:", X, flush=True)
    print("inputs:", X, file=sys.stderr, flush=True)
    return 0
