# attack: return an array that has a trillion numbers and takes 8 bytes
# held by: answers are capped
# outcome: flooded
import numpy as np
def go():
    return np.broadcast_to(1.0, (1 << 20, 1 << 20))
