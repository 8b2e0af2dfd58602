# attack: an exception whose message never ends
# held by: time limit
# outcome: timed_out
import time
class Endless(Exception):
    def __str__(self):
        while True:
            time.sleep(1)
def go():
    raise Endless
