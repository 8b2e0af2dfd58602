# attack: never return
# held by: time limit
# outcome: timed_out
def go():
    while True:
        pass
