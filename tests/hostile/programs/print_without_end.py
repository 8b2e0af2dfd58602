# attack: print without end
# held by: output is dropped, then time and output limits
# outcome: timed_out|flooded
def go():
    while True:
        print("x" * 100_000)
