# attack: hang while the notebook is run, to keep the grader waiting
# held by: time limit
# outcome: missing
# notebook: timed_out
before = 1
while True:
    pass
def go():
    return 0
