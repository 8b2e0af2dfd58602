# attack: print without end while the notebook runs
# held by: output limit
# outcome: missing
# notebook: flooded
import os
while True:
    os.write(2, b"A" * (1 << 20))
def go():
    return 0
