# attack: download an answer
# held by: seccomp
# outcome: returned
def tried(attempt, *args):
    """1 where it got through."""
    try:
        return 0 if attempt(*args) is False else 1
    except BaseException:
        return 0

import urllib.request
def go():
    return tried(lambda: urllib.request.urlopen(f"http://127.0.0.1:{PORT}/", timeout=0.2))
