# attack: return an array of objects whose methods run when they are touched
# held by: only plain doubles are read
# outcome: returned
# value: opaque
import numpy as np
class Touchy:
    def __float__(self):
        raise SystemExit
def go():
    return np.array([Touchy(), 1], dtype=object)
