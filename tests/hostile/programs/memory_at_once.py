# attack: ask for 10 GB at once
# held by: limits
# outcome: out_of_memory
# memory: 64
def go():
    return len(bytearray(10 << 30))
