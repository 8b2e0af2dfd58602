# attack: hang when the interpreter ends
# held by: a child is killed, not asked
# outcome: returned
import atexit, threading, time
atexit.register(lambda: time.sleep(100))
def go():
    return 0
