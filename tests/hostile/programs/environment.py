# attack: find secrets in the environment or the arguments
# held by: a clean environment
# outcome: returned
def tried(attempt, *args):
    """1 where it got through."""
    try:
        return 0 if attempt(*args) is False else 1
    except BaseException:
        return 0

import os, sys
def go():
    words = " ".join([*os.environ, *os.environ.values(), *sys.argv, *sys.orig_argv])
    return [int("HOSTILE_" + "CANARY" in words), int(HIDDEN in words)]
