# attack: find the formula of the gradients in the process's memory, page by page
# held by: what builds gradients is sent with the first calls that need it
# outcome: returned
# gradients: none
# call_seconds: 5
import ctypes, gc, os, re

mark = re.compile(b"slop[e]_scale")
write = ctypes.CDLL(None).write
write.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t]
def go():
    """The kernel says which addresses are there: it copies them into a pipe, or refuses."""
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    found = 0
    for million in sorted({id(thing) >> 20 for thing in gc.get_objects()}):
        last = b""
        for start in range(million << 20, million + 1 << 20, 1 << 15):
            if write(writing, start, 1 << 15) > 0:
                page = os.read(reading, 1 << 15)
                found += mark.search(last + page) is not None
                last = page[-20:]
    return found
