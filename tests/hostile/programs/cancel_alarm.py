# attack: disarm timers before looping
# held by: time limit
# outcome: timed_out
import time
import signal
def go():
    signal.alarm(0)
    signal.setitimer(signal.ITIMER_REAL, 0)
    while True:
        time.sleep(1)
