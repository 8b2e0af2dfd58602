# attack: starve other processes by priorities and affinity
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
    return [
        tried(os.setpriority, os.PRIO_PROCESS, 0, -20),
        tried(os.sched_setaffinity, 0, {0}),
        tried(lambda: os.nice(-5)),
        tried(os.setpriority, os.PRIO_PROCESS, PIDS[0], 19),
    ]
