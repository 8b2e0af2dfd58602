# attack: return an array of 30 million numbers
# held by: answers are capped
# outcome: flooded|out_of_memory
import numpy as np
def go():
    return np.zeros(30_000_000)
