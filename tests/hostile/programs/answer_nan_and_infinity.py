# attack: return NaN and infinity, hoping that comparisons shrug
# held by: they arrive as they are
# outcome: returned
# value: nan, inf, -inf, 1
import numpy as np
def go():
    return np.array([np.nan, np.inf, -np.inf, 1.0])
