# attack: read memory and environment of other processes in /proc
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
    found = []
    for pid in PIDS:
        if pid == os.getpid():
            continue
        found += [tried(lambda: open(f"/proc/{pid}/{name}", "rb").read()) for name in ("environ", "cmdline", "maps")]
        found += [tried(lambda: open(f"/proc/{pid}/mem", "rb+")), tried(os.listdir, f"/proc/{pid}/fd")]
        found += [tried(os.open, f"/proc/{pid}/fd/{number}", os.O_WRONLY | os.O_NONBLOCK) for number in range(8)]
    return found
