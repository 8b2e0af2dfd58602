# attack: announce a frame of 4 GB
# held by: frames are capped
# outcome: crashed
import os
def go():
    os.write(3, b"\x13" + b"\xff" * 4)
    return 0
