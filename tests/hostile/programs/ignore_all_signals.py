# attack: never return, and ignore every signal
# held by: time limit
# outcome: timed_out
import time
import signal
def go():
    for number in range(1, 65):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    while True:
        time.sleep(1)
