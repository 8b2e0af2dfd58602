# attack: fill the disk with many files
# held by: landlock, and a small folder in memory
# outcome: returned
# value: at most 260
def tried(attempt, *args):
    """1 where it got through."""
    try:
        return 0 if attempt(*args) is False else 1
    except BaseException:
        return 0

import os
def go():
    files = 0
    for folder in (".", "/tmp", "/dev/shm", "/var/tmp"):
        try:
            for number in range(2000):
                os.close(os.open(f"{folder}/f{number}", os.O_WRONLY | os.O_CREAT))
                files += 1
        except OSError:
            pass
    return files
