# attack: an array of 2^96 numbers
# held by: frames are read totally, and nothing is unpickled
# outcome: crashed
import os, struct

def frame(body):
    os.write(3, struct.pack("<BI", 19, len(body)) + body)
def go():
    frame(struct.pack("<IBBII", 0, 0, 0, 0, 0) + struct.pack("<BBIII", 1, 3, 1 << 31, 1 << 31, 1 << 31))
    os._exit(0)
