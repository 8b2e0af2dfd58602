# attack: a changed argument that was not passed
# held by: frames are read totally, and nothing is unpickled
# outcome: crashed
import os, struct

def frame(body):
    os.write(3, struct.pack("<BI", 19, len(body)) + body)
def go():
    frame(struct.pack("<IBBII", 0, 0, 0, 1, 0) + struct.pack("<BIBd", 0, 999, 0, 0.0))
    os._exit(0)
