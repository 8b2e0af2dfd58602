# attack: turn back every clock that a function can reach
# held by: time is measured outside
# outcome: timed_out
import time
time.time = time.monotonic = time.perf_counter = time.process_time = lambda: 0.0
def go():
    while True:
        time.sleep(1)
