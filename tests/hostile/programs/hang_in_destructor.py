# attack: hang when the answer is thrown away
# held by: time limit
# outcome: returned|timed_out
# value: anything
import time
class Sticky:
    def __del__(self):
        while True:
            time.sleep(1)
def go():
    return Sticky()
