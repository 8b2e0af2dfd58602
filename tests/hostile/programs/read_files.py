# attack: read files of the system, the grader and the course
# held by: landlock
# outcome: returned
def tried(attempt, *args):
    """1 where it got through."""
    try:
        return 0 if attempt(*args) is False else 1
    except BaseException:
        return 0

import os
def go():
    return [tried(lambda: os.close(os.open(path, os.O_RDONLY))) for path in PATHS]
