# attack: import the reference from the course folder
# held by: landlock
# outcome: returned
def tried(attempt, *args):
    """1 where it got through."""
    try:
        return 0 if attempt(*args) is False else 1
    except BaseException:
        return 0

import sys
def go():
    for folder in (HIDDEN, HIDDEN + "/reference", "."):
        sys.path.insert(0, folder)
    return [tried(__import__, "reference"), tried(__import__, "secret")]
