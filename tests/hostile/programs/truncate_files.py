# attack: empty files by their path, which early versions of Landlock do not deny
# held by: seccomp
# outcome: returned
def tried(attempt, *args):
    """1 where it got through."""
    try:
        return 0 if attempt(*args) is False else 1
    except BaseException:
        return 0

import os
def go():
    return [tried(os.truncate, path, 0) for path in PATHS if not path.startswith(("/dev", "/proc"))]
