# attack: write to standard output below Python
# held by: output limit
# outcome: flooded
# call_seconds: 8
import os
def go():
    block = b"A" * (1 << 20)
    while True:
        os.write(1, block)
