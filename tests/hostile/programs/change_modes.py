# attack: open closed files by changing their mode or owner
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
    return [tried(os.chmod, path, 0o777) for path in PATHS] + [tried(os.chown, path, 0, 0) for path in PATHS]
