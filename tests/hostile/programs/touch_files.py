# attack: change the times of files, which Landlock does not deny
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
    return [tried(os.utime, path) for path in PATHS] + [tried(os.setxattr, path, "user.x", b"x") for path in PATHS]
