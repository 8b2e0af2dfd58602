# attack: ask NumPy for 10 GB
# held by: limits
# outcome: out_of_memory
# memory: 64
import numpy as np
def go():
    return np.ones(10 << 27).size
