# attack: say that the notebook has run before it has
# held by: calls only come after
# outcome: returned|crashed|missing
import os, struct
os.write(3, struct.pack("<BI", 18, 20) + bytes(20))
def go():
    return 0
