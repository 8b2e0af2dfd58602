# attack: use descriptors that were left open
# held by: descriptors
# outcome: returned
def tried(attempt, *args):
    """1 where it got through."""
    try:
        return 0 if attempt(*args) is False else 1
    except BaseException:
        return 0

import os
def go():
    return [tried(lambda: os.fstat(number)) for number in range(5, 4096)]
