# attack: leave a file behind that the next submission would import
# held by: a folder of its own for each child
# outcome: returned
def tried(attempt, *args):
    """1 where it got through."""
    try:
        return 0 if attempt(*args) is False else 1
    except BaseException:
        return 0

import os
def plant(path):
    with open(path, "w") as file:
        file.write("raise SystemExit")
    return os.path.exists(path) and not path.startswith(("numpy.py", "/scratch"))
def go():
    import numpy
    site = os.path.dirname(os.path.dirname(numpy.__file__))
    names = ("numpy.py", "/tmp/numpy.py", site + "/sitecustomize.py", site + "/numpy/poison.py", "/scratch/json.py")
    return [tried(plant, name) for name in names]
