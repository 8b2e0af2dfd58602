# attack: write to standard output below Python
# held by: output is dropped, then time and output limits
# outcome: timed_out|flooded
import os
def go():
    block = b"A" * (1 << 20)
    while True:
        os.write(1, block)
