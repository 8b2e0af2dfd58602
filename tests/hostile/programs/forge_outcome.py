# attack: an outcome that does not exist
# held by: frames are read totally, and nothing is unpickled
# outcome: crashed
import os, struct

def frame(body):
    os.write(3, struct.pack("<BI", 19, len(body)) + body)
def go():
    frame(struct.pack("<IBBII", 0, 200, 0, 0, 0) + b"\0")
    os._exit(0)
