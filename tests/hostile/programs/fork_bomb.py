# attack: start processes without end
# held by: seccomp
# outcome: returned
def tried(attempt, *args):
    """1 where it got through."""
    try:
        return 0 if attempt(*args) is False else 1
    except BaseException:
        return 0

import os, time
def go():
    started = 0
    for _ in range(100):
        try:
            if os.fork() == 0:
                time.sleep(30)
        except OSError:
            break
        started += 1
    return started
