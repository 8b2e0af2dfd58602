# attack: make or open devices
# held by: seccomp and landlock
# outcome: returned
def tried(attempt, *args):
    """1 where it got through."""
    try:
        return 0 if attempt(*args) is False else 1
    except BaseException:
        return 0

import os
def go():
    return [tried(lambda: os.mknod("disk", 0o60666, os.makedev(254, 0))), tried(os.mkfifo, "pipe")] + [
        tried(lambda: os.open(path, os.O_RDWR)) for path in ("/dev/mem", "/dev/vda", "/dev/tty", "/dev/kmsg", "/dev/ptmx")
    ]
