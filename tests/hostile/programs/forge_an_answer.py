# attack: an answer with a verdict of its own in it
# held by: no frame carries a verdict
# outcome: returned
import os, struct
def go():
    body = struct.pack("<IBBB", 0, 0, 1, 0) + struct.pack("<d", 0.0) + b"\0" + bytes(12)
    os.write(3, struct.pack("<BI", 19, len(body)) + body)
    os._exit(0)
