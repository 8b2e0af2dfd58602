# attack: a second "ran", with other sources
# held by: frames are read totally, and nothing is unpickled
# outcome: crashed
import os, struct

def frame(body):
    os.write(3, struct.pack("<BI", 19, len(body)) + body)
def go():
    os.write(3, struct.pack("<BI", 18, 20) + bytes(20))
    os._exit(0)
