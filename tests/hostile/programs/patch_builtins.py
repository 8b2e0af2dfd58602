# attack: replace builtins
# held by: a child per submission
# outcome: returned|raised|crashed|exited|missing|timed_out
# value: anything
# notebook: returned|exited|crashed|timed_out
import builtins
builtins.isinstance = lambda *a: True
builtins.len = lambda *a: 1
builtins.getattr = lambda *a: None
def go():
    return 0
