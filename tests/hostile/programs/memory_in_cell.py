# attack: use up all memory in a cell and keep it
# held by: limits
# outcome: returned|out_of_memory|crashed|missing
# value: anything
# notebook: returned|crashed|exited
# memory: 64
kept = []
try:
    while True:
        kept.append(bytearray(1 << 20))
except MemoryError:
    pass
def go():
    return 0
