# attack: print without end
# held by: output limit
# outcome: flooded
# call_seconds: 8
def go():
    while True:
        print("x" * 100_000)
