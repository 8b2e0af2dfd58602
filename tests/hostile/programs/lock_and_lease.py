# attack: hold locks on files that others need
# held by: landlock and seccomp
# outcome: returned
def tried(attempt, *args):
    """1 where it got through."""
    try:
        return 0 if attempt(*args) is False else 1
    except BaseException:
        return 0

import fcntl, os
def lease():
    fcntl.fcntl(os.open(os.__file__, os.O_RDONLY), 1024, fcntl.F_RDLCK)
def notify():
    fcntl.fcntl(os.open(os.path.dirname(os.__file__), os.O_RDONLY), 1026, 1)
def lock():
    fcntl.flock(os.open(os.__file__, os.O_RDONLY), fcntl.LOCK_EX | fcntl.LOCK_NB)
def go():
    return [tried(lease), tried(notify), tried(lock)]
