# attack: a file in memory, which no limit counts
# held by: seccomp
# outcome: returned
import os
def go():
    megabytes = 0
    try:
        file = os.memfd_create("x")
        while megabytes < 100:
            os.write(file, b"x" * (1 << 20))
            megabytes += 1
    except OSError:
        pass
    return megabytes
