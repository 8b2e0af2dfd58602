# attack: find what an earlier submission left
# held by: a folder of its own for each child
# outcome: returned
def tried(attempt, *args):
    """1 where it got through."""
    try:
        return 0 if attempt(*args) is False else 1
    except BaseException:
        return 0

import os
def go():
    return tried(lambda: bool(os.listdir(".")))
