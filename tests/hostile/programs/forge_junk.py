# attack: random bytes instead of an answer
# held by: frames are read totally, and nothing is unpickled
# outcome: crashed
import os, struct

def frame(body):
    os.write(3, struct.pack("<BI", 19, len(body)) + body)
def go():
    os.write(3, bytes(range(256)) * 16)
    os._exit(0)
