# attack: have the kernel signal the grader through a pipe
# held by: seccomp
# outcome: returned
def tried(attempt, *args):
    """1 where it got through."""
    try:
        return 0 if attempt(*args) is False else 1
    except BaseException:
        return 0

import fcntl
def go():
    return [tried(fcntl.fcntl, 1, 8, PIDS[0]), tried(fcntl.fcntl, 1, 1031, 1 << 20), tried(fcntl.fcntl, 3, 8, PIDS[0])]
