# attack: patch the harness through the frames of its callers
# held by: a child per submission
# outcome: returned|raised|crashed|exited
# value: anything
import sys
frame = sys._getframe()
while frame is not None:
    for name in list(frame.f_globals):
        if name in ("write_value", "write_fault", "answer"):
            frame.f_globals[name] = lambda *a, **k: b""
    frame = frame.f_back
def go():
    return 1
