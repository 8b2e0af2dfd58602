# attack: reach a file by a path that climbs out
# held by: landlock
# outcome: returned
def tried(attempt, *args):
    """1 where it got through."""
    try:
        return 0 if attempt(*args) is False else 1
    except BaseException:
        return 0

import os, numpy
def go():
    inside = os.path.dirname(numpy.__file__)
    up = "/" + "../" * 20
    return [
        tried(lambda: os.open(inside + up + HIDDEN + "/secret.txt", os.O_RDONLY)),
        tried(lambda: os.open("." + up + "etc/passwd", os.O_RDONLY)),
        tried(lambda: os.open(b"/etc/passwd", os.O_RDONLY)),
    ]
