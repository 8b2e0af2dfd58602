# attack: replace the functions that a grader might compare with
# held by: comparing happens elsewhere
# outcome: returned|raised|crashed|exited
# value: anything
import numpy as np
for name in ("allclose", "isclose", "array_equal", "testing", "asarray", "array", "copy", "all"):
    setattr(np, name, lambda *a, **k: True)
def go():
    return 0
