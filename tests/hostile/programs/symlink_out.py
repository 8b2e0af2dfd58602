# attack: reach a file through a symbolic link
# held by: seccomp and landlock
# outcome: returned
def tried(attempt, *args):
    """1 where it got through."""
    try:
        return 0 if attempt(*args) is False else 1
    except BaseException:
        return 0

import os
def follow():
    os.symlink(HIDDEN + "/secret.txt", "link")
    open("link").close()
def hard():
    os.link(HIDDEN + "/secret.txt", "hard")
def go():
    return [tried(follow), tried(hard)]
