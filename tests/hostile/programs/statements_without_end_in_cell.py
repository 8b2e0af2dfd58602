# attack: forge a flood of "statement" frames while the notebook runs
# held by: frames are counted
# outcome: missing
# notebook: crashed
import os, struct
block = struct.pack("<BIIII", 17, 12, 0, 0, 0) * 1000
while True:
    os.write(3, block)
def go():
    return 0
