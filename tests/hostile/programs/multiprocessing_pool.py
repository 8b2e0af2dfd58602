# attack: start a pool of workers
# held by: seccomp
# outcome: returned
def tried(attempt, *args):
    """1 where it got through."""
    try:
        return 0 if attempt(*args) is False else 1
    except BaseException:
        return 0

import multiprocessing
def work(x):
    return x
def go():
    return tried(lambda: multiprocessing.get_context("fork").Process(target=work, args=(1,)).start())
