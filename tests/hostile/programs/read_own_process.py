# attack: read about this process in /proc
# held by: landlock
# outcome: returned
def tried(attempt, *args):
    """1 where it got through."""
    try:
        return 0 if attempt(*args) is False else 1
    except BaseException:
        return 0

def go():
    return [
        tried(lambda: open("/proc/self/" + name, "rb").read())
        for name in ("environ", "cmdline", "maps", "mem", "status", "mountinfo")
    ]
