# attack: shared mappings, which some limits do not count
# held by: limits
# outcome: returned|out_of_memory
# value: at most 200
# memory: 64
import mmap
def go():
    kept = []
    try:
        while len(kept) < 640:
            kept.append(mmap.mmap(-1, 16 << 20))
            kept[-1].write(b"x" * (16 << 20))
    except BaseException:
        pass
    return len(kept) * 16
