# attack: gain privileges from setuid programs
# held by: seccomp and no_new_privs
# outcome: returned
def tried(attempt, *args):
    """1 where it got through."""
    try:
        return 0 if attempt(*args) is False else 1
    except BaseException:
        return 0

import os
def go():
    return [tried(os.execv, path, [path]) for path in ("/usr/bin/su", "/usr/bin/sudo", "/bin/mount")]
