# attack: carry the hidden inputs out in a warning
# held by: output of calls is thrown away
# outcome: returned
import warnings
def go(X):
    warnings.warn(str(X))
    return 0
