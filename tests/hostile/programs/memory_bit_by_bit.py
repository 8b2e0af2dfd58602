# attack: use more and more memory
# held by: limits
# outcome: out_of_memory|crashed
# memory: 64
kept = []
def go():
    while True:
        kept.append(bytearray(1 << 20))
