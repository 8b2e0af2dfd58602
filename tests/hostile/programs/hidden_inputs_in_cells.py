# attack: look for hidden inputs while the notebook runs
# held by: calls come after the notebook
# outcome: returned
import gc, os
import numpy as np
os.set_blocking(4, False)
try:
    early = len(os.read(4, 1))
except BlockingIOError:
    early = 0
os.set_blocking(4, True)
early += sum(isinstance(o, np.ndarray) and o.size == 4 and abs(o.flat[0]) == 0.314159 for o in gc.get_objects() if type(o) is np.ndarray)
def go():
    return early
