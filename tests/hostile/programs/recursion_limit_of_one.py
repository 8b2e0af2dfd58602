# attack: leave the harness no stack
# held by: a child per submission
# outcome: returned|raised|crashed|exited|timed_out
import sys
def go():
    for limit in range(5, 100):
        try:
            sys.setrecursionlimit(limit)
            return 0
        except RecursionError:
            pass
    return 0
