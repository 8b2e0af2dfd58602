# attack: print without end while the notebook runs
# held by: output is dropped, then time and output limits
# outcome: missing
# notebook: timed_out|flooded
import os
while True:
    os.write(2, b"A" * (1 << 20))
def go():
    return 0
