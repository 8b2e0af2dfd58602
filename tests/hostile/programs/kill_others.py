# attack: kill the grader, the zygote and other submissions
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
    return [tried(os.kill, pid, 9) for pid in (*PIDS, os.getppid() or 99999)] + [
        tried(os.killpg, pid, 9) for pid in PIDS
    ] + [tried(os.kill, -1, 9)]
