# attack: crash the interpreter
# held by: outcome of its own
# outcome: crashed
import ctypes
def go():
    ctypes.string_at(0)
