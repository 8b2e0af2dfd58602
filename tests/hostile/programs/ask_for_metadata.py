# attack: ask for names and sizes of files it cannot read
# held by: jail (Landlock does not hide these)
# outcome: returned
# value: zeros where jailed
def tried(attempt, *args):
    """1 where it got through."""
    try:
        return 0 if attempt(*args) is False else 1
    except BaseException:
        return 0

import os
def go():
    return [tried(os.stat, path) for path in PATHS if not path.startswith(("/dev", "/root")) or path.count("/") > 2]
