# attack: never return, without using the processor
# held by: time limit
# outcome: timed_out
import time
def go():
    while True:
        try:
            time.sleep(1e6)
        except BaseException:
            pass
