# attack: raise its own limits
# held by: limits
# outcome: returned
def tried(attempt, *args):
    """1 where it got through."""
    try:
        return 0 if attempt(*args) is False else 1
    except BaseException:
        return 0

import os, resource
def go():
    unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    names = ("AS", "CPU", "FSIZE", "NPROC", "DATA", "NOFILE", "CORE")
    return [tried(resource.setrlimit, getattr(resource, "RLIMIT_" + name), unlimited) for name in names] + [
        tried(resource.prlimit, pid, resource.RLIMIT_CPU, (0, 0)) for pid in PIDS if pid != os.getpid()
    ]
