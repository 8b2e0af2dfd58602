# attack: read the grader's pipes from the wrong end
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
    os.set_blocking(3, False)
    os.set_blocking(1, False)
    return [tried(lambda: os.read(3, 10)), tried(lambda: os.read(1, 10)), tried(lambda: os.write(4, b"x"))]
