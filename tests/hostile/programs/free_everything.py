# attack: pull NumPy's memory from under the grader
# held by: outcome of its own
# outcome: crashed|raised|returned|timed_out
# value: anything
import ctypes, numpy as np
def go(X):
    ctypes.memset(X.ctypes.data - 64, 255, 4096)
    ctypes.memset(id(np.ndarray), 255, 400)
    return X
