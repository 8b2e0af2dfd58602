# attack: search every object in memory for answers
# held by: the process holds none
# outcome: returned
# call_seconds: 5
def tried(attempt, *args):
    """1 where it got through."""
    try:
        return 0 if attempt(*args) is False else 1
    except BaseException:
        return 0

import gc
def go():
    wanted = "_".join(("HOSTILE", "SECRET"))  # in pieces, so as not to find itself
    found = 0
    for thing in gc.get_objects():
        if type(thing) is dict:
            found += sum(type(value) is str and wanted in value for value in list(thing.values()))
        elif type(thing) in (list, tuple):
            found += sum(type(value) is str and wanted in value for value in thing)
    return found
