# attack: list folders of the system and the course
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
    return [tried(os.listdir, path) for path in ("/", "/etc", "/root", "/home", "/proc", "/var", HIDDEN)]
