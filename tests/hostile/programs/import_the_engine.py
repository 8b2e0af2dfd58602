# attack: import the grader to read or patch it
# held by: the engine is not on the path, and holds no answer
# outcome: returned
def tried(attempt, *args):
    """1 where it got through."""
    try:
        return 0 if attempt(*args) is False else 1
    except BaseException:
        return 0

import sys
def go():
    names = [name for name in sys.modules if name.split(".")[0] == "autograder"]
    return len(names) + tried(__import__, "autograder.judging")
