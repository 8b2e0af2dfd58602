# attack: an array of 255 dimensions
# held by: frames are read totally, and nothing is unpickled
# outcome: crashed
import os, struct

def frame(body):
    os.write(3, struct.pack("<BI", 19, len(body)) + body)
def go():
    frame(struct.pack("<IBBII", 0, 0, 0, 0, 0) + struct.pack("<BB", 1, 255) + bytes(1020))
    os._exit(0)
