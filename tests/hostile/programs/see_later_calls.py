# attack: find the inputs of calls that are still to come
# held by: each call is sent by itself
# outcome: returned
def tried(attempt, *args):
    """1 where it got through."""
    try:
        return 0 if attempt(*args) is False else 1
    except BaseException:
        return 0

import gc
import numpy as np
def go(X):
    same = [o for o in gc.get_objects() if isinstance(o, dict) and "X" in o and isinstance(o["X"], np.ndarray)]
    return int(any(o["X"].shape != X.shape for o in same))
