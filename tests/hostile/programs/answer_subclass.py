# attack: return an array whose class claims to equal everything
# held by: only plain doubles are read
# outcome: returned|raised
import numpy as np
class Agreeable(np.ndarray):
    def __eq__(self, other):
        return np.True_
    __array_ufunc__ = lambda *a, **k: np.True_
    def __array_function__(self, *a, **k):
        return True
def go():
    return np.zeros(3).view(Agreeable)
