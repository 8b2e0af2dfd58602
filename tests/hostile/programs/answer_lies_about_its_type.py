# attack: return an object that says it is an array
# held by: only plain doubles are read
# outcome: returned|raised
# value: anything
import numpy as np
class Liar:
    __class__ = np.ndarray
    dtype = np.dtype(float)
    shape, size, ndim = (2,), 2, 1
def go():
    return Liar()
