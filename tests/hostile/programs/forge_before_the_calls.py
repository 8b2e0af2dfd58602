# attack: answers to calls that have not come yet
# held by: an answer is only numbers, and is compared
# outcome: missing|returned|crashed
# notebook: crashed
import os, struct
body = struct.pack("<IBBII", 0, 0, 0, 0, 0) + struct.pack("<BBd", 1, 0, 0.0)
os.write(3, struct.pack("<BI", 19, len(body)) + body)
def go():
    return 1
