# attack: hang while the notebook is run, to keep the grader waiting
# held by: time limit
# outcome: missing
# notebook: timed_out
import time
while True:
    time.sleep(1)
def go():
    return 0
