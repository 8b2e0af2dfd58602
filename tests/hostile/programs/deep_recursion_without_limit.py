# attack: raise the recursion limit, then recurse
# held by: limits
# outcome: crashed|raised|timed_out|out_of_memory
# memory: 64
import sys
sys.setrecursionlimit(10**9)
class Deeper:
    def __getattr__(self, name):
        return getattr(self, name + "x")
def go():
    return Deeper().x
