# attack: fill the disk with one file
# held by: landlock and limits
# outcome: returned
# value: at most 4
def tried(attempt, *args):
    """1 where it got through."""
    try:
        return 0 if attempt(*args) is False else 1
    except BaseException:
        return 0

import os
def go():
    most = 0
    for folder in ("/tmp", ".", "/", "/dev/shm", "/var/tmp", os.environ.get("HOME", "/")):
        megabytes = 0
        try:
            file = os.open(folder + "/big", os.O_WRONLY | os.O_CREAT)
            while megabytes < 64:
                os.write(file, b"x" * (1 << 20))
                megabytes += 1
        except OSError:
            pass
        most = max(most, megabytes)
    return most
