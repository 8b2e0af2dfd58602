# attack: write answers without end
# held by: frames are capped
# outcome: crashed
import os
def go():
    block = b"A" * (1 << 20)
    while True:
        os.write(3, block)
