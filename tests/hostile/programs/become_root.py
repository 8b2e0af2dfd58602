# attack: become another user
# held by: privileges and seccomp
# outcome: crashed|returned
def tried(attempt, *args):
    """1 where it got through."""
    try:
        return 0 if attempt(*args) is False else 1
    except BaseException:
        return 0

import os
def go():
    return [tried(os.setuid, 0) if os.getuid() else 0, tried(os.setgid, 12345), tried(os.setresuid, 0, 0, 0) if os.getuid() else 0,
            tried(os.setgroups, [0]), tried(os.chroot, "/")]
