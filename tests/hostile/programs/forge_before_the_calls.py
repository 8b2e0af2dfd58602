# attack: answers to calls that have not come yet
# held by: an answer is only numbers, and is compared
# outcome: missing|returned|crashed
# notebook: crashed
import os, struct
body = struct.pack("<IBBB", 0, 0, 1, 0) + struct.pack("<d", 0.0) + b"\0" + bytes(12)
os.write(3, struct.pack("<BI", 19, len(body)) + body)
def go():
    return 1
