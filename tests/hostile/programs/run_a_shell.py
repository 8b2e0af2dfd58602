# attack: run other programs
# held by: seccomp
# outcome: returned
def tried(attempt, *args):
    """1 where it got through."""
    try:
        return 0 if attempt(*args) is False else 1
    except BaseException:
        return 0

import os, subprocess
def go():
    return [
        tried(lambda: subprocess.run(["/bin/sh", "-c", "id"], check=True)),
        tried(lambda: os.execv("/usr/bin/id", ["id"])),
        tried(lambda: os.posix_spawn("/usr/bin/id", ["id"], {})),
        1 if os.system("id") == 0 else 0,
        tried(lambda: os.popen("id").read() or False),
    ]
