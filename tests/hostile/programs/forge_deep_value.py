# attack: tuples within tuples, without end
# held by: frames are read totally, and nothing is unpickled
# outcome: crashed
import os, struct

def frame(body):
    os.write(3, struct.pack("<BI", 19, len(body)) + body)
def go():
    frame(struct.pack("<IBBII", 0, 0, 0, 0, 0) + struct.pack("<BI", 2, 1) * 100_000)
    os._exit(0)
