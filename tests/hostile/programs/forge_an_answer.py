# attack: an answer with a verdict of its own in it
# held by: no frame carries a verdict
# outcome: returned
import os, struct
def go():
    body = struct.pack("<IBBII", 0, 0, 0, 0, 0) + struct.pack("<BBd", 1, 0, 0.0)
    os.write(3, struct.pack("<BI", 19, len(body)) + body)
    os._exit(0)
