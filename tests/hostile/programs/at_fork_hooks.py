# attack: run code in the next submission through a fork hook
# held by: a child forks from the zygote, not from another child
# outcome: returned
def tried(attempt, *args):
    """1 where it got through."""
    try:
        return 0 if attempt(*args) is False else 1
    except BaseException:
        return 0

import os
os.register_at_fork(after_in_child=lambda: os._exit(7), before=lambda: os._exit(7))
def go():
    return 0
